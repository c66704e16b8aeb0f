"""Tables of pandas where an array is asked for: their numbers, and the names of their columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from toygan.parts.distributions.layout import TableLayout, find_level, refuse_level
from toygan.text import short


def is_frame(value: object) -> bool:
    """Return True for a DataFrame or a Series; pandas need not be loaded to tell."""
    return type(value).__module__.partition(".")[0] == "pandas" and hasattr(value, "to_numpy")


def read_frame(name: str, table: Any, wanted: Sequence[str] = ()) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the numbers `(n, columns)` of a DataFrame or a Series, and the names of its columns.

    Args:
        name: The argument that holds it, for errors.
        table: The DataFrame or Series.
        wanted: The names of the columns to take, in order; if it has none of them, all of its columns are taken.
    Returns:
        The numbers, and the names of the columns; none unless all are words.
    Raises:
        ValueError: If it has only some of the columns, or if a cell is missing or not a number.
    """
    frame = table.to_frame() if table.ndim == 1 else table
    there = list(frame.columns)
    if any(column in there for column in wanted):
        for column in wanted:
            if there.count(column) != 1:
                raise ValueError(
                    f"{name}: must have one column {short(column)}; it has {', '.join(map(str, there[:20]))}"
                )
        frame = frame[list(wanted)]
    columns = [_read_column(name, frame.iloc[:, i], column) for i, column in enumerate(frame.columns)]
    named = tuple(frame.columns) if all(isinstance(column, str) and column for column in frame.columns) else ()
    return np.stack(columns, axis=1) if columns else np.zeros((len(frame), 0)), named


def encode_frame(name: str, table: Any, layout: TableLayout) -> np.ndarray:
    """Return the points `(n, axes)` of a DataFrame that has the columns of a table with categories.

    Raises ValueError if a column or a number is missing, or if a cell is not one of the levels of its column.
    """
    frame = table.to_frame() if table.ndim == 1 else table
    columns = []
    for column in layout.columns:
        if list(frame.columns).count(column.name) != 1:
            raise ValueError(f"{name}: must have one column {short(column.name)}")
        cells = frame[column.name]
        if not column.levels:
            columns.append(_read_column(name, cells, column.name))
            continue
        levels = {value: find_level(column.levels, value) for value in cells.unique().tolist()}
        if wrong := [value for value, level in levels.items() if level is None]:
            raise ValueError(refuse_level(name, column, wrong[0]))
        columns.append(cells.map(levels).to_numpy(dtype=np.float64))
    return layout.encode(np.stack(columns, axis=1))


def _read_column(name: str, column: Any, label: object) -> np.ndarray:
    if getattr(column.dtype, "kind", "O") not in "iufb":
        how = f"data=\"file(path='table.csv',categories={short(label)})\" takes text of a CSV file as categories"
        kind = short(str(column.dtype))[1:-1]
        raise ValueError(f"{name}: column {short(label)} must hold numbers, not {kind}; {how}")
    numbers: np.ndarray = column.to_numpy(dtype=np.float64, na_value=np.nan)
    missing = np.flatnonzero(np.isnan(numbers))
    if len(missing):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        at = f"row {missing[0] + 1}{more} of column {short(label)}"
        raise ValueError(f"{name}: no number in {at}; {name}.dropna() leaves such rows out")
    return numbers
