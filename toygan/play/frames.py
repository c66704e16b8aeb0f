"""The charts of a session: its panels over the member in focus."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from toygan.chart import Chart
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import choose_panels
from toygan.panels.seeds import ALL_SEEDS
from toygan.play.session import Session
from toygan.play.slow_motion import at_stage, show_stage

ARROWS_SECONDS = 0.15  # in which arrows are found, or left out, if an iteration takes long


class Frames:
    """The named panels of a session, frame by frame; None for those that its data can fill.

    While the session shows all seeds, their panels take the place of these. Raises ValueError for an unknown panel.
    """

    def __init__(self, session: Session, panels: Sequence[str] | None = None) -> None:
        self._session, self._given = session, panels
        self._shown = self._wanted()
        self._charts = Charts(self._shown)

    def _wanted(self) -> tuple[str, ...]:
        if self._session.every_seed:
            return ALL_SEEDS
        return tuple(choose_panels(self._session.recipe) if self._given is None else self._given)

    def __call__(self) -> list[Chart]:
        """Return the charts of the present iteration."""
        s = self._session
        if (wanted := self._wanted()) != self._shown:  # the data has changed, or what is to be seen
            self._shown, self._charts = wanted, Charts(wanted)
        patience = ARROWS_SECONDS if s.slow else math.inf
        before, needs = self._charts.look, self._charts.needs
        s.run.followed = tuple(needs)
        asks = self._charts.asks
        population = at_stage(s.population, *s.stages)
        look = Look.from_run(population, s.record, s.snapshot, s.focus, None, needs, before, patience, asks, s.layers)
        look = show_stage(look, *s.stages)
        return self._charts.update(replace(look, sort=s.sort, pins=s.pins.beside(s.recipe)))
