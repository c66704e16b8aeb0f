"""Points given by the user in a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import numbers, shares, size, text
from toygan.parts.distributions.base import Distribution
from toygan.parts.distributions.scattered import Scattered
from toygan.parts.frames import is_frame, read_frame
from toygan.text import round_to, short

MOST_POINTS = 4096  # in a recipe
LONGEST_TITLE = 60  # letters


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


POINTS: dict[str, Distribution] = {"points": GivenPoints()}
