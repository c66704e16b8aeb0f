"""The files of a run: their names and their contents."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from toygan.chart import style
from toygan.measure.diagnosis import Diagnosis
from toygan.recipe import Recipe
from toygan.text import load_json
from toygan.training import best_file
from toygan.training.state import FILE

SURFACE = style.LIGHT.surface()
RECIPE, METRICS, PICTURE = "recipe.json", "metrics.json", "picture.png"
STATE, BEST = FILE, best_file.FILE
DIAGNOSIS, ANIMATION, RECORDING, CHECKPOINT = "diagnosis.json", "training.gif", "run.html", "checkpoint.npz"
OWN = (RECIPE, METRICS, DIAGNOSIS, STATE, BEST, PICTURE, ANIMATION, RECORDING, CHECKPOINT)
GIF_SECONDS, LAST_FRAME_MS = 12, 2000  # length of an animation, and of its last frame


def encode_recipe(recipe: Recipe) -> bytes:
    """Return a recipe as JSON that `--recipe` reads."""
    return (json.dumps(json.loads(recipe.to_json()), indent=2) + "\n").encode()


def encode_diagnoses(diagnoses: Mapping[int, Diagnosis]) -> bytes:
    """Return the diagnosis of each seed as JSON, for readers that have neither the data nor the parts of the run."""
    rows = [{"seed": seed, **vars(diagnosis)} for seed, diagnosis in diagnoses.items()]
    return (json.dumps(rows, indent=2) + "\n").encode()


def decode_diagnoses(text: str) -> dict[int, Diagnosis]:
    """Return the diagnosis of each seed from the JSON of `encode_diagnoses`; ValueError for any other text."""
    try:
        found = {
            int(row["seed"]): Diagnosis(row["verdict"], tuple(row["evidence"]), row["cause"], row["remedy"])
            for row in load_json(text)
        }
        words = [word for one in found.values() for word in (one.verdict, *one.evidence, one.cause, one.remedy)]
        if found and all(word.isprintable() for word in words):
            return found
    except (TypeError, LookupError, AttributeError, ValueError):
        pass
    raise ValueError("must be a list of diagnoses, one for each seed")


def _build_palette() -> Image.Image:
    """Return the colours of an animation: D's output in 32 steps, and each mark's colour with its paler edges.

    Colours picked from the pixels would lose the rare ones, which mean something.
    """
    marks = [style.REAL, style.GENERATED, style.DISCRIMINATOR, style.GENERATOR, style.INK, style.MUTED, style.FAINT]
    edges = [255 + (style.rgb(mark) - 255) * part for mark in marks for part in (0.25, 0.5, 0.75, 1)]
    every = len(SURFACE) // 32
    outputs = SURFACE[every // 2 :: every, :3]
    outputs = outputs[outputs.min(axis=1) < 248]  # Pillow's fast search mistakes white for nearly white
    table = np.concatenate([np.full((1, 3), 255), outputs, edges])
    palette = Image.new("P", (1, 1))
    palette.putpalette(table.round().astype(np.uint8).tobytes())
    return palette


def to_frame(pixels: np.ndarray) -> Image.Image:
    """Return pixels `(height, width, 4)` as a frame; without dithering, still parts take no space."""
    return Image.fromarray(pixels[..., :3]).quantize(palette=_build_palette(), dither=Image.Dither.NONE)


def encode_png(image: Image.Image) -> bytes:
    """Return a frame as a PNG file."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def encode_gif(frames: Sequence[Image.Image]) -> bytes:
    """Return an animation of the frames, GIF_SECONDS long if there are enough of them."""
    first, *others = frames
    pause = min(250, max(50, 1000 * GIF_SECONDS // len(frames)))
    out = io.BytesIO()
    first.save(
        out,
        "GIF",
        save_all=True,
        append_images=others,
        duration=[pause] * len(others) + [LAST_FRAME_MS],
        loop=0,
        optimize=True,
    )
    return out.getvalue()
