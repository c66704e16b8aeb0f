"""The charts of one run, look by look: all that one look must know of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from toygan.chart import Chart
from toygan.chart.kept import kept, restored
from toygan.chart.limits import grown
from toygan.files import packed, unpacked
from toygan.panels import PANELS, chart
from toygan.panels.look import EARLIER, Look

NUMBERS = "numbers"


class Charts:
    """Panels by name as charts of the newest look.

    A growing axis does not become shorter within a run, and a member that has diverged keeps its last samples. `needs`
    are the metrics that the panels show, `look` is the newest look. Raises ValueError for an unknown panel, or none.
    """

    def __init__(self, panels: Sequence[str]) -> None:
        if not panels:
            raise ValueError(f"panels: none; choose from {', '.join(PANELS)}")
        kinds = PANELS.select(panels)
        self._panels = tuple(panels)
        self._measured = {name for name, kind in kinds.items() if all(panel.measured for panel in kind)}
        self.needs = {metric for kind in kinds.values() for panel in kind for metric in panel.needs}
        self.look: Look | None = None
        self._charts: list[Chart] = []

    def kept(self) -> bytes:
        """What the charts of a later look must know of this one; ValueError where there was none."""
        if self.look is None:
            raise ValueError("charts: no look to keep")
        told, numbers = kept([self._charts])
        earlier = {name: x for name in EARLIER if (x := getattr(self.look, name)) is not None}
        return packed({"step": self.look.step, "charts": told}, {NUMBERS: numbers, **earlier})

    def resume(self, content: bytes, look: Look) -> None:
        """Goes on after the look of which `kept` made the content; `look` is any later one at the same member.

        Raises ValueError where the content is none.
        """
        words, arrays = unpacked(content)
        try:
            (charts,) = restored(words["charts"], arrays.pop(NUMBERS))
            self._charts = list(charts)
            earlier: dict[str, Any] = {name: arrays.get(name) for name in EARLIER}
            self.look = replace(look, step=int(words["step"]), **earlier)
        except (LookupError, TypeError) as error:
            raise ValueError(f"charts: {error}") from None

    def of(self, look: Look) -> list[Chart]:
        """The charts of a look; where it is earlier than the one before, or at another member, axes start again.

        Charts of measurements stay the same objects until there is a new one.
        """
        before = self.look
        if before is not None and (look.step < before.step or look.member != before.member):
            before = None
        self.look = look = look.after(before)
        if before is None:
            self._charts = [chart(name, look) for name in self._panels]
        else:
            kept = self._measured if look.measured_as(before) else ()
            self._charts = [
                old if name in kept else grown(old, chart(name, look))
                for name, old in zip(self._panels, self._charts, strict=True)
            ]
        return self._charts
