"""The charts of one run, look by look; each look keeps the limits of axes from the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from toygan.chart import Chart
from toygan.chart.limits import keep_axes
from toygan.chart.serial import deserialize, serialize
from toygan.files import pack, unpack
from toygan.panels import PANELS, render
from toygan.panels.look import Look
from toygan.panels.pins import unnamed

NUMBERS = "numbers"


class Charts:
    """Panels by name, as charts of the newest look.

    A growing axis does not become shorter within a run, and a member that has diverged keeps its last samples. `needs`
    are the metrics that the panels show, `asks` the fields of a look that only some show, `look` is the newest look.
    Raises ValueError for an unknown panel, or if no panel is given.
    """

    def __init__(self, panels: Sequence[str]) -> None:
        if not panels:
            raise ValueError(f"panels: none; choose from {', '.join(PANELS)}")
        kinds = PANELS.select(panels)
        self._panels = tuple(panels)
        self._measured = {name for name, kind in kinds.items() if all(panel.measured for panel in kind)}
        self.needs = {metric for kind in kinds.values() for panel in kind for metric in panel.needs}
        self.asks = {field for kind in kinds.values() for panel in kind for field in panel.asks}
        self.look: Look | None = None
        self._charts: list[Chart] = []
        self._naming: str | None = None  # the panel whose legend names pins

    def serialize(self) -> bytes:
        """Return the newest charts and what later ones need of the newest look; ValueError before the first look."""
        if self.look is None:
            raise ValueError("charts: no look to keep")
        words, numbers = serialize([self._charts])
        drawn = {name: x for name, x in self.look.drawn.items() if x is not None}
        return pack({"step": self.look.step, "charts": words}, {NUMBERS: numbers, **drawn})

    def resume(self, content: bytes, look: Look) -> None:
        """Continue from the content that `serialize` made; `look` is any later look at the same member.

        Raises ValueError for invalid content.
        """
        words, arrays = unpack(content)
        try:
            (charts,) = deserialize(words["charts"], arrays.pop(NUMBERS))
            self._charts = list(charts)
            drawn: dict[str, Any] = {name: arrays.get(name) for name in look.drawn}
            self.look = replace(look, step=int(words["step"]), **drawn)
        except (LookupError, TypeError) as error:
            raise ValueError(f"charts: {error}") from None

    def update(self, look: Look) -> list[Chart]:
        """Return the charts of a new look; axes start again if it is earlier than the last one, or at another member.

        Charts of measurements stay the same objects until there is a new measurement.
        """
        before = self.look
        if before is not None and (look.step < before.step or look.member != before.member):
            before = None
        self.look = look = look.after(before)
        if before is None:
            self._naming = None
            self._charts = [self._render(name, look) for name in self._panels]
            return self._charts
        same_game = (look.recipe, look.diverged_at, look.pins) == (before.recipe, before.diverged_at, before.pins)
        late = [one.measured_at < one.step for one in (before, look)]  # then a curve says where it ends
        same = same_game and look.measurement is before.measurement and late[0] == late[1]
        stay = self._measured if same else ()
        if look.pins != before.pins:
            self._naming = None
        self._charts = [
            old if name in stay else keep_axes(old, self._render(name, look))
            for name, old in zip(self._panels, self._charts, strict=True)
        ]
        return self._charts

    def _render(self, name: str, look: Look) -> Chart:
        """Return the chart of a panel; the legend of the first that shows pins names them."""
        plain = look if self._naming in (None, name) else replace(look, pins=unnamed(look.pins))
        chart = render(name, plain)
        if self._naming is None and any(pin.words in chart.entries for pin in look.pins):
            self._naming = name
        return chart
