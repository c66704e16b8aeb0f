"""The picture in the page: it takes frames no faster than the page shows them, and knows whether anyone is looking."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

IN_FLIGHT = 2  # frames sent and not yet shown: one on its way while one is painted, and never a queue
PATIENCE = 10.0  # seconds without any sign from a page before it counts as closed
GRACE = 2.0  # seconds in which a page may take one view away and put up another


class Viewers:
    """The views that show a picture, and the last frame that each of them has shown."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._shown: dict[str, int] = {}
        self._heard: dict[str, float] = {}
        self.sent = 0
        self.sharpness = 1.0  # screen pixels per pixel of the picture
        self.expect()

    def expect(self) -> None:
        """Gives the first view the time that it may take to come up."""
        self._empty_since = self._clock() + PATIENCE - GRACE

    def hear(self, content: dict[str, Any]) -> None:
        """Takes in what a view says: that it is here, that it has shown a frame, that it is gone."""
        view = str(content["view"])
        if "gone" in content:
            self._forget(view)
            return
        if "here" in content:
            self.sharpness = float(content["here"] or 1)
        self._heard[view] = self._clock()
        self._shown[view] = max(self._shown.get(view, self.sent), int(content.get("shown", 0)))

    def _forget(self, view: str) -> None:
        if self._shown.pop(view, None) is not None and not self._shown:
            self._empty_since = self._clock()
        self._heard.pop(view, None)

    def send(self) -> int:
        """The number of the next frame."""
        if all(shown == self.sent for shown in self._shown.values()):  # until now there was nothing to answer
            self._heard = dict.fromkeys(self._heard, self._clock())
        self.sent += 1
        return self.sent

    @property
    def ready(self) -> bool:
        """Whether every view has shown what was sent, but for what may be in flight; False where there is no view."""
        return bool(self._shown) and self.sent - min(self._shown.values()) < IN_FLIGHT

    @property
    def present(self) -> bool:
        """Whether someone is looking, or may be about to: views that no longer answer do not count."""
        now = self._clock()
        for view in [v for v, heard in self._heard.items() if self._shown[v] < self.sent and now - heard > PATIENCE]:
            self._forget(view)
        return bool(self._shown) or now - self._empty_since < GRACE


class View(anywidget.AnyWidget):
    """An <img> of class `toygan-view` between a status line and a diagnosis; `heard` gets what the page says.

    A view in the page says {"here": sharpness}, {"shown": frame}, {"do": "play" or "step" or "reset"}, {"gone": true}.
    """

    _esm = Path(__file__).with_name("view.js")
    _css = Path(__file__).with_name("view.css")
    width = traitlets.Int().tag(sync=True)  # of the picture, in pixels
    height = traitlets.Int().tag(sync=True)
    room = traitlets.Int(304).tag(sync=True)  # how much of the window's height is not for the picture

    def __init__(self, heard: Callable[[dict[str, Any]], None], width: int, height: int) -> None:
        super().__init__(width=width, height=height)
        self.viewers = Viewers()
        self.on_msg(lambda _, content, buffers: heard(content))

    def show(self, words: dict[str, Any], picture: bytes | None = None, kind: str = "") -> None:
        """Sends the words (of FrameSender), and a picture of MIME type `kind` where there is one."""
        if picture is None:
            self.send(words)
        else:
            self.send({**words, "frame": self.viewers.send(), "type": kind}, [picture])
