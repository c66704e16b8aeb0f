"""Points given by the user: in a recipe, as an array or in a file."""

from __future__ import annotations

import csv
import hashlib
import os
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.files import Refusal, decoding, open_regular
from toygan.parts.checks import number, numbers, shares, size, text
from toygan.parts.distributions.base import Distribution, log_density, mixture_moments
from toygan.parts.distributions.csv_table import MOST_COLUMNS, find_text
from toygan.parts.distributions.csv_text import MOST_ROWS
from toygan.parts.distributions.layout import TableColumn, TableLayout
from toygan.parts.distributions.tables import TEXT, read_table
from toygan.parts.frames import is_frame, read_frame
from toygan.text import hint, round_to, short

MOST_POINTS = 4096  # in a recipe
LONGEST_TITLE = 60  # letters
MOST_MODES = 64  # different points that count as modes
FEW_NUMBERS, NEIGHBOURS = (
    10,
    0.5,
)  # different whole numbers in a column of counts, beyond, and share that are neighbours
FEW_ROWS, REPEATS = 10, 2  # different rows of a file that are modes though each is there once; and mean times, beyond
WITHIN = 12.0  # a point's samples are within 3/12 of the smallest gap between two points
MOST_HELD_OUT = 0.9  # of the rows
CLOCK_NS = 2 * 10**9  # the coarsest clock of a file system: what is written within one tick may have the same time


class Scattered(Distribution):
    """Finitely many points with shares, and noise of width sigma on them; without noise there is no density.

    Up to 64 different points are modes, unless a column holds counts. Without noise, their width is a twelfth of the
    smallest gap between two.
    """

    sigma: float
    round: bool

    @property
    def rows(self) -> Tensor:
        """The points `(n, dim)`."""
        raise NotImplementedError

    @property
    def row_shares(self) -> Tensor:
        """The share of each point `(n,)`."""
        return torch.full((len(self.rows),), 1 / len(self.rows))

    @property
    def dim(self) -> int:  # type: ignore[override]
        return self.rows.shape[1]

    @property
    def has_density(self) -> bool:  # type: ignore[override]
        """True with noise."""
        return self.sigma > 0

    @property
    def atoms(self) -> bool:  # type: ignore[override]
        """True without noise."""
        return self.sigma == 0

    @property
    def _of_numbers(self) -> Tensor:
        """False for axes of categories `(dim,)`."""
        return torch.ones(self.dim, dtype=torch.bool)

    @cached_property
    def whole(self) -> Tensor:
        """True for columns of whole numbers only `(dim,)`."""
        return self._of_numbers & (self.rows == self.rows.round()).all(0)

    @cached_property
    def counts(self) -> tuple[int, ...]:  # type: ignore[override]
        """The columns, from 0, of more than ten different whole numbers, most of them neighbours; none with noise."""
        whole = () if self.sigma else torch.nonzero(self.whole)[:, 0].tolist()
        return tuple(i for i in whole if _are_counts(self.rows[:, i]))

    @property
    def rounds(self) -> bool:  # type: ignore[override]
        """True with `round`."""
        return self.round

    def _check_round(self) -> None:
        if self.round and self.sigma:
            raise ValueError("round=True: needs sigma=0: with noise no number is whole")
        if self.round and not self.whole.any():
            raise ValueError("round=True: no column holds whole numbers only")

    def rounded(self, x: Tensor) -> Tensor:
        return torch.where(self.whole.to(x.device), x.round(), x) if self.round else x

    def from_players(self, x: Tensor) -> Tensor:
        return self.rounded(x)

    def _are_modes(self, count: int) -> bool:
        """Tell if so many different points are modes."""
        return count <= MOST_MODES and not self.counts

    @cached_property
    def _distinct(self) -> tuple[Tensor, Tensor]:
        """Different points `(K, dim)` and their shares `(K,)`; K is 0 if they are no modes."""
        points, which = torch.unique(self.rows, dim=0, return_inverse=True)
        if not self._are_modes(len(points)):
            return self.rows[:0], self.row_shares[:0]
        return points, torch.zeros(len(points)).scatter_add(0, which, self.row_shares)

    @property
    def modes(self) -> Tensor:
        return self._distinct[0]

    @property
    def weights(self) -> Tensor:
        return self._distinct[1]

    @cached_property
    def sigmas(self) -> Tensor:
        gaps = torch.pdist(self.modes)
        width = self.sigma or (float(gaps.min()) if len(gaps) else max(1.0, float(self.rows.abs().max()))) / WITHIN
        return torch.full((len(self.modes),), width)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        rows, shares = self.rows, self.row_shares
        if bool((shares == shares[0]).all()):
            which = torch.randint(len(rows), (n,), generator=generator)
        else:
            which = torch.multinomial(shares, n, replacement=True, generator=generator)
        return rows[which] + self.sigma * torch.randn(n, self.dim, generator=generator)

    def log_prob(self, x: Tensor) -> Tensor:
        """Compute the log density; raise ValueError without noise."""
        if not self.has_density:
            raise ValueError("sigma=0: points have no density; give them noise, such as sigma=0.05")
        return log_density(x, self.rows, torch.full((len(self.rows),), self.sigma), self.row_shares)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        return mixture_moments(self.rows, torch.full_like(self.rows, self.sigma**2), self.row_shares)

    @property
    def outline(self) -> Tensor:
        return self.rows


def _are_counts(column: Tensor) -> bool:
    """Tell if whole numbers `(n,)` are counts: there are many, and most of them are next to another one."""
    different = torch.tensor(sorted(set(column.tolist())))
    return len(different) > FEW_NUMBERS and float((different.diff() == 1).double().mean()) > NEIGHBOURS


@dataclass(frozen=True)
class GivenPoints(Scattered):
    """Given points, `x=((0, 0), (1, 1))` or `x=(0, 1)`, with shares that sum to 1 or, by default, are equal.

    `sigma` is the width of the noise on them; without noise there is no density. Up to 64 different points are modes,
    unless a column holds counts: more than ten whole numbers, most of them neighbours. `names` are those of the axes,
    as in `names=('height',)`. `round=True` rounds generated samples in the columns of whole numbers: rows out, pictures
    and what metrics read. The players see them as they are. `title` is a name for people, in place of the numbers.
    """

    x: Sequence[Any] = ((-1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    sigma: float = 0.0
    shares: Sequence[float] = ()
    names: Sequence[str] = ()
    round: bool = False
    title: str = ""
    asks = "x"

    def __post_init__(self) -> None:
        if self.sigma != 0:
            size("sigma", self.sigma)
        if not isinstance(self.x, Sequence) or not 1 <= len(self.x) <= MOST_POINTS:
            raise ValueError(f"x={short(self.x)}: must be 1 to {MOST_POINTS} points in brackets")
        rows = [point if isinstance(point, Sequence) else (point,) for point in self.x]
        if len(rows[0]) not in (1, 2):
            raise ValueError(f"x[0]={short(self.x[0])}: must be a number or a pair of numbers")
        rows = [numbers(f"x[{i}]", row, count=len(rows[0])) for i, row in enumerate(rows)]
        object.__setattr__(self, "x", tuple(rows))
        if self.shares != ():
            object.__setattr__(self, "shares", shares("shares", self.shares, len(rows)))
        self._check_names(len(rows[0]))
        self._check_round()
        text("title", self.title)
        if len(self.title) > LONGEST_TITLE or not self.title.isprintable():
            raise ValueError(f"title={short(self.title)}: must be at most {LONGEST_TITLE} letters in one line")

    def _check_names(self, count: int) -> None:
        names = (self.names,) if isinstance(self.names, str) and self.names else self.names
        if not isinstance(names, Sequence) or (names and len(names) != count):
            raise ValueError(f"names={short(self.names)}: must be {count}, one for each axis")
        for i, name in enumerate(names):
            text(f"names[{i}]", name)
        object.__setattr__(self, "names", tuple(names))

    # It seeds the true samples that metrics compare with: it stays what it was in 0.1, and a title changes none.
    def __repr__(self) -> str:
        more = f", names={self.names!r}" if self.names else ""
        more += ", round=True" if self.round else ""
        return f"Points(x={self.x!r}, sigma={self.sigma!r}, shares={self.shares!r}{more})"

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The given names."""
        return tuple(self.names)

    @cached_property
    def rows(self) -> Tensor:
        return torch.tensor(self.x)

    @cached_property
    def row_shares(self) -> Tensor:
        return torch.tensor(self.shares) if self.shares else super().row_shares


@dataclass(frozen=True)
class File(Scattered):
    """The rows of a file, equally likely: CSV, NPY, or NPZ (its first array); no code is run.

    `columns` selects columns by name, as in `"x,y"`, or by number if they have no names, as in `"0,3"` [default: all
    that have a name, or all]. Other columns may hold anything. `missing=drop` leaves out rows without a number. Without
    a path the data is that of `points`. `sigma` is the width of the noise on the rows. `held_out` is the share of rows,
    drawn once, that no run is trained on; metrics compare with these. `categories` names columns of text or of codes,
    as in `"color"`: each value has an axis, which is 1 in its rows, and a generated row has the value of the largest.
    More than ten different rows are modes only if each is there twice in the mean. `round=True` rounds generated
    samples in the columns of whole numbers: rows out, pictures and what metrics read.
    """

    path: str = ""
    columns: str = ""
    sigma: float = 0.0
    missing: str = ""
    held_out: float = 0.0
    categories: str = ""
    round: bool = False
    asks = "path"

    def __post_init__(self) -> None:
        if self.sigma != 0:
            size("sigma", self.sigma)
        text("path", self.path)
        text("columns", self.columns)
        text("missing", self.missing)
        text("categories", self.categories)
        for name in ("columns", "categories"):
            if getattr(self, name) and not self.path:
                raise ValueError(f"{name}={short(getattr(self, name))}: also needs a file, as path")
        if self.missing not in ("", "drop"):
            raise ValueError(f"missing={short(self.missing)}: must be 'drop', or left out")
        number("held_out", self.held_out, 0, MOST_HELD_OUT)
        if self.held_out and self.sigma:
            raise ValueError(f"held_out={self.held_out}: needs sigma=0: with noise every sample is new")
        _ = self._read
        if self.held_out and not 0 < len(self.held_rows) < len(self._read.points):
            which = "none" if len(self.held_rows) == 0 else "all"
            raise ValueError(f"held_out={self.held_out}: holds out {which} of {len(self._read.points)} rows")
        self._check_round()

    def __repr__(self) -> str:  # it seeds the true samples: an option that is not set is not in it
        more = f", missing={self.missing!r}" if self.missing else ""
        more += f", held_out={self.held_out!r}" if self.held_out else ""
        more += f", categories={self.categories!r}" if self.categories else ""
        more += ", round=True" if self.round else ""
        return f"File(path={self.path!r}, columns={self.columns!r}, sigma={self.sigma!r}{more})"

    def __eq__(self, other: object) -> bool:
        """Compare what was read, too: a file that has changed is other data."""
        return type(other) is File and all(
            getattr(self, name) == getattr(other, name)
            for name in ("path", "columns", "sigma", "missing", "held_out", "categories", "round", "digest")
        )

    @cached_property
    def _stamp(self) -> Stamp:
        return _find_stamp(self.path)

    @cached_property
    def _read(self) -> Rows:
        if not self.path:
            return Rows(GivenPoints().rows, (), "", None)
        return _load_rows(self.path, self.columns, self.missing == "drop", self.categories, self._stamp)

    @cached_property
    def _parts(self) -> tuple[Tensor, Tensor]:
        """The rows that runs are trained on, and those held out; both are all rows if none are held out."""
        every = self._read.points
        if not self.held_out:
            return every, every
        order = torch.randperm(len(every), generator=torch.Generator().manual_seed(0))
        count = round(self.held_out * len(every))
        return every[order[count:].sort().values], every[order[:count].sort().values]

    @property
    def rows(self) -> Tensor:
        """The rows that runs are trained on `(n, dim)`."""
        return self._parts[0]

    @property
    def held_rows(self) -> Tensor:
        """The rows that metrics compare with `(n, dim)`: those held out, or all."""
        return self._parts[1]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        if not self.held_out:
            return super().sample(n, generator)
        return self.held_rows[torch.randint(len(self.held_rows), (n,), generator=generator)]

    def sample_apart(self, n: int, generator: torch.Generator) -> Tensor:
        return super().sample(n, generator)

    def _are_modes(self, count: int) -> bool:
        """Tell if so many different rows are modes: a few, or rows that repeat; others are a small sample of a law."""
        repeat = count <= FEW_ROWS or len(self.rows) >= REPEATS * count
        return repeat and super()._are_modes(count)

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The names of the columns in a CSV file that names them; none of an array."""
        return self._read.names

    @property
    def _of_numbers(self) -> Tensor:
        if self.layout is None:
            return super()._of_numbers
        return torch.tensor([not levels for _, levels in self.layout.columns for _ in levels or ("",)])

    @property
    def layout(self) -> TableLayout | None:
        """The axes of each column, if some hold categories."""
        return self._read.layout

    @property
    def mode_names(self) -> tuple[str, ...]:
        """The levels of each mode, if there are categories."""
        return super().mode_names if self.layout is None else self.layout.name_points(self.modes.numpy())

    @property
    def digest(self) -> str:
        """A digest of the rows; "" without a path."""
        return self._read.digest

    @cached_property
    def extent(self) -> tuple[tuple[float, float], ...]:
        """The range of a plot, low and high per axis: that of each column with some room, whatever the others."""
        points = self._read.points
        low, high = points.min(0).values, points.max(0).values
        room = 0.1 * (high - low) + 5 * self.sigma
        room = torch.where(room > 0, room, torch.ones(()))
        return tuple(zip((low - room).tolist(), (high + room).tolist(), strict=True))

    @property
    def stale(self) -> bool:
        """True if the file may have changed since it was read, or is gone."""
        try:
            return bool(self.path) and (self._stamp.unsettled > 0 or _find_stamp(self.path) != self._stamp)
        except ValueError:  # the file is gone
            return True

    @property
    def training_set(self) -> Tensor | None:
        """The rows that are not held out; None with noise on them, since every sample is new."""
        return None if self.sigma else self.rows


class Stamp(NamedTuple):
    """The marks of a file that differ once it has changed, even if it was given its old time again.

    A file that was written a moment ago may change again without a new mark. Then `unsettled` is a number that no other
    stamp has.
    """

    place: tuple[int, int]  # device and number of the file
    size: int
    modified: int
    changed: int  # POSIX: by any write, and also by setting the time above
    unsettled: int


class Rows(NamedTuple):
    """The content of a file: its points `(n, dim)`, the names of their axes if it has any, and a digest of both."""

    points: Tensor
    names: tuple[str, ...]
    digest: str
    layout: TableLayout | None  # of a table with categories


def _find_stamp(path: str) -> Stamp:
    try:
        with decoding():
            found = Path(path).expanduser().stat()
    except ValueError as error:
        raise _refusal(path, error) from None
    written = found.st_ctime_ns if os.name == "posix" else found.st_mtime_ns
    fresh = time.time_ns() - written < CLOCK_NS
    place = found.st_dev, found.st_ino
    return Stamp(place, found.st_size, found.st_mtime_ns, found.st_ctime_ns, time.monotonic_ns() if fresh else 0)


def _refusal(path: str, error: ValueError) -> ValueError:
    return ValueError(f"path={short(path)}: cannot be read ({short(str(error))[1:-1]})")


@lru_cache(maxsize=8)
def _load_rows(path: str, columns: str, drop: bool, categories: str, stamp: Stamp) -> Rows:
    """Read the rows of a file; raise ValueError without rows."""
    choose, choose_categories = (
        partial(_choose, argument, words) if words else None
        for argument, words in (("columns", columns), ("categories", categories))
    )
    try:
        with decoding(Refusal):
            table = read_table(Path(path).expanduser(), choose, drop, choose_categories)
    except NoColumn:
        raise
    except Refusal as error:
        raise ValueError(f"path={short(path)}: {error}") from None
    except ValueError as error:
        raise _refusal(path, error) from None
    layout = TableLayout(tuple(map(TableColumn, table.names, table.levels))) if table.levels else None
    if layout and len(layout.axis_names) > MOST_COLUMNS:
        axes = len(layout.axis_names)
        raise ValueError(f"categories={short(categories)}: {axes} axes, one a level; must be 1 to {MOST_COLUMNS}")
    names, numbers = (layout.axis_names, layout.encode(table.numbers)) if layout else (table.names, table.numbers)
    held = np.ascontiguousarray(numbers, dtype=np.float32)
    if not 1 <= len(held) <= MOST_ROWS or not 1 <= held.shape[1] <= MOST_COLUMNS:
        raise ValueError(
            f"path={short(path)}: {held.shape[0]} rows of {held.shape[1]} columns; must be 1 to {MOST_ROWS} of 1 to "
            f"{MOST_COLUMNS}"
        )
    digest = hashlib.sha256(repr((held.shape, names)).encode())
    digest.update(held.data)
    return Rows(torch.from_numpy(held), names, digest.hexdigest()[:32], layout)


def list_text_columns(path: str, columns: str = "") -> list[str]:
    """Return those of the columns of a CSV file that hold text; none if it cannot be read, which `File` then says."""
    file, choose = Path(path).expanduser(), partial(_choose, "columns", columns) if columns else None
    with suppress(ValueError, OSError), decoding():
        if file.suffix.lower() in TEXT:
            with open_regular(file) as content:
                return find_text(content, choose)
    return []


class NoColumn(Refusal):
    """A file has no column of a name that was asked for."""


def _choose(argument: str, columns: str, names: Sequence[str]) -> list[int]:
    """Return the numbers of the columns that an argument asks for; a name may stand in double quotes."""
    wanted = [columns] if columns in names else next(csv.reader([columns], skipinitialspace=True))
    wanted = [name.strip() for name in wanted]
    for name in wanted:
        if name not in names:
            there = ", ".join([name for name in names if name][:20])
            among = "the file has" if argument == "columns" else "the columns that are read are"
            raise NoColumn(f"{argument}={short(columns)}: no column {short(name)}{hint(name, names)}; {among} {there}")
    return [names.index(name) for name in wanted]


def points(array: Any, sigma: float = 0.0, round: bool = False, title: str = "") -> str:
    """Write an array as a spec for a recipe's `data`.

    Args:
        array: Points `(n,)`, `(n, 1)` or `(n, 2)`, with n from 1 to 4096, or a DataFrame of one or two columns, which
            keep their names; numbers keep 6 digits, and more if they are far from 0 beside their range.
        sigma: Width of the noise on the points [default: 0.0].
        round: True rounds generated samples in the columns of whole numbers [default: False].
        title: A name for people, in menus and legends [default: "points"].
    Returns:
        A spec, for `Recipe(data=points(array))`.
    Raises:
        ValueError: If the array has another shape, too many rows, or a number that is missing or not finite.
    Example:
        >>> from toygan import points
        >>> points([[0, 0], [1, 0.5]], sigma=0.1)
        'points(x=[[0.0,0.0],[1.0,0.5]],sigma=0.1)'
    """
    table, names = read_frame("array", array) if is_frame(array) else (array, ())
    rows = np.asarray(table, dtype=float)
    if rows.ndim not in (1, 2) or (rows.ndim == 2 and rows.shape[1] not in (1, 2)) or not 1 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"array: shape {rows.shape}; must be (n,), (n, 1) or (n, 2) with n from 1 to {MOST_POINTS}")
    if not np.isfinite(rows).all():
        raise ValueError("array: must be finite")
    rows = rows.reshape(len(rows), -1)
    counts = _count_digits(rows)
    rounded = [[round_to(value, digits) for value, digits in zip(row, counts, strict=True)] for row in rows]
    literal = str([row[0] if len(row) == 1 else row for row in rounded]).replace(" ", "")
    quoted = ",".join(map(_quote, names))
    more = (f",sigma={float(sigma)!r}" if sigma else "") + (f",names=[{quoted}]" if names else "")
    more += (",round=True" if round else "") + (f",title={_quote(title)}" if title else "")
    return f"points(x={literal}{more})"


def _quote(words: str) -> str:
    return "'" + words.replace("'", "’") + "'"


def _count_digits(rows: np.ndarray) -> list[int]:
    """Return the significant digits that tell the numbers of each column apart: 6, and those of a large offset."""
    size, reach = np.abs(rows).max(axis=0), np.ptp(rows, axis=0)
    offset = np.log10(np.maximum(size / np.where(reach > 0, reach, np.inf), 1.0))
    return [6 + int(more) for more in np.minimum(offset, 9)]


POINTS: dict[str, Distribution] = {"points": GivenPoints(), "file": File()}
