"""The still of a live view: the picture of its last state that a saved notebook keeps.

It is a separate output below that of the widget. An output that holds a widget cannot be replaced without building the
widget's view again, and front ends that know widgets show no other form of it. While the view is alive, the page hides
the still (view.css).
"""

from __future__ import annotations

import asyncio
import base64
import textwrap
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any
from uuid import uuid4

from IPython.display import display, update_display

from toygan.chart import Chart
from toygan.chart.animation import encode_gif, encode_mp4, to_frame
from toygan.chart.figure import Heading, Painting
from toygan.chart.paper import Paper, Size, encode, read_size
from toygan.chart.recording import Recording
from toygan.panels.picture import fit_height, places
from toygan.play.alone import alone
from toygan.play.fleet_session import FleetSession
from toygan.play.loop import post, running_loop

REST_SECONDS = 1.0  # without a change of a paused run, after which its still is replaced: painting takes a third of it
PAGE, FILMS = ".html", (".gif", ".mp4")  # ends of names of files; those of pictures are `KINDS`
MOST_FILM_FRAMES = 120
DPI, LETTER_PIXELS = 100, 7.8  # a letter of the words below, on average


class Still:
    """A picture of a session and its diagnosis, in the cell that displayed it; `charts` returns the charts to paint."""

    def __init__(self, session: FleetSession, charts: Callable[[], Sequence[Chart]], size: tuple[int, int]) -> None:
        self._session, self._charts, self._size, self.lock = session, charts, size, session.lock
        self._name = f"toygan-{uuid4()}"
        self._loop: asyncio.AbstractEventLoop | None = None  # that of the notebook which shows the still
        self._timer: asyncio.TimerHandle | None = None

    def display(self) -> None:
        """Display the still below the other outputs of the cell."""
        display(self._bundle(), raw=True, display_id=self._name)
        self._loop = running_loop()

    def turn_to(self, session: FleetSession, charts: Callable[[], Sequence[Chart]], size: tuple[int, int]) -> None:
        """Show another session from now on, in the same place."""
        self._session, self._charts, self._size, self.lock = session, charts, size, session.lock
        self.renew_soon()

    def renew_soon(self) -> None:
        """Replace the still once a run that has changed rests."""
        if self._loop is not None:
            post(self._loop, self._wait)

    def _wait(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None and not self._session.playing:
            self._timer = self._loop.call_later(REST_SECONDS, self._renew)

    def close(self) -> None:
        """Leave the still as it is."""
        self._loop = None

    @alone
    def png(self, scale: float = 2) -> bytes:
        """Return the present picture, with the diagnosis below it, as a PNG file."""
        charts, (line, *diagnosis), (width, height) = self._charts(), self._session.lines, self._size
        leading = sum(chart.lead for chart in charts)
        height = fit_height(height, leading)
        lines = [line for words in diagnosis for line in words.splitlines()]
        below = "\n".join(part for words in lines for part in textwrap.wrap(words, int(width / LETTER_PIXELS)))
        heading = Heading(self._session.title, line=line, below=below)
        painting = Painting(width, height + round(DPI * heading.foot), DPI)
        painting.paint(list(zip(charts, places(len(charts), leading), strict=True)), heading)
        return painting.png(scale=scale, compress_level=9)

    def find_paper(self, size: Size | None, font_size: float | None) -> Paper:
        """Return the paper for a picture of this size, or of that in the page; ValueError for an invalid one."""
        width, height = self._size
        leading = sum(chart.lead for chart in self._charts())
        inches = (width / DPI, fit_height(height, leading) / DPI) if size is None else read_size(size)
        return Paper(*inches) if font_size is None else Paper(*inches, font_size)

    @alone
    def print(self, kind: str, paper: Paper) -> bytes:
        """Return the present picture on paper, without the diagnosis, as a file of one of `KINDS`."""
        charts = self._charts()
        placed = list(zip(charts, places(len(charts), sum(chart.lead for chart in charts)), strict=True))
        return encode(kind, placed, Heading(self._session.title, line=self._session.status), paper)

    def film(self, kind: str, recording: Recording, paper: Paper) -> bytes:
        """Return a recording as an animation; FilmError if it cannot be made here."""
        dpi = DPI * paper.scale
        painting = Painting(round(DPI * paper.width), round(DPI * paper.height), dpi)
        frames = []
        for frame, charts in recording.charts(MOST_FILM_FRAMES):
            placed = list(zip(charts, places(len(charts), sum(chart.lead for chart in charts)), strict=True))
            painting.paint(placed, Heading(self._session.title, line=frame.words.get("status", "")))
            frames.append(painting.rgba())
        return encode_gif(list(map(to_frame, frames))) if kind == ".gif" else encode_mp4(frames)

    def _renew(self) -> None:
        if self._loop is not None:
            update_display(self._bundle(), raw=True, display_id=self._name)

    @alone
    def _bundle(self) -> dict[str, Any]:
        png = base64.b64encode(self.png(scale=1)).decode()
        return {"image/png": png, "text/plain": "\n".join(filter(None, self._session.lines))}


def write_caption(session: FleetSession) -> str:
    """Return what a picture of a session shows, and the recipe as a line to share, for a paper."""
    made = f"Made by toygan {version('toygan')}"
    recipe = f": {session.share}" if session.share else ""
    return f"{session.title}; {session.about}; {session.status}. {made}{recipe}."
