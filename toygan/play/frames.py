"""What the page sees of a session: fast frames in motion, a lossless still when it stands, sharper when it has time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.panels import Look, Picture
from toygan.play.session import Session
from toygan.play.view import View
from toygan.recipe import KNOBS, Recipe

SHARPEN_AFTER = 0.3  # seconds without a new picture after which a sharper one is worth its time
SHARPEST = 2.0  # picture pixels drawn for one, at most


class FrameSender:
    """A session drawn by the named panels and sent to its view as soon as the page has shown what came before.

    `drawing` is how many seconds the last picture took. Raises ValueError for an unknown panel.
    """

    def __init__(
        self, session: Session, panels: Sequence[str], size: tuple[int, int], heard: Callable[[dict[str, Any]], None]
    ) -> None:
        self.session, self._panels, self._size = session, tuple(panels), size
        self._scene: list[Any] = []
        self._picture = self._fitting_picture()
        self._stale = True  # whether the run has moved since the picture that was sent last
        self._later: asyncio.TimerHandle | None = None
        self.drawing = 0.0
        self.view = View(heard, *size)

    def _fitting_picture(self) -> Picture:
        """A picture whose panels fit the recipe: a new one when a choice has changed that only a new run can change."""
        recipe = self.session.recipe
        scene = _scene(recipe)
        if scene != self._scene:
            self._scene, self._picture = scene, Picture(recipe, self._panels, *self._size)
        return self._picture

    def show(self) -> None:
        """The run has moved: the page gets a new picture, at once if it is ready for one."""
        self._stale = True
        self.refresh()

    def refresh(self) -> None:
        """Sends what the page lacks, if it is ready."""
        if not (self._stale and self.view.viewers.ready):
            return
        self._stale = False
        start = time.perf_counter()
        s, picture = self.session, self._fitting_picture()
        picture.draw(Look.of(s.population, s.record, s.snapshot))
        if s.playing:
            self.view.show(self._words(), picture.jpeg(), "image/jpeg")
        else:
            self.view.show(self._words(), picture.png(), "image/png")
            self._sharpen_later()
        self.drawing = time.perf_counter() - start

    def tell(self) -> None:
        """Sends the words alone: there may be no picture to draw."""
        self.view.show(self._words())

    def _words(self) -> dict[str, Any]:
        s = self.session
        d = s.diagnosis
        return {
            "status": s.status, "message": s.message, "refused": s.refused, "playing": s.playing,
            "verdict": s.verdict, "evidence": ", ".join(d.evidence), "cause": d.cause, "knob": d.knob,
        }  # fmt: skip

    def _sharpen_later(self) -> None:
        if self._later is not None:
            self._later.cancel()
        if self.view.viewers.sharpness > 1:
            self._later = asyncio.get_running_loop().call_later(SHARPEN_AFTER, self._sharpen)

    def _sharpen(self) -> None:
        if not self.session.playing and not self._stale:
            sharpness = min(self.view.viewers.sharpness, SHARPEST)
            self.view.show(self._words(), self._picture.png(sharpness), "image/png")


def _scene(recipe: Recipe) -> list[Any]:
    """What decides which panels have something to show, and where."""
    return [getattr(recipe, name) for name, knob in KNOBS.items() if knob.menu is not None and not knob.live]
