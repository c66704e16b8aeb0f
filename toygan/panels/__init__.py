"""Panels: each turns a look at a run into a chart.

A panel is a class and its row, side by side in the file of its family; here the rows are joined into the menu.
"""

from dataclasses import replace

from toygan.chart import Chart
from toygan.panels import columns, coverage, curves, dirac, map, samples, score, seeds
from toygan.panels.look import Look as Look
from toygan.panels.panel import Panel as Panel
from toygan.panels.panel import note
from toygan.panels.score import AnyMetric
from toygan.parts.menu import Menu, instantiate
from toygan.parts.metrics import METRICS


class Panels(Menu[tuple[Panel, ...]]):
    """The panels by name. The name of any metric is a panel, too, if no panel has that name.

    A row holds panels that show the same thing for different data: the first that does not refuse the recipe is taken.
    A single panel may be set as it is.

    Example:
        >>> from toygan import PANELS, Recipe
        >>> [panel.refuses(Recipe(data="two-moons")) for panel in PANELS["coverage"]]
        ['two-moons has no modes to count']
        >>> PANELS.make("mean-offset")[0].title
        'mean-offset (spreads of the data)'
    """

    def __setitem__(self, name: str, row: Panel | tuple[Panel, ...]) -> None:
        super().__setitem__(name, tuple(instantiate(name, p) for p in (row if isinstance(row, tuple) else (row,))))

    def make(self, spec: str) -> tuple[Panel, ...]:
        named = self.row(spec) in self or spec not in METRICS
        return super().make(spec) if named else (AnyMetric(spec),)


PANELS = Panels(
    {
        **samples.PANELS,
        **map.PANELS,
        **curves.PANELS,
        **coverage.PANELS,
        **columns.PANELS,
        **score.PANELS,
        **dirac.PANELS,
        **seeds.PANELS,
    },
    aliases={"divergence": "reverse-kl"},
)
"""The panels by name, for a playground, a picture or a recording."""


def render(name: str, look: Look) -> Chart:
    """Return the chart of a panel, or a note why it has nothing to show; ValueError for an unknown name."""
    panels = PANELS.make(name)
    reasons = [panel.refuses(look.recipe) for panel in panels]
    if None in reasons:
        panel = panels[reasons.index(None)]
        return replace(panel.chart(look), about=panel.about)
    return note(panels[-1].title, f"nothing to show: {reasons[-1]}")
