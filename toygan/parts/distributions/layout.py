"""The axes of a table with categories: one for each column of numbers, and one for each level of a category."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from toygan.text import short

MOST_LEVELS = 50  # of a column


class TableColumn(NamedTuple):
    """A column of a table: its name, and its levels if it holds categories, or none if it holds numbers."""

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class TableLayout:
    """The columns of a table with categories; each level has an axis, which is 1 in its rows and 0 in all others.

    Args:
        columns: The columns, in order.
    """

    columns: tuple[TableColumn, ...]

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The name of each axis, such as "age" and "color=red"."""
        return tuple(f"{name}={level}" if level else name for name, levels in self.columns for level in levels or ("",))

    @cached_property
    def spans(self) -> tuple[slice, ...]:
        """The axes of each column."""
        ends = list(accumulate(len(column.levels) or 1 for column in self.columns))
        return tuple(slice(start, end) for start, end in zip([0, *ends], ends, strict=False))

    @property
    def columns_of_axes(self) -> tuple[int, ...]:
        """The number of the column of each axis."""
        return tuple(i for i, column in enumerate(self.columns) for _ in column.levels or ("",))

    def encode(self, table: np.ndarray) -> np.ndarray:
        """Return points `(n, axes)` from a table `(n, columns)` of numbers, which are those of levels in categories."""
        parts = [
            np.eye(len(levels))[table[:, i].astype(int)] if levels else table[:, i : i + 1]
            for i, (_, levels) in enumerate(self.columns)
        ]
        return np.concatenate(parts, axis=1)

    def decode(self, points: np.ndarray) -> dict[str, np.ndarray]:
        """Return the columns of points `(n, axes)` by name: numbers, and of categories the level of the largest."""
        return {
            name: np.array(levels, dtype=object)[points[:, span].argmax(1)] if levels else points[:, span.start]
            for (name, levels), span in zip(self.columns, self.spans, strict=True)
        }

    def name_points(self, points: np.ndarray) -> tuple[str, ...]:
        """Return the levels of each point in words; "" without categories."""
        columns = self.decode(points)
        named = [columns[name] for name, levels in self.columns if levels]
        return tuple(", ".join(levels) for levels in zip(*named, strict=True))


def find_level(levels: Sequence[str], value: object) -> int | None:
    """Return the number of the level that a cell of another table names, or None: 1.0 is "1", and True is "true"."""
    words = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if words in levels:
        return levels.index(words)
    same = [i for i, level in enumerate(levels) if level.casefold() == words.casefold()]
    return same[0] if len(same) == 1 else None


def refuse_level(name: str, column: TableColumn, value: object) -> str:
    """Return the end of the error about a cell whose value is not a level of its column."""
    return f"{name}: column {short(column.name)} holds {short(value)}; must be one of {', '.join(column.levels)}"
