"""What a panel is: it says of a look what is to be seen, and of a recipe whether there is anything."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from toygan.chart import Axis, Chart, Text
from toygan.chart.axis import Role
from toygan.panels.look import Look
from toygan.recipe import Recipe


class Panel:
    """A picture of a run without a state of its own: equal looks give equal charts."""

    title: str = ""
    needs: tuple[str, ...] = ()  # metrics that have to be measured for it
    measured: ClassVar[bool] = False  # whether it shows measurements only, so that its chart stays until the next one

    def refuses(self, recipe: Recipe) -> str | None:
        """Why this panel has nothing to show for that recipe, or None where it has."""
        return None

    def chart(self, look: Look) -> Chart:
        """What is to be seen of the look."""
        raise NotImplementedError


def caption(name: str, role: Role, words: str, x: float, y: float, below: float = 0.0, **how: Any) -> Text:
    """One text at a place of the axes, from (0, 0) to (1, 1), or so many points below it."""
    offset = np.array([[0.0, -below]])
    return Text(name, role, (words,), np.array([x]), np.array([y]), offset=offset, units="axes", **how)


def note(title: str, words: str) -> Chart:
    """An empty chart that says why it is empty."""
    text = caption("note", "muted", words, 0.5, 0.6, size=10)
    return Chart(title, Axis("", 0, 1), Axis("", 0, 1), (text,), frame=False)
