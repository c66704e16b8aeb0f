"""Tables of numbers in files: CSV, NPY and NPZ, within bounds of memory; no code is run."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np

from toygan.files import open_regular, read_array_head
from toygan.text import format_number

MOST_ROWS = 2**20
MOST_COLUMNS = 64
MOST_NUMBERS = 2**27  # that are read, columns that nobody asked for included
MOST_LETTERS = 2**20  # of a line
LARGEST = 1e12  # a number: float32 holds the sum of the squares of all rows


def read_table(file: Path) -> tuple[np.ndarray, list[str]]:
    """Read the numbers `(n, columns)` of a file, and the name of each column.

    Raises OSError if the file cannot be read, ValueError and other errors of decoders if it holds something else.
    """
    kind = file.suffix.lower()
    if kind not in (".csv", ".npy", ".npz"):
        raise ValueError("must end in .csv, .npy or .npz")
    with open_regular(file) as content:
        if kind == ".csv":
            with io.TextIOWrapper(content, encoding="utf-8-sig") as text:
                return _read_csv(text)
        table = _read_npz(content) if kind == ".npz" else _read_npy(content)
    return table, [str(i) for i in range(table.shape[1])]


def _read_csv(text: io.TextIOWrapper) -> tuple[np.ndarray, list[str]]:
    names = [name.strip().strip('"') for name in _cut(text.readline(MOST_LETTERS + 1)).split(",")]
    most = min(MOST_ROWS, MOST_NUMBERS // len(names))
    lines = _find_rows(text, len(names))
    first = next(lines, None)
    if first is None:
        return np.zeros((0, len(names))), names
    rows = (line for some in ([first], lines) for line in some)
    return np.loadtxt(rows, delimiter=",", comments=None, ndmin=2, max_rows=most + 1), names


def _find_rows(text: io.TextIOWrapper, columns: int) -> Iterator[str]:
    """Yield the lines below the header that hold numbers; ValueError if one has more or fewer columns."""
    number = 1
    while line := _cut(text.readline(MOST_LETTERS + 1)):
        number += 1
        if number > 2 * MOST_ROWS:
            raise ValueError(f"more than {2 * MOST_ROWS:,} lines")
        cells = line.partition("#")[0].strip()
        if not cells:
            continue
        if (there := cells.count(",") + 1) != columns:
            raise ValueError(f"the number of columns is {there} in line {number}, and {columns} in the header")
        yield cells


def _cut(line: str) -> str:
    if len(line) > MOST_LETTERS:
        raise ValueError(f"a line has more than {MOST_LETTERS:,} characters")
    return line


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


def refuse_outliers(table: np.ndarray) -> None:
    """Raise ValueError if a number is not finite, or too large for the squares of float32."""
    wrong = np.argwhere(~(np.abs(table) <= LARGEST))
    if len(wrong):
        row, column = wrong[0]
        place, value = f"row {row + 1} of column {column + 1}", table[row, column]
        if not np.isfinite(value):
            raise ValueError(f"{place} is not a finite number")
        bound = format_number(LARGEST, 1)
        raise ValueError(f"{place} is {format_number(value, 6)}; must be from -{bound} to {bound}")
