"""What the page sees of a session: charts of where it stands, as often as the page can paint them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.chart.wire import Wire
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.play.session import Clock, Session
from toygan.play.view import View

TURN = 1 / 60  # seconds from one frame to the next, on average: a page paints no more often


class FrameSender:
    """A session as charts of the named panels, sent to its view as soon as the page is ready for them.

    While the run plays, frames leave at least a third of the time to training. Raises ValueError for an unknown panel.
    """

    def __init__(
        self, session: Session, panels: Sequence[str], size: tuple[int, int], heard: Callable[[dict[str, Any]], None],
        clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        self.session, self._clock = session, clock
        self._charts, self._wire = Charts(panels), Wire()
        self._stale = True  # whether the run has moved since the frame that was sent last
        self._next = 0.0  # when a run that plays is to send its next frame
        self.view = View(heard, *size)

    def show(self) -> None:
        """The run has moved: the page gets a new frame, at once if it is ready for one."""
        self._stale = True
        self.refresh()

    def show_in_turn(self) -> None:
        """The run has moved: where it plays on, the page gets a new frame only if it is time for one."""
        self._stale = True
        if not self.session.playing or self._clock() >= self._next:
            self.refresh()

    def show_all(self) -> None:
        """There is a page that knows nothing yet: it gets a frame that leans on none before it."""
        self._wire.forget()
        self.show()

    def refresh(self) -> None:
        """Sends what the page lacks, if it is ready."""
        if not (self._stale and self.view.viewers.ready):
            return
        self._stale = False
        start = self._clock()
        s = self.session
        charts = self._charts
        look = Look.of(s.population, s.record, s.snapshot, metrics=charts.needs, before=charts.look)
        content, buffers = self._wire.message(charts.of(look))
        self.view.show({**self._words(), "iteration": s.iteration, **content}, buffers)
        end = self._clock()
        in_turn = min(max(self._next, start - TURN / 2), start)  # after one that is a little late the next comes sooner
        self._next = max(in_turn + TURN, end + (end - start) / 2)

    def tell(self) -> None:
        """Sends the words alone: there may be nothing to draw."""
        self.view.send(self._words())

    def _words(self) -> dict[str, Any]:
        s = self.session
        d = s.diagnosis
        return {
            "status": s.status, "message": s.message, "refused": s.refused, "playing": s.playing,
            "verdict": s.verdict, "evidence": ", ".join(d.evidence), "cause": d.cause, "knob": d.knob,
        }  # fmt: skip
