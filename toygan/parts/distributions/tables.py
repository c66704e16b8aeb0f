"""Tables of numbers in files: CSV, NPY and NPZ, within bounds of memory; no code is run."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np

from toygan.files import Refusal, open_regular, read_array_head
from toygan.parts.distributions.csv_table import MOST_COLUMNS, Chooser, read_csv
from toygan.parts.distributions.csv_text import MOST_ROWS
from toygan.text import format_number, short

TEXT = (".csv", ".tsv", ".txt")
MOST_NUMBERS = 2**27  # that are read, columns that nobody asked for included
LARGEST = 1e12  # a number: float32 holds the sum of the squares of all rows
COARSE = 0.1  # of a column's spread, by which float32 may move a number
SAME = 1e-12  # of its size, within which the numbers of a column are equal but for rounding


class FileTable(NamedTuple):
    """The numbers `(n, columns)` of a file, the names of its columns if it names them, and the line of each row."""

    numbers: np.ndarray
    names: tuple[str, ...]
    lines: np.ndarray | None  # None: rows have numbers from 1, and no lines
    levels: tuple[tuple[str, ...], ...] = ()  # of each column, if any holds categories


def read_table(
    file: Path, choose: Chooser | None = None, drop: bool = False, categories: Chooser | None = None
) -> FileTable:
    """Read the columns of a file that `choose` selects by their names, or all.

    Rows with missing numbers are left out if `drop` is true; `categories` selects columns that hold categories. Raises
    OSError if the file cannot be read, ValueError and other errors of decoders if it holds something else.
    """
    kind = file.suffix.lower()
    if kind not in (*TEXT, ".npy", ".npz"):
        raise ValueError("must end in .csv, .tsv, .txt, .npy or .npz")
    with open_regular(file) as content:
        if kind in TEXT:
            rows = read_csv(content, choose, drop, categories)
            table = FileTable(
                rows.numbers, tuple(rows.names or ()), rows.lines, tuple(rows.levels) if categories else ()
            )
        elif categories is not None:
            raise Refusal("an array holds numbers; categories are read from a CSV file")
        else:
            numbers = _read_npz(content) if kind == ".npz" else _read_npy(content)
            chosen = numbers[:, choose([str(i) for i in range(numbers.shape[1])])] if choose else numbers
            table = FileTable(chosen[~np.isnan(chosen).any(axis=1)] if drop else chosen, (), None)
    _refuse_outliers(table)
    _refuse_coarse(table)
    return table


def _read_npz(content: IO[bytes]) -> np.ndarray:
    """Read the first array of an archive."""
    with zipfile.ZipFile(content) as archive:
        name = next((name for name in archive.namelist() if name.endswith(".npy")), None)
        if name is None:
            raise ValueError("holds no array")
        with archive.open(name) as array:
            return _read_npy(array)


def _read_npy(content: IO[bytes]) -> np.ndarray:
    """Read an array as a table; ValueError, before it is read, if it declares something else or too much."""
    shape, dtype = read_array_head(content)
    if len(shape) not in (1, 2) or dtype.kind not in "fiub":
        raise ValueError(f"an array of shape {shape} and type {dtype}; must be numbers (n,) or (n, columns)")
    rows, columns = (*shape, 1)[:2]
    if rows > MOST_ROWS or rows * columns > MOST_NUMBERS:
        raise ValueError(f"{rows} rows of {columns} columns; must be 1 to {MOST_ROWS} of 1 to {MOST_COLUMNS}")
    content.seek(0)
    array = np.lib.format.read_array(content, allow_pickle=False)
    return np.asarray(array, dtype=np.float64).reshape(rows, columns)


def _refuse_outliers(table: FileTable) -> None:
    """Raise Refusal if a number is not finite, or too large for the squares of float32."""
    wrong = np.argwhere(~(np.abs(table.numbers) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        name = short(table.names[column]) if table.names else str(column + 1)
        at = f"row {row + 1}" if table.lines is None else f"line {table.lines[row]}"
        place, value = f"{at} of column {name}", table.numbers[row, column]
        if np.isnan(value):
            raise Refusal(f"{place} is not a number; missing=drop leaves such rows out")
        if np.isinf(value):
            raise Refusal(f"{place} is not a finite number")
        bound = format_number(LARGEST, 1)
        raise Refusal(f"{place} is {format_number(value, 6)}; must be from -{bound} to {bound}")


def _refuse_coarse(table: FileTable) -> None:
    """Raise Refusal if a column lies so far from 0 that float32 cannot tell its numbers apart."""
    for i, column in enumerate(table.numbers.T if len(table.numbers) else ()):
        lost, spread = np.abs(column - column.astype(np.float32)).max(), column.std()
        if lost > COARSE * spread and np.ptp(column) > SAME * np.abs(column).max():
            name = table.names[i] if table.names else i + 1
            raise Refusal(
                f"column {short(name)} is {format_number(column.mean())} with a spread of {format_number(spread)}; 7 "
                "digits are kept, which cannot tell its numbers apart: subtract a constant from the column"
            )
