"""What the page sees of a session: charts of where it stands, as often as the page can paint them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.chart import Chart
from toygan.chart.recording import Recording
from toygan.chart.wire import Wire
from toygan.measure.diagnosis import told
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.recording import recorded
from toygan.play.session import Clock, Session
from toygan.play.still import Still
from toygan.play.view import View

TURN = 1 / 60  # seconds from one frame to the next, on average: a page paints no more often
ARROWS = 0.15  # seconds in which arrows are found, or left out, where an iteration takes long
HASTE = 0.6  # of the time that the page takes from one frame to the next: a little less shows whether it takes less


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
        self._run, self.recording = session.run, Recording()
        self._stale = True  # whether the run has moved since the frame that was sent last
        self._next = 0.0  # when a run that plays is to send its next frame
        self.view = View(heard, *size, session.seeds)
        self.still = Still(session, self.charts, size)

    def show(self) -> None:
        """The run has moved: the page gets a new frame, at once if it is ready for one."""
        self._stale = True
        self.refresh()
        self.still.moved()

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
        content, buffers = self._wire.message(self.charts())
        self.view.show({**self._words(), "iteration": self.session.iteration, **content}, buffers)
        end = self._clock()
        turn = max(TURN, HASTE * self.view.viewers.pace)
        in_turn = min(max(self._next, start - turn / 2), start)  # after one that is a little late the next comes sooner
        self._next = max(in_turn + turn, end + (end - start) / 2)

    def page(self) -> bytes:
        """What was shown of the present run, up to where it stands, as a page (`panels.recording`)."""
        self.charts()
        return recorded(self.recording, self.session.population.recipes)

    def charts(self) -> list[Chart]:
        """The charts of where the run stands, which also go into its recording."""
        s = self.session
        if s.run is not self._run:
            self._run, self.recording = s.run, Recording()
        before, needs = self._charts.look, self._charts.needs
        patience = ARROWS if s.slow else math.inf
        look = Look.of(s.population, s.record, s.snapshot, s.focus, None, needs, before, patience)
        charts = self._charts.of(look)
        self.recording.add(
            s.iteration, {"status": s.status, "recipe": s.recipe.to_string(), **told(s.diagnoses, s.focus)}, charts
        )
        return charts

    def tell(self) -> None:
        """Sends the words alone: there may be nothing to draw."""
        self.view.send(self._words())

    def _words(self) -> dict[str, Any]:
        s = self.session
        return {
            "status": s.status, "message": s.message, "refused": s.refused, "playing": s.playing,
            "focus": s.focus, "seeds": s.seeds, **told(s.diagnoses, s.focus),
        }  # fmt: skip
