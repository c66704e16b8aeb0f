"""A recording can be painted again, frame by frame, as an animation."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from support.marks import MARKS, chart

from toygan.chart.animation import FilmError, encode_gif, encode_mp4, to_frame
from toygan.chart.figure import Heading, Painting
from toygan.chart.recording import Recording

PLACE = (0.0, 0.0, 1.0, 1.0)
FRAMES = [np.full((5, 7, 4), shade, np.uint8) for shade in (0, 255)]


def painted(one: object) -> np.ndarray:
    painting = Painting(300, 200, 72)
    painting.paint([(one, PLACE)], Heading())  # type: ignore[list-item]
    return painting.rgba().astype(float)


@pytest.mark.parametrize("name", MARKS)
def test_a_recorded_chart_is_painted_as_it_was(name: str) -> None:
    recording, drawn = Recording(), chart(MARKS[name][0])
    recording.add(0, {}, [chart()])
    recording.add(1, {}, [drawn])
    first, last = (shown for _, (shown,) in recording.charts(9))
    assert len(first.marks) == 0
    np.testing.assert_allclose(painted(last), painted(drawn), atol=3)


def test_frames_are_spread_over_the_recording_and_the_newest_is_one() -> None:
    recording = Recording()
    for i in range(20):
        recording.add(10 * i, {}, [chart(MARKS["points"][0])])
    iterations = [frame.iteration for frame, _ in recording.charts(4)]
    assert iterations == [0, 70, 140, 190]


def test_a_gif_has_a_frame_for_each_frame() -> None:
    image = Image.open(io.BytesIO(encode_gif(list(map(to_frame, FRAMES)))))
    assert (image.size, image.n_frames) == ((7, 5), 2)  # type: ignore[attr-defined]


def put_program(folder: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a program into the place of ffmpeg."""
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_a_film_gets_all_pixels_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(tmp_path, 'for last; do :; done\ncat > "$last"', monkeypatch)
    assert encode_mp4(FRAMES) == b"".join(frame.tobytes() for frame in FRAMES)


def test_a_film_that_cannot_be_made_is_a_line_that_names_the_gif(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path, "echo Unknown encoder >&2\nexit 1", monkeypatch)
    with pytest.raises(FilmError, match=r"must end in \.gif: ffmpeg cannot write an \.mp4 \(Unknown encoder\)"):
        encode_mp4(FRAMES)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FilmError, match=r"must end in \.gif: an \.mp4 needs the program ffmpeg, which is not found"):
        encode_mp4(FRAMES)
