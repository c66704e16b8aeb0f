"""A table as the data of a recipe: a file that is there, or a file made of a DataFrame or an array."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from toygan.parts.distributions.points import File
from toygan.parts.frames import is_frame, read_frame
from toygan.text import short

HELD_OUT = 0.2  # of the rows
LEAST_ROWS = 20


def is_path(table: object) -> bool:
    """Return True for the path of a file."""
    return isinstance(table, str | os.PathLike)


def write_table(folder: Path, table: Any) -> tuple[Path, Any]:
    """Write the numbers of a DataFrame or an array into a folder.

    Returns:
        The file: rows.csv, or rows.npy if no line of names can hold those of the columns; and the labels of the
        columns, None for an array.
    Raises:
        ValueError: If it holds no table of numbers.
    """
    labels, names = None, tuple[str, ...]()
    if is_frame(table):
        frame = table.to_frame() if table.ndim == 1 else table
        numbers, names = read_frame("table", frame)
        labels = frame.columns
    else:
        numbers = _as_numbers(table)
    if not np.isfinite(numbers).all():
        row, column = np.argwhere(~np.isfinite(numbers))[0]
        raise ValueError(
            f"table: row {row + 1} of column {short(column if labels is None else labels[column])} is not finite"
        )
    file = folder / "rows.csv"
    if names and _write_csv(file, numbers, names):
        return file, labels
    np.save(file.with_suffix(".npy"), numbers)
    return file.with_suffix(".npy"), labels


def _as_numbers(table: Any) -> np.ndarray:
    try:
        numbers = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"table={short(table)}: must be a DataFrame, an array of numbers (n, columns), or the path of a file"
        ) from None
    if numbers.ndim not in (1, 2):
        raise ValueError(f"table: shape {numbers.shape}; must be (n,) or (n, columns)")
    return numbers.reshape(len(numbers), -1)


def _write_csv(file: Path, numbers: np.ndarray, names: tuple[str, ...]) -> bool:
    """Write a CSV file; return False, and leave none, if it would not be read with the same names."""
    import pandas as pd

    pd.DataFrame(numbers, columns=list(names)).to_csv(file, index=False)
    try:
        if File(path=str(file)).axis_names == names:
            return True
    except ValueError:
        pass
    file.unlink()
    return False


def name_data(path: str | os.PathLike[str], columns: str = "") -> str:
    """Return the spec of the rows of a file as a recipe of `fit` names them: standardised, a fifth held out.

    Raises:
        ValueError: If the file has no table of numbers, or fewer than 20 rows.
    """
    place = os.fspath(path)
    chosen = f",columns={_quote(columns)}" if columns else ""
    rows = len(File(path=place, columns=columns).rows)
    if rows < LEAST_ROWS:
        raise ValueError(f"table: {rows} row{'s' * (rows != 1)}; must be at least {LEAST_ROWS}")
    return f"standardised(of=file(path={_quote(place)}{chosen},held_out={HELD_OUT}))"


def _quote(words: str) -> str:
    return f'"{words}"' if "'" in words else f"'{words}'"
