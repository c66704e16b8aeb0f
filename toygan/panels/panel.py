"""The class behind every panel, and charts of words alone."""

from __future__ import annotations

import textwrap
from typing import Any, ClassVar

import numpy as np

from toygan.chart import Axis, Chart, Text
from toygan.chart.axis import Role, shorten
from toygan.panels.look import Look
from toygan.recipe import Recipe

NOTE_SIZE, NOTE_POINTS = 10.0, 13.0  # of the words of an empty chart, and from line to line
LINE_LETTERS, MOST_LETTERS = 32, 150  # of such a line, and of all


class Panel:
    """A picture of a run, to subclass: `chart` turns a `Look` into a chart, and equal looks give equal charts.

    Put an instance into `PANELS` under a name of your own; then `Playground(panels=[...])` knows it.

    Args:
        title: Words above the chart.
        about: Two plain sentences on what is seen, behind the "?" beside the title [default: none].
        needs: Names of the metrics that it shows; a run measures them for it [default: none].
        asks: Names of the fields of a look that it shows, of those that are left out otherwise [default: none].
        measured: True if it shows measurements only, so its chart stays until the next one [default: False].
    Example:
        >>> from toygan import Look, Panel, Population, Recipe
        >>> from toygan.chart import Axis, Chart, Line
        >>> from toygan.runs.record import Record
        >>> class LossOfD(Panel):
        ...     title, needs = "D's loss", ("loss-d",)
        ...     def chart(self, look):
        ...         line = Line("D", "discriminator", look.steps, look.metric("loss-d"))
        ...         return Chart(self.title, Axis("iteration", 0, 100), Axis("", 0, 2), (line,))
        >>> population, record = Population(Recipe(width=4, batch=8)), Record()
        >>> record.add(population.snapshot(100))
        >>> LossOfD().chart(Look.from_run(population, record))["D"].x
        array([0.])
    """

    title: str = ""
    about: str = ""
    needs: tuple[str, ...] = ()
    asks: ClassVar[tuple[str, ...]] = ()
    measured: ClassVar[bool] = False

    def refuses(self, recipe: Recipe) -> str | None:
        """Return the reason why this panel has nothing to show for a recipe; None if it has something."""
        return None

    def chart(self, look: Look) -> Chart:
        """Return the chart of a look, from arrays and words of the look alone."""
        raise NotImplementedError


def caption(name: str, role: Role, words: str, x: float, y: float, below: float = 0.0, **how: Any) -> Text:
    """Return one text at a place between (0, 0) and (1, 1) of the axes, or `below` points under it."""
    offset = np.array([[0.0, -below]])
    return Text(name, role, (words,), np.array([x]), np.array([y]), offset=offset, units="axes", **how)


def note(title: str, words: str) -> Chart:
    """Return an empty chart with the reason why it is empty, on lines that have room at a size that can be read."""
    lines = textwrap.wrap(shorten(words, MOST_LETTERS), LINE_LETTERS, break_on_hyphens=False)
    n = len(lines)
    down = np.array([[0.0, NOTE_POINTS * ((n - 1) / 2 - i)] for i in range(n)])
    text = Text(
        "note", "muted", tuple(lines), np.full(n, 0.5), np.full(n, 0.6), offset=down, units="axes", size=NOTE_SIZE
    )
    return Chart(title, Axis("", 0, 1), Axis("", 0, 1), (text,), frame=False)
