"""A chart: two axes and the marks between them, as painters draw it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from toygan.chart.axis import Axis
from toygan.chart.marks import Arrows, Lines, Mark, Raster, Text

Kind = TypeVar("Kind", bound=Mark)


@dataclass(frozen=True)
class Layer:
    """A part of a chart that its maker computes only while it is switched on.

    Args:
        name: What a page calls it if its switch is pressed.
        label: Words on the switch while it is off; else the legend names its marks.
        on: True if its marks are there.
        marks: Names of the marks that it may have.
        about: What it is, for a tooltip [default: nothing].
    Example:
        >>> from toygan.chart import Layer
        >>> Layer("best", "best D", False, ("best",)).on
        False
    """

    name: str
    label: str
    on: bool
    marks: tuple[str, ...]
    about: str = ""


@dataclass(frozen=True, eq=False)
class Chart:
    """The picture of one panel: axes, and marks in the order in which they are painted.

    Marks end at the axes, except text. Below the axes painters put, row by row, the ticks and the label of x, the
    legend, the colours of a surface or of cells, `note`, and the key of arrows. `chart["name"]` is the mark of that
    name.

    Args:
        title: Words above the axes, in bold.
        x: Axis from left to right.
        y: Axis from bottom to top.
        marks: Marks in the order of painting; no two may have the same name.
        right: Axis of words on the right-hand side; its ticks lie at values of y [default: none].
        aspect: Length of 1 on y relative to 1 on x; the axes then shrink to fit [default: any].
        note: Words below the legend [default: none].
        legend: Labels in the order of their entries [default: the order of the marks].
        legend_above: True to put the legend above the axes, at the right [default: False].
        frame: False to draw neither axis [default: True].
        about: What is seen, in a few sentences that a page shows on request [default: none].
        layers: Parts that a page can switch on and off, beside the legend [default: none].
        lead: True for one of several large charts, which share the first row of a picture [default: False].
    Raises:
        ValueError: If two marks share a name, or lines replace a mark, or the legend names a label, that is not there.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Axis, Chart, Line
        >>> steps = np.array([0.0, 100.0])
        >>> line = Line("loss-d", "discriminator", steps, np.array([1.4, 1.2]), label="D")
        >>> chart = Chart("Losses", Axis("iteration", 0, 100), Axis("", 0, 2), (line,))
        >>> list(chart.entries), chart["loss-d"].y
        (['D'], array([1.4, 1.2]))
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
    about: str = ""
    layers: tuple[Layer, ...] = ()
    lead: bool = False

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
        """The marks without lines that replace others on demand."""
        return [mark for mark in self.marks if not (isinstance(mark, Lines) and mark.instead_of)]

    @property
    def entries(self) -> dict[str, list[Mark]]:
        """The legend: the marks of each label. Surfaces, cells and arrows with a key have rows of their own."""
        own = [m for m in self.seen if isinstance(m, Raster) or (isinstance(m, Arrows) and m.key)]
        shown = [m for m in self.seen if m.label and m not in own]
        labels = self.legend or tuple(dict.fromkeys(m.label for m in shown))
        return {label: [m for m in shown if m.label == label] for label in labels}

    def of_kind(self, kind: type[Kind]) -> list[Kind]:
        """Return the marks of one kind, such as `Line`."""
        return [mark for mark in self.marks if isinstance(mark, kind)]

    @property
    def texts_below(self) -> list[Text]:
        """The text below the axes, for which a painter leaves room."""
        return [text for text in self.of_kind(Text) if text.units == "axes" and (text.y <= 0).all()]

    def __getitem__(self, name: str) -> Mark:
        """Return the mark of that name; KeyError if there is none."""
        return {mark.name: mark for mark in self.marks}[name]
