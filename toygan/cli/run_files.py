"""The files of a run: their names, and what is in them."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence

import numpy as np
from PIL import Image

from toygan.chart import style
from toygan.recipe import Recipe

SURFACE = style.LIGHT.surface()
RECIPE, METRICS, PICTURE = "recipe.json", "metrics.json", "picture.png"
ANIMATION, RECORDING, CHECKPOINT = "training.gif", "run.html", "checkpoint.npz"
OWN = (RECIPE, METRICS, PICTURE, ANIMATION, RECORDING, CHECKPOINT)
SECONDS, REST = 12, 2000  # an animation's length, and the milliseconds that its last frame stays


def encode_recipe(recipe: Recipe) -> bytes:
    """What `--recipe` reads."""
    return (json.dumps(json.loads(recipe.to_json()), indent=2) + "\n").encode()


def _build_palette() -> Image.Image:
    """The few colours of an animation: D's output in 32 steps, and each mark's own colour with its paler edges.

    Colours picked from the pixels instead would lose the rare ones, and with them what they mean.
    """
    marks = [style.REAL, style.GENERATED, style.DISCRIMINATOR, style.GENERATOR, style.INK, style.MUTED, style.FAINT]
    edges = [255 + (style.rgb(mark) - 255) * part for mark in marks for part in (0.25, 0.5, 0.75, 1)]
    every = len(SURFACE) // 32
    outputs = SURFACE[every // 2 :: every, :3]
    outputs = outputs[outputs.min(axis=1) < 248]  # Pillow, in a hurry, would take a nearly white one for white
    table = np.concatenate([np.full((1, 3), 255), outputs, edges])
    palette = Image.new("P", (1, 1))
    palette.putpalette(table.round().astype(np.uint8).tobytes())
    return palette


def to_frame(pixels: np.ndarray) -> Image.Image:
    """A picture `(height, width, 4)` as a frame; without dithering, what does not move costs nothing."""
    return Image.fromarray(pixels[..., :3]).quantize(palette=_build_palette(), dither=Image.Dither.NONE)


def encode_png(image: Image.Image) -> bytes:
    """A frame as a file, which `Image.open` reads."""
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def encode_gif(frames: Sequence[Image.Image]) -> bytes:
    """An animation of frames, SECONDS long where there are enough of them."""
    first, *others = frames
    pause = min(250, max(50, 1000 * SECONDS // len(frames)))
    out = io.BytesIO()
    first.save(
        out, "GIF", save_all=True, append_images=others, duration=[pause] * len(others) + [REST], loop=0, optimize=True
    )
    return out.getvalue()
