"""The vocabulary of charts: ten marks, each a frozen set of arrays.

Who makes a mark computes its numbers; a painter turns them into pixels and knows nothing of GANs. Sizes and offsets are
in points (1/72 inch), for text too; everything else is in the numbers of the axes. NaN and infinity are not painted: a
missing point, a gap in a line.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field, fields
from typing import ClassVar, Literal

import numpy as np

from toygan.chart.axis import ROLES, Role

Array = np.ndarray
Shape = Literal["", "circle", "triangle", "plus", "diamond"]
Dash = Literal["", "dotted", "dashed", "dashdot"]
Anchor = Literal["center", "left", "right", "top", "bottom"]


@dataclass(frozen=True, eq=False)
class Mark:
    """The base of all marks. Arrays are kept as float64, infinity as NaN.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
    Raises:
        ValueError: If the role is unknown, or an array has the wrong shape.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Line, Mark
        >>> isinstance(Line("mean", "ink", np.arange(3), np.zeros(3)), Mark)
        True
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
        """Keep a field as float64, infinity as NaN; ValueError if it has another shape."""
        array = np.asarray(getattr(self, key), dtype=np.float64)
        if array.shape != wanted:
            raise ValueError(f"mark {self.name!r}: {key} has shape {array.shape}; must be {wanted}")
        object.__setattr__(self, key, np.where(np.isfinite(array), array, np.nan))

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays by field: the numbers that change from frame to frame."""
        return {f.name: value for f in fields(self) if isinstance(value := getattr(self, f.name), np.ndarray)}


@dataclass(frozen=True, eq=False)
class Points(Mark):
    """A point at each (x, y): real ones are circles, generated ones triangles with a thin edge.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places `(n,)`.
        y: Places `(n,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        size: Width of a point, in points [default: 5].
        shape: "circle", "triangle", "plus" or "diamond" (hollow) [default: that of the role].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Points
        >>> Points("fake", "generated", np.array([0, np.inf]), np.array([1, 2]), label="generated").x
        array([ 0., nan])
    """

    x: Array  # (n,)
    y: Array  # (n,)
    _: KW_ONLY
    size: float = 5.0
    shape: Shape = ""


@dataclass(frozen=True, eq=False)
class Line(Mark):
    """A line through points, interrupted at NaN; or one level from edge to edge.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places `(n,)`, or None for one level.
        y: Places `(n,)`, or the level `(1,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        width: Its width, in points [default: 1.8].
        dash: "dotted", "dashed" or "dashdot" [default: solid].
        end: "cross" for a cross at the last finite point, where a member diverged [default: none].
        end_label: Words right of that point; painters keep those of one chart apart [default: none].
        closed: True to join the last point to the first [default: False].
        fill: Role whose colour tints the inside [default: no fill].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Line
        >>> level = Line("equilibrium", "muted", None, np.array([0.69]), dash="dotted")
        >>> level.y
        array([0.69])
    """

    x: Array | None  # (n,)
    y: Array  # (n,)
    _: KW_ONLY
    width: float = 1.8
    dash: Dash = ""
    end: Literal["", "cross"] = ""
    end_label: str = ""
    closed: bool = False
    fill: Role | None = None


@dataclass(frozen=True, eq=False)
class Lines(Mark):
    """Several lines over the same x, interrupted at NaN. A page names the line that one points at.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places `(n,)`.
        y: Places `(n, len(names))`: a row for each x.
        names: Name of each line.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        width: Width of each, in points [default: 1].
        instead_of: Names of marks that the lines replace in a page when a reader asks for it [default: none].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Lines
        >>> Lines("seeds", "generated", np.arange(3), np.ones((3, 2)), ("seed 0", "seed 1")).y.shape
        (3, 2)
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
    """The area between `low` and `high`, interrupted at NaN; or one pair of levels from edge to edge.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places `(n,)`; a band in steps repeats them. None for one pair of levels.
        low: Lower edge `(n,)` or `(1,)`.
        high: Upper edge `(n,)` or `(1,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        end_label: Words at the right end of the axes, beside the last values; "\\n" begins a line [default: none].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Band
        >>> Band("true samples", "real", None, np.array([0.98]), np.array([0.99]), opacity=0.2).low
        array([0.98])
    """

    x: Array | None  # (n,)
    low: Array  # (n,)
    high: Array  # (n,)
    _: KW_ONLY
    end_label: str = ""
    columns = ("x", "low", "high")


@dataclass(frozen=True, eq=False)
class Bars(Mark):
    """Upright bars from 0 to `height`, filled as one area: bars that touch show no seam.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        left: Left edges `(n,)`.
        right: Right edges `(n,)`.
        height: Heights `(n,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Bars
        >>> edges = np.arange(4)
        >>> Bars("shares", "generated", edges[:-1], edges[1:], np.array([0.2, 0.5, 0.3])).height.sum()
        np.float64(1.0)
    """

    left: Array  # (n,)
    right: Array  # (n,)
    height: Array  # (n,)
    columns = ("left", "right", "height")


@dataclass(frozen=True, eq=False)
class Raster(Mark):
    """Values from 0 to 1 in cells of equal size over the whole axes; row 0 is the lowest, column 0 the leftmost.

    Its row of the legend reads: label, `low`, a bar of the colours, `high`, `unit`; `middle` parts the bar.
    """

    values: Array  # (rows, columns)
    _: KW_ONLY
    low: str = ""
    middle: str = ""
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
    """A background: values from 0 to 1 on a grid, blended into each other; nothing is painted if one is NaN.

    The colour goes from that of generated samples (0) over the paper (0.5) to that of real samples (1).

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        values: Values `(rows, columns)` over the whole axes; row 0 is the lowest, column 0 the leftmost.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        low: Words for 0, left of the colours in the legend [default: none].
        high: Words for 1, right of them [default: none].
        middle: Words for 0.5, in the middle of the colours [default: none].
        unit: Words behind those, muted [default: none].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Surface
        >>> Surface("d", "discriminator", np.full((2, 3), 0.5), label="D says:", low="generated", high="real").unit
        ''
    """


@dataclass(frozen=True, eq=False)
class Cells(Raster):
    """A table of coloured cells with faint lines between them; a page names the cell that one points at.

    The colour goes from the paper (0) to that of the role (1); a cell without a value (NaN) has a small cross, and one
    below 0, beyond the end of the scale, a small triangle that points down.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        values: Values from 0 to 1, or below 0, `(rows, columns)`; row 0 is the lowest, column 0 the leftmost.
        names: Words of each cell, row by row; "\\n" begins a line.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        low: Words for 0, left of the colours in the legend [default: none].
        high: Words for 1, right of them [default: none].
        unit: Words behind those, muted [default: none].
        middle: Words for 0.5, in the middle of the colours [default: none].
        shown: Words in each cell, which a page shows on request [default: none].
        chosen: Cell with a strong edge, counted row by row [default: none].
        numbers: What a page reports of each cell that is chosen, row by row; -1 of one that cannot be [default: its
            place].
    Raises:
        ValueError: If there are not as many names, or words in cells, as cells.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Cells
        >>> Cells("rates", "real", np.array([[0.0, 1.0]]), ("lr_g 0.001", "lr_g 0.01"), chosen=1).values
        array([[0., 1.]])
    """

    names: tuple[str, ...]
    _: KW_ONLY
    shown: tuple[str, ...] = ()
    chosen: int = -1
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = (("names", self.names), ("words", self.shown or self.names), ("numbers", self.numbers or self.names))
        for key, given in kinds:
            if np.size(self.values) != len(given):
                raise ValueError(f"mark {self.name!r}: {len(given)} {key}; must be {np.size(self.values)}, one a cell")


@dataclass(frozen=True, eq=False)
class Arrows(Mark):
    """Arrows from (x, y) to (x + u, y + v), all in the numbers of the axes.

    A head is 4 widths wide and 5 long, or smaller on a short arrow; an arrow of length 0 is not painted.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places `(n,)`.
        y: Places `(n,)`.
        u: Lengths along x `(n,)`.
        v: Lengths along y `(n,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        width: Width of a shaft, in points [default: 1.6].
        key: Length on the x axis of an arrow that the legend shows beside the label [default: none].
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Arrows
        >>> zero, one = np.zeros(1), np.ones(1)
        >>> Arrows("gradient", "generator", zero, zero, one, one, key=1.0, label="= 1").u
        array([1.])
    """

    x: Array  # (n,)
    y: Array  # (n,)
    u: Array  # (n,)
    v: Array  # (n,)
    _: KW_ONLY
    width: float = 1.6
    key: float = 0.0
    columns = ("x", "y", "u", "v")


Pair = tuple[float, float]


@dataclass(frozen=True, eq=False)
class Mesh(Mark):
    """A regular grid of points (x, y), and its image (u, v) in the same axes: the grid as a map warps it.

    Its upright lines are coloured from `role` to `other`, its level ones from "muted" to "ink", so that a line of
    the image says where it comes from. A page shows the point of the grid nearest to the pointer in both, and the way
    between two points.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        x: Places of the grid `(n,)`, row by row from the lowest, each from left to right.
        y: Places of the grid `(n,)`.
        u: Places of the image `(n,)`.
        v: Places of the image `(n,)`.
        across: Points in a row.
        other: Role at the other end of the colours [default: "second"].
        every: Points from one painted line to the next [default: 1].
        width: Width of a line, in points [default: 0.9].
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        words: Names of a point of the grid and of its image [default: "z" and "x"].
        numbers: For x, y, u and v, the number at place 0 and that from place 0 to 1, to be read [default: the places].
        flat: True for a grid of one row, a curve that is read as one number [default: False].
    Raises:
        ValueError: If the points are not whole rows.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Mesh
        >>> x, y = (side.ravel() for side in np.meshgrid(np.arange(3.0), np.arange(2.0)))
        >>> Mesh("map", "generator", x, y, 2 * x, y + 1, 3).u
        array([0., 2., 4., 0., 2., 4.])
    """

    x: Array  # (n,)
    y: Array  # (n,)
    u: Array  # (n,)
    v: Array  # (n,)
    across: int
    _: KW_ONLY
    other: Role = "second"
    every: int = 1
    width: float = 0.9
    words: tuple[str, str] = ("z", "x")
    numbers: tuple[Pair, Pair, Pair, Pair] = ((0, 1), (0, 1), (0, 1), (0, 1))
    flat: bool = False
    columns = ("x", "y", "u", "v")

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.across < 1 or len(self.x) % self.across:
            raise ValueError(f"mark {self.name!r}: {len(self.x)} points; must be whole rows of {self.across}")


@dataclass(frozen=True, eq=False)
class Text(Mark):
    """Words at places of the chart.

    Args:
        name: Key of the mark: unique in its chart, the same from frame to frame.
        role: Role that decides its colour, in light and in dark: "real", "generated", "discriminator", "generator",
            "second", "third", "ink", "muted" or "faint".
        words: Words `(n,)`; empty ones are not painted.
        x: Places `(n,)`.
        y: Places `(n,)`.
        label: Entry in the legend; marks with the same label share one [default: none].
        opacity: From 0 to 1 [default: 1].
        offset: Points to the right and up by which they are moved, `(n, 2)`, or `(1, 2)` for all [default: 0].
        anchor: Part of the words that lies at the place: "center", "left", "right", "top" or "bottom"; "left" is the
            left edge, at half of the height [default: "center"].
        units: "data" for the numbers of the axes, or "axes": from (0, 0), the lower left corner, to (1, 1).
        size: Size of the letters, in points [default: 9.5].
        bold: True for bold letters [default: False].
        box: True for a box in the colour of the paper, so that words can be read on other marks [default: False].
    Raises:
        ValueError: If there are not as many words as places.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Text
        >>> Text("modes", "ink", ("1", "2"), np.zeros(2), np.ones(2), offset=np.array([[0, 8]])).offset
        array([[0., 8.],
               [0., 8.]])
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
