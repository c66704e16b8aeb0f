"""What the page sees of a session: charts of where its run stands, and the diagnosis."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.chart import Chart
from toygan.chart.recording import Recording
from toygan.measure.diagnosis import told
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import recording_page
from toygan.play.sender import Sender
from toygan.play.session import Clock, Session
from toygan.play.still import Still
from toygan.play.view import View

ARROWS = 0.15  # seconds in which arrows are found, or left out, where an iteration takes long


class FrameSender(Sender):
    """A session as charts of the named panels, beside its still. Raises ValueError for an unknown panel."""

    def __init__(
        self, session: Session, panels: Sequence[str], size: tuple[int, int], heard: Callable[[dict[str, Any]], None],
        clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        self.session, self._run = session, session.run
        self._charts = Charts(panels)
        super().__init__(View(heard, *size, session.seeds), clock)
        self.still = Still(session, self.charts, size)

    @property
    def playing(self) -> bool:
        return self.session.playing

    @property
    def iteration(self) -> int:
        return self.session.iteration

    def show(self) -> None:
        """The run has moved: the page gets a new frame, at once if it is ready for one."""
        super().show()
        self.still.moved()

    def page(self) -> bytes:
        """What was shown of the present run, up to where it stands, as a page."""
        self.charts()
        return recording_page(self.recording, self.session.population.recipes)

    def charts(self) -> list[Chart]:
        s = self.session
        if s.run is not self._run:
            self._run, self.recording = s.run, Recording()
        before, needs = self._charts.look, self._charts.needs
        patience = ARROWS if s.slow else math.inf
        look = Look.from_run(s.population, s.record, s.snapshot, s.focus, None, needs, before, patience)
        charts = self._charts.update(look)
        self.recording.add(
            s.iteration, {"status": s.status, "recipe": s.recipe.to_string(), **told(s.diagnoses, s.focus)}, charts
        )
        return charts

    def words(self) -> dict[str, Any]:
        s = self.session
        return {
            "status": s.status, "message": s.message, "refused": s.refused, "playing": s.playing,
            "focus": s.focus, "seeds": s.seeds, **told(s.diagnoses, s.focus),
        }  # fmt: skip
