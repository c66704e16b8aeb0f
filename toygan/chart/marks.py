"""The vocabulary of charts: nine marks, each a frozen set of arrays.

All that is to be computed is computed where a mark is made; a painter turns numbers into pixels and knows nothing of
GANs. Sizes and offsets are in points (1/72 inch), for text too; everything else is in the numbers of the axes. NaN, and
so infinity, is nothing: a point that is not painted, a gap in a line.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, fields
from typing import ClassVar, Literal

import numpy as np

from toygan.chart.axis import ROLES, Role

Array = np.ndarray
Shape = Literal["", "circle", "triangle", "plus", "diamond"]
Dash = Literal["", "dotted", "dashed"]
Anchor = Literal["center", "left", "right", "top", "bottom"]


@dataclass(frozen=True, eq=False)
class Mark:
    """What all marks have in common.

    `name` is the mark's key: unique in its chart, the same from frame to frame. `role` says what it stands for, which
    `style` turns into colour and shape, in light and in dark. Marks with the same `label` share one entry of the
    legend; without a label a mark has none. Arrays are kept as float64. Raises ValueError for a role that is none and
    an array of a wrong shape, naming the mark.
    """

    name: str
    role: Role
    _: KW_ONLY
    label: str = ""
    opacity: float = 1.0
    columns: ClassVar[tuple[str, ...]] = ("x", "y")  # fields that hold arrays `(n,)`, with the same n

    def __post_init__(self) -> None:
        if self.role not in ROLES:
            raise ValueError(f"mark {self.name!r}: role={self.role!r}; allowed: {', '.join(ROLES)}")
        present = [key for key in self.columns if getattr(self, key) is not None]
        across = present != list(self.columns)  # without x: one level, from edge to edge
        for key in present:
            self._set(key, (1,) if across else (np.size(getattr(self, present[0])),))

    def _set(self, key: str, wanted: tuple[int, ...]) -> None:
        """Keeps a field as float64, infinity as NaN; ValueError where its shape is another."""
        array = np.asarray(getattr(self, key), dtype=np.float64)
        if array.shape != wanted:
            raise ValueError(f"mark {self.name!r}: {key} has shape {array.shape}; must be {wanted}")
        object.__setattr__(self, key, np.where(np.isfinite(array), array, np.nan))

    @property
    def arrays(self) -> dict[str, Array]:
        """The mark's arrays by field: what changes from frame to frame."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), np.ndarray)}


@dataclass(frozen=True, eq=False)
class Points(Mark):
    """Points of `size` points across: circles where real, triangles with a thin edge where generated.

    `shape` overrides that; a diamond is hollow, with an edge of 2 points, and a plus is 3 points thick.
    """

    x: Array  # (n,)
    y: Array  # (n,)
    _: KW_ONLY
    size: float = 5.0
    shape: Shape = ""


@dataclass(frozen=True, eq=False)
class Line(Mark):
    """A line through points, interrupted at NaN; where x is None, one level y `(1,)` from edge to edge.

    `end` "cross" puts a cross upon its last finite point, where a member diverged. `end_label` stands right of that
    point in the line's colour, bold; painters push the labels of one chart apart as little as it takes. `closed` joins
    the last point to the first, and `fill` then fills the inside with a tint (opacity 0.1) of another role.
    """

    x: Array | None  # (n,)
    y: Array  # (n,)
    _: KW_ONLY
    width: float = 1.8
    dash: Dash = ""  # dotted: a width on, 1.5 off; dashed: 3 on, 1.5 off
    end: Literal["", "cross"] = ""
    end_label: str = ""
    closed: bool = False
    fill: Role | None = None


@dataclass(frozen=True, eq=False)
class Lines(Mark):
    """One line for each of `names` over the same x, interrupted at NaN; a row of y for each x: they grow by rows.

    A mark that stands `instead_of` others of its chart is only seen in a page, in their place, where a reader asks for
    it; such a page says the name of the line that is pointed at, and hands it on where one is chosen.
    """

    x: Array  # (n,)
    y: Array  # (n, len(names))
    names: tuple[str, ...]
    _: KW_ONLY
    width: float = 1.0
    instead_of: tuple[str, ...] = ()  # names of marks
    columns = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        self._set("x", (np.size(self.x),))
        self._set("y", (len(self.x), len(self.names)))


@dataclass(frozen=True, eq=False)
class Band(Mark):
    """The area between `low` and `high`, interrupted at NaN; where x is None, one pair `(1,)` from edge to edge.

    A band in steps repeats its x. `end_label` stands at the right end of the axes in the band's colour, right-aligned
    with the panel upon the colour of the paper, as high as the last middle of low and high but above the ticks; "\\n"
    begins a line.
    """

    x: Array | None  # (n,)
    low: Array  # (n,)
    high: Array  # (n,)
    _: KW_ONLY
    end_label: str = ""
    columns = ("x", "low", "high")


@dataclass(frozen=True, eq=False)
class Bars(Mark):
    """Upright bars from 0 to `height` between `left` and `right`, filled as one area: bars that touch show no seam."""

    left: Array  # (n,)
    right: Array  # (n,)
    height: Array  # (n,)
    columns = ("left", "right", "height")


@dataclass(frozen=True, eq=False)
class Raster(Mark):
    """Values from 0 to 1 in cells of equal size over the whole axes; row 0 is the lowest, column 0 the leftmost.

    Its row of the legend reads: label, `low`, a bar of the colours, `high`, `unit` (muted).
    """

    values: Array  # (rows, columns)
    _: KW_ONLY
    low: str = ""
    high: str = ""
    unit: str = ""
    columns = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.ndim(self.values) != 2:
            raise ValueError(f"mark {self.name!r}: values has shape {np.shape(self.values)}; must be (rows, columns)")
        self._set("values", np.shape(self.values))


@dataclass(frozen=True, eq=False)
class Surface(Raster):
    """A raster as a background, its cells blended into each other.

    0 has the colour of generated, 0.5 that of the paper, 1 that of real, the ends at an opacity of 0.55
    (`style.surface_colours`). Nothing is painted where a value is NaN.
    """


@dataclass(frozen=True, eq=False)
class Cells(Raster):
    """A raster as a table, with faint lines between its cells.

    0 has the colour of the paper, 1 that of the role; where a value is NaN stands a small muted cross. A page says the
    `names` of the cell that is pointed at, one by one, and hands it on where it is chosen; the one that was, `chosen`,
    has an edge of ink. Raises ValueError for another number of names than of cells.
    """

    names: tuple[str, ...]  # of the cells, row by row; "\n" begins a line
    _: KW_ONLY
    chosen: int = -1  # of the cells, row by row

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.size(self.values) != len(self.names):
            raise ValueError(f"mark {self.name!r}: {len(self.names)} names; must be {np.size(self.values)}, one a cell")


@dataclass(frozen=True, eq=False)
class Arrows(Mark):
    """Arrows from (x, y) to (x + u, y + v), all in numbers of the axes, already cut to the longest that is wanted.

    A head is 4 widths wide and 5 long, shorter where the arrow is; an arrow of no length is not painted. Where `key` is
    above 0, a row of the legend shows an arrow to the right of this length on the x axis, and the label after it.
    """

    x: Array  # (n,)
    y: Array  # (n,)
    u: Array  # (n,)
    v: Array  # (n,)
    _: KW_ONLY
    width: float = 1.6
    key: float = 0.0
    columns = ("x", "y", "u", "v")


@dataclass(frozen=True, eq=False)
class Text(Mark):
    """Words at points, moved by `offset` points to the right and up; `anchor` is the part of the words that lies there.

    "left" is their left edge, at half of their height. With units "axes" (0, 0) is the lower left corner of the
    axes and (1, 1) the upper right one. A `box` of the paper's colour (opacity 0.85) keeps words readable upon marks.
    """

    words: tuple[str, ...]  # n of them
    x: Array  # (n,)
    y: Array  # (n,)
    _: KW_ONLY
    offset: Array = field(default_factory=lambda: np.zeros((1, 2)))  # (n, 2), or one for all
    anchor: Anchor = "center"
    units: Literal["data", "axes"] = "data"
    size: float = 9.5
    bold: bool = False
    box: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(self.words) != len(self.x):
            raise ValueError(f"mark {self.name!r}: {len(self.words)} words; must be {len(self.x)}, one a point")
        if np.shape(self.offset) == (1, 2):
            object.__setattr__(self, "offset", np.repeat(self.offset, len(self.x), axis=0))
        self._set("offset", (len(self.x), 2))
