"""The charts of one run, look by look: all that one look must know of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from toygan.chart import Chart
from toygan.chart.limits import grown
from toygan.panels import PANELS, chart
from toygan.panels.look import Look


class Charts:
    """Panels by name as charts of the newest look.

    A growing axis does not become shorter within a run, and a member that has diverged keeps its last samples. Raises
    ValueError for an unknown panel, or none.
    """

    def __init__(self, panels: Sequence[str]) -> None:
        if not panels:
            raise ValueError(f"panels: none; choose from {', '.join(PANELS)}")
        PANELS.select(panels)
        self._panels = tuple(panels)
        self._look: Look | None = None
        self._charts: list[Chart] = []

    def of(self, look: Look) -> list[Chart]:
        """The charts of a look; where it is earlier than the one before, or at another member, axes start again."""
        if self._look is not None and (look.step < self._look.step or look.member != self._look.member):
            self._look, self._charts = None, []
        self._look = look = look.after(self._look)
        self._charts = grown(self._charts, [chart(name, look) for name in self._panels])
        return self._charts
