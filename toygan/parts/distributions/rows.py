"""The rows of a file as a distribution."""

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
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.files import Refusal, decoding, open_regular
from toygan.parts.checks import number, size, text
from toygan.parts.distributions.base import Distribution
from toygan.parts.distributions.csv_table import MOST_COLUMNS, find_text
from toygan.parts.distributions.csv_text import MOST_ROWS
from toygan.parts.distributions.layout import TableColumn, TableLayout
from toygan.parts.distributions.points import GivenPoints
from toygan.parts.distributions.scattered import Scattered
from toygan.parts.distributions.tables import TEXT, read_table
from toygan.text import hint, short

FEW_ROWS, REPEATS = 10, 2  # different rows that are modes though each is there once; and mean times, beyond
MOST_HELD_OUT = 0.9  # of the rows
CLOCK_NS = 2 * 10**9  # the coarsest clock of a file system: what is written within one tick may have the same time


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


FILES: dict[str, Distribution] = {"file": File()}
