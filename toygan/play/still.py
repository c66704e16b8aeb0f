"""The still of a playground: the picture of where its run stands that a saved notebook keeps.

It is an output of its own below that of the widget. An output that holds a widget cannot be renewed without building
the widget's view anew, and front ends that know widgets show no other form of it. While the view is alive, the page
hides the still (view.css).
"""

from __future__ import annotations

import asyncio
import base64
import textwrap
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from IPython.display import display, update_display

from toygan.chart import Chart
from toygan.chart.figure import Heading, Painting
from toygan.measure.diagnosis import told
from toygan.panels.picture import headline, places
from toygan.play.session import Session

REST = 1.0  # seconds without news of a paused run after which its still is renewed: painting one takes a third of it
DPI, LETTER = 100, 7.8  # pixels an inch, and a letter of the words below on average


class Still:
    """A picture of the run and its diagnosis, in the cell that displayed the playground; `charts` are to be painted."""

    def __init__(self, session: Session, charts: Callable[[], Sequence[Chart]], size: tuple[int, int]) -> None:
        self._session, self._charts, self._size = session, charts, size
        self._name = f"toygan-{uuid4()}"
        self._loop: asyncio.AbstractEventLoop | None = None  # that of the notebook which shows the still
        self._timer: asyncio.TimerHandle | None = None

    def display(self) -> None:
        """Puts the still below what the cell shows so far."""
        display(self._bundle(), raw=True, display_id=self._name)
        self._loop = asyncio.get_running_loop()

    def moved(self) -> None:
        """The run has moved or changed: once it rests, the still is renewed."""
        if self._timer is not None:
            self._timer.cancel()
        if self._loop is not None and not self._session.playing:
            self._timer = self._loop.call_later(REST, self._renew)

    def close(self) -> None:
        """Leaves the still as it is."""
        self._loop = None
        if self._timer is not None:
            self._timer.cancel()

    def _renew(self) -> None:
        update_display(self._bundle(), raw=True, display_id=self._name)

    def _bundle(self) -> dict[str, Any]:
        s, charts, said = self._session, self._charts(), told(self._session.diagnoses, self._session.focus)
        evidence = f" ({said['evidence']})" if said["evidence"] else ""
        lines = [s.status, said["verdict"] + evidence, " ".join(filter(None, (said["cause"], said["remedy"])))]
        width, height = self._size
        below = "\n".join(part for line in lines[1:] for part in textwrap.wrap(line, int(width / LETTER)))
        heading = Heading(headline(s.recipe), line=s.status, below=below)
        painting = Painting(width, height + round(DPI * heading.foot), DPI)
        painting.paint(list(zip(charts, places(len(charts)), strict=True)), heading)
        png = painting.png(compress_level=9)
        return {"image/png": base64.b64encode(png).decode(), "text/plain": "\n".join(filter(None, lines))}
