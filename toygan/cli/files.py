"""The files of a run: whole at every moment, since each is written beside its place and then moved there."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from toygan.panels import style
from toygan.recipe import Recipe

RECIPE, METRICS, PICTURE, ANIMATION = "recipe.json", "metrics.json", "picture.png", "training.gif"
SECONDS, REST = 12, 2000  # an animation's length, and the milliseconds that its last frame stays


def write(path: Path, content: bytes) -> None:
    """The file at `path`, or what was there before: never a part of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def recipe_json(recipe: Recipe) -> bytes:
    """What `--recipe` reads."""
    return (json.dumps(json.loads(recipe.to_json()), indent=2) + "\n").encode()


def _colours() -> Image.Image:
    """The few colours of an animation: D's opinion in 32 steps, and each mark's own colour with its paler edges.

    Colours picked from the pixels instead would lose the rare ones, and with them what they mean.
    """
    marks = [style.REAL, style.GENERATED, style.DISCRIMINATOR, style.GENERATOR, style.INK, style.MUTED, style.FAINT]
    edges = [255 + (style.rgb(mark) - 255) * part for mark in marks for part in (0.25, 0.5, 0.75, 1)]
    every = len(style.D_OUTPUT_COLOURS) // 32
    opinions = style.D_OUTPUT_COLOURS[every // 2 :: every, :3]
    opinions = opinions[opinions.min(axis=1) < 248]  # Pillow, in a hurry, would take a nearly white one for white
    table = np.concatenate([np.full((1, 3), 255), opinions, edges])
    palette = Image.new("P", (1, 1))
    palette.putpalette(table.round().astype(np.uint8).tobytes())
    return palette


def frame(pixels: np.ndarray) -> Image.Image:
    """A picture `(height, width, 4)` as a frame; without dithering, what does not move costs nothing."""
    return Image.fromarray(pixels[..., :3]).quantize(palette=_colours(), dither=Image.Dither.NONE)


def gif(frames: Sequence[Image.Image]) -> bytes:
    """An animation of frames, SECONDS long where there are enough of them."""
    first, *others = frames
    pause = min(250, max(50, 1000 * SECONDS // len(frames)))
    out = io.BytesIO()
    first.save(
        out, "GIF", save_all=True, append_images=others, duration=[pause] * len(others) + [REST], loop=0, optimize=True
    )
    return out.getvalue()
