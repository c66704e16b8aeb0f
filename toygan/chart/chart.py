"""A chart: axes and the marks upon them, as a painter gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from toygan.chart.axis import Axis
from toygan.chart.marks import Arrows, Lines, Mark, Raster, Text

Kind = TypeVar("Kind", bound=Mark)


@dataclass(frozen=True, eq=False)
class Chart:
    """One panel's picture: axes, and marks in the order in which they are painted.

    Painters clip marks to the axes, all but words, and draw the title in bold above their left edge. Below them stand,
    row by row: the x axis's words and label, the legend (labels in the order of `legend`, or else of the marks), the
    surface's row, `note`, the arrows' row; `legend_above` puts the legend above the axes' right edge instead. `right`
    is an axis of words alone: its ticks stand at values of y. `aspect` is the length of 1 on y beside that of 1 on x;
    the axes then shrink to fit, at the top left of their place. Without `frame` neither axis is drawn.
    Raises ValueError, naming the chart, for two marks of one name, for a mark instead of none, and for a legend that
    names what no mark is labelled.
    """

    title: str
    x: Axis
    y: Axis
    marks: tuple[Mark, ...]
    right: Axis | None = None
    aspect: float | None = None
    note: str = ""
    legend: tuple[str, ...] = ()
    legend_above: bool = False
    frame: bool = True

    def __post_init__(self) -> None:
        names, labels = [mark.name for mark in self.marks], {mark.label for mark in self.marks}
        if len(set(names)) < len(names):
            raise ValueError(f"chart {self.title!r}: marks {', '.join(names)}; no two may have the same name")
        instead = [name for mark in self.of_kind(Lines) for name in mark.instead_of]
        if missing := [name for name in instead if name not in names]:
            raise ValueError(f"chart {self.title!r}: lines instead of {missing[0]!r}; no mark has that name")
        if missing := [label for label in self.legend if label not in labels]:
            raise ValueError(f"chart {self.title!r}: legend {missing[0]!r}; no mark has that label")

    @property
    def seen(self) -> list[Mark]:
        """The marks without those that stand instead of others."""
        return [mark for mark in self.marks if not (isinstance(mark, Lines) and mark.instead_of)]

    @property
    def entries(self) -> dict[str, list[Mark]]:
        """The legend: the marks of each label. Surfaces, cells and arrows with a key have rows of their own."""
        own = [m for m in self.seen if isinstance(m, Raster) or (isinstance(m, Arrows) and m.key)]
        shown = [m for m in self.seen if m.label and m not in own]
        labels = self.legend or tuple(dict.fromkeys(m.label for m in shown))
        return {label: [m for m in shown if m.label == label] for label in labels}

    def of_kind(self, kind: type[Kind]) -> list[Kind]:
        """The marks of one kind, such as `Line`."""
        return [mark for mark in self.marks if isinstance(mark, kind)]

    @property
    def texts_below(self) -> list[Text]:
        """Words that stand below the axes: a painter leaves room for them."""
        return [text for text in self.of_kind(Text) if text.units == "axes" and (text.y <= 0).all()]

    def __getitem__(self, name: str) -> Mark:
        """The mark of that name; KeyError where there is none."""
        return {mark.name: mark for mark in self.marks}[name]
