"""The charts of recipes side by side: their panels over the seed in focus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from toygan.chart import Chart
from toygan.panels.look import SAMPLES, SAMPLES_ELSEWHERE, Look
from toygan.panels.sides import LETTERS, Side, SideCharts, choose_side_panels, select_members
from toygan.play.frames import ARROWS_SECONDS
from toygan.play.settings import spell
from toygan.play.slow_motion import at_stage, show_stage
from toygan.play.twins_session import TwinsSession
from toygan.runs.run import Run


class TwinsFrames:
    """The named panels of a session of twins, frame by frame; None for those that its data can fill.

    Raises ValueError for an unknown panel.
    """

    def __init__(self, session: TwinsSession, panels: Sequence[str] | None = None) -> None:
        self._session, self._given = session, panels
        self._shown = tuple(choose_side_panels(session.recipes[0]) if panels is None else panels)
        self._charts = SideCharts(self._shown)
        self._looks: dict[int, Look] = {}  # by side
        self._whole: dict[Run, Look] = {}  # the newest look at any member of a run: its measurement is shared

    def __call__(self) -> list[Chart]:
        """Return the charts of the present iteration."""
        s = self._session
        if self._given is None and (wanted := choose_side_panels(s.recipes[0])) != self._shown:
            self._shown, self._charts = wanted, SideCharts(wanted)
        self._whole = {run: look for run, look in self._whole.items() if run in s.fleet.runs}
        words, pins = [spell(words) for words in s.differences], s.pins.beside(s.recipes[0])
        return self._charts.update(
            [Side(LETTERS[i], words[i], replace(self._look(i), pins=pins)) for i in range(s.sides)]
        )

    def _look(self, side: int) -> Look:
        s = self._session
        placed = [s.fleet.member(member) for member in s.members(side)]
        run, number = placed[s.focus]
        run.followed = tuple(self._charts.needs)
        patience = ARROWS_SECONDS if s.slow else math.inf
        needs = self._charts.needs | set(s.metrics)
        dim = run.population.recipes[number].parts.data.dim
        n = SAMPLES.get(dim, SAMPLES_ELSEWHERE) // (2 if s.sides > 1 else 1)  # of narrower pictures half as many
        stages = s.stages[side : side + 1]
        look = Look.from_run(
            at_stage(run.population, *stages), run.record, None, number, n, needs, self._whole.get(run), patience,
            self._charts.asks, s.layers,
        )  # fmt: skip
        look = show_stage(look, *stages)
        self._whole[run] = look
        self._looks[side] = select_members(look, [at for _, at in placed], self._looks.get(side))
        return self._looks[side]
