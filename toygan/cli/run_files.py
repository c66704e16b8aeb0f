"""The files that a command writes of a run: their names, and the contents of pictures and animations."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from toygan.chart import style
from toygan.measure.run_files import BEST as BEST
from toygan.measure.run_files import DIAGNOSIS as DIAGNOSIS
from toygan.measure.run_files import ENGINES as ENGINES
from toygan.measure.run_files import METRICS as METRICS
from toygan.measure.run_files import PICTURE as PICTURE
from toygan.measure.run_files import RECIPE as RECIPE
from toygan.measure.run_files import STATE as STATE
from toygan.measure.run_files import decode_diagnoses as decode_diagnoses
from toygan.measure.run_files import decode_engines as decode_engines
from toygan.measure.run_files import encode_diagnoses as encode_diagnoses
from toygan.measure.run_files import encode_engines as encode_engines
from toygan.measure.run_files import encode_recipe as encode_recipe

SURFACE = style.LIGHT.surface()
ANIMATION, RECORDING, CHECKPOINT = "training.gif", "run.html", "checkpoint.npz"
OWN = (RECIPE, METRICS, DIAGNOSIS, ENGINES, STATE, BEST, PICTURE, ANIMATION, RECORDING, CHECKPOINT)
GIF_SECONDS, LAST_FRAME_MS = 12, 2000  # length of an animation, and of its last frame


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
