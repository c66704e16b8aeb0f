"""Animations: frames as a GIF file, or by ffmpeg as an MP4 file."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from toygan.chart import style

SURFACE = style.LIGHT.surface()
GIF_SECONDS, LAST_FRAME_MS = 12, 2000  # length of an animation, and of its last frame
MOST_RATE = 20  # frames in a second of a film


class FilmError(Exception):
    """The reason why a film cannot be written here."""


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


def encode_mp4(frames: Sequence[np.ndarray]) -> bytes:
    """Return a film of frames `(height, width, 4)` of one size; FilmError if there is no ffmpeg, or it fails."""
    program = shutil.which("ffmpeg")
    if program is None:
        raise FilmError("must end in .gif: an .mp4 needs the program ffmpeg, which is not found")
    height, width = frames[0].shape[:2]
    rate = max(1.0, min(MOST_RATE, len(frames) / GIF_SECONDS))
    even = "pad=ceil(iw/2)*2:ceil(ih/2)*2:color=white"  # the usual codec takes no odd sizes
    source = ["-f", "rawvideo", "-pix_fmt", "rgba", "-s", f"{width}x{height}", "-r", f"{rate:g}", "-i", "-"]
    codec = ["-vf", even, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
    with TemporaryDirectory() as folder:
        film = Path(folder) / "film.mp4"
        done = subprocess.run(
            [program, "-y", "-loglevel", "error", *source, *codec, str(film)],
            input=b"".join(frame.tobytes() for frame in frames),
            capture_output=True,
            check=False,
        )
        if done.returncode or not film.exists():
            words = " ".join(done.stderr.decode(errors="replace").split())[-100:]
            raise FilmError(f"must end in .gif: ffmpeg cannot write an .mp4 ({words})")
        return film.read_bytes()
