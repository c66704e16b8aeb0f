"""A table as the data of a recipe: a file that is there, or a file made of a DataFrame or an array."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from toygan.models.categories import is_category, list_levels, write_level
from toygan.parts.distributions.csv_table import MOST_COLUMNS
from toygan.parts.distributions.layout import TableColumn, TableLayout
from toygan.parts.distributions.rows import File, list_text_columns
from toygan.parts.frames import is_frame, read_frame
from toygan.text import short
from toygan.training.rows import name_columns

if TYPE_CHECKING:
    import pandas as pd

HELD_OUT = 0.2  # of the rows
LEAST_ROWS = 20


class Origin(NamedTuple):
    """The table behind a file: the labels of its columns, and the values behind the text of each level.

    An array has no labels. `levels` has a Series for each column of categories, by the number of the column; its index
    is the text. `categories` names these columns in the file.
    """

    labels: pd.Index | None = None
    levels: Mapping[int, pd.Series] = MappingProxyType({})
    categories: str = ""

    def restore(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return rows of the file with the labels of the table, and with its values and types of categories."""
        for i, values in self.levels.items():
            rows.isetitem(i, values.loc[rows.iloc[:, i]].set_axis(rows.index))
        if self.labels is not None:
            rows.columns = self.labels
        return rows

    def name_axes(self, data: File) -> list[str]:
        """Return the names of the axes of the file, by the labels of the table."""
        if self.labels is None:
            return name_columns(data)
        words = list(map(str, self.labels))
        if data.layout is None:
            return words
        levels = [column.levels for column in data.layout.columns]
        return list(TableLayout(tuple(map(TableColumn, words, levels))).axis_names)


def is_path(table: object) -> bool:
    """Return True for the path of a file."""
    return isinstance(table, str | os.PathLike)


def write_table(folder: Path, table: Any) -> tuple[Path, Origin]:
    """Write the rows of a DataFrame or an array into a folder.

    Returns:
        The file, rows.csv, or rows.npy for numbers if no line of names can hold those of the columns; and its origin.
    Raises:
        ValueError: If it holds no table of numbers and categories.
    """
    if not is_frame(table):
        return _write_npy(folder, _as_numbers(table)), Origin()
    frame = table.to_frame() if table.ndim == 1 else table
    columns, levels = _read_columns(frame)
    file, labels = folder / "rows.csv", list(frame.columns)
    for names in (labels, [f"column {i + 1}" for i in range(len(labels))]):
        categories = [names[i] for i in levels]
        if _are_words(names) and _write_csv(file, columns, names, categories):
            return file, Origin(frame.columns, levels, quote_columns(categories))
        if not levels:
            return _write_npy(folder, np.stack(columns, axis=1)), Origin(frame.columns, levels)
    words = ", ".join(short(labels[i]) for i in levels)
    raise ValueError(f"table: no file holds the text in column {words} as it is; rename its values")


def _read_columns(frame: pd.DataFrame) -> tuple[list[Any], dict[int, pd.Series]]:
    """Return each column of a DataFrame, as numbers or as text, and the levels of those of text by their number."""
    width = frame.shape[1]
    if not width:
        raise ValueError(f"table: {len(frame)} rows of 0 columns; must be 1 to {MOST_COLUMNS}")
    levels = {i: list_levels(frame.iloc[:, i]) for i in range(width) if is_category(frame.iloc[:, i])}
    axes = width - len(levels) + sum(map(len, levels.values()))
    if levels and axes > MOST_COLUMNS:
        raise ValueError(f"table: {axes} axes, one a level or a column of numbers; must be 1 to {MOST_COLUMNS}")
    others = [i for i in range(width) if i not in levels]
    numbers, _ = read_frame("table", frame.iloc[:, others])
    _check_finite(numbers, frame.columns[others])
    columns: dict[int, Any] = dict(zip(others, numbers.T, strict=True))
    columns |= {i: [write_level(value) for value in frame.iloc[:, i]] for i in levels}
    return [columns[i] for i in range(width)], levels


def _are_words(names: Sequence[object]) -> bool:
    return all(isinstance(name, str) and name for name in names)


def _write_npy(folder: Path, numbers: np.ndarray) -> Path:
    _check_finite(numbers, range(1, numbers.shape[1] + 1))
    np.save(folder / "rows.npy", numbers)
    return folder / "rows.npy"


def _as_numbers(table: Any) -> np.ndarray:
    try:
        if np.iscomplexobj(table):
            raise TypeError
        numbers = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(
            f"table={short(table)}: must be a DataFrame, an array of numbers (n, columns), or the path of a file"
        ) from None
    if numbers.ndim not in (1, 2):
        raise ValueError(f"table: shape {numbers.shape}; must be (n,) or (n, columns)")
    return numbers.reshape(len(numbers), -1)


def _check_finite(numbers: np.ndarray, labels: Sequence[object]) -> None:
    if not np.isfinite(numbers).all():
        row, column = np.argwhere(~np.isfinite(numbers))[0]
        raise ValueError(f"table: row {row + 1} of column {short(labels[column])} is not finite")


def _write_csv(file: Path, columns: Sequence[Any], names: Sequence[str], categories: Sequence[str]) -> bool:
    """Write a CSV file; return False, and leave none, if it would not be read as it was written."""
    import pandas as pd

    frame = pd.DataFrame(dict(enumerate(columns))).set_axis(list(names), axis=1)
    frame.to_csv(file, index=False)
    with suppress(ValueError):
        data = File(path=str(file), categories=quote_columns(categories))
        kept = data.axis_names if data.layout is None else [column.name for column in data.layout.columns]
        held = {} if data.layout is None else data.layout.decode(data.rows.numpy())
        if list(kept) == list(names) and all(list(held[name]) == columns[names.index(name)] for name in categories):
            return True
    file.unlink()
    return False


def quote_columns(names: Sequence[str]) -> str:
    """Return names of columns as an argument that names them."""
    return ",".join(f'"{name}"' if "," in name else name for name in names)


def name_data(path: str | os.PathLike[str], columns: str = "", categories: str | None = None) -> str:
    """Return the spec of the rows of a file as a recipe of `fit` names them: standardised, a fifth held out.

    Columns of whole numbers are rounded in the rows that come out.

    Args:
        path: The file.
        columns: The columns to take [default: all that have a name].
        categories: The columns of categories [default: those of text].
    Raises:
        ValueError: If the file has no table, or fewer than 20 rows.
    """
    place = os.fspath(path)
    named = quote_columns(list_text_columns(place, columns)) if categories is None else categories
    data = File(path=place, columns=columns, categories=named)
    if (rows := len(data.rows)) < LEAST_ROWS:
        raise ValueError(f"table: {rows} row{'s' * (rows != 1)}; must be at least {LEAST_ROWS}")
    more = f",columns={_quote(columns)}" if columns else ""
    more += f",categories={_quote(named)}" if named else ""
    more += ",round=True" if bool(data.whole.any()) else ""
    return f"standardised(of=file(path={_quote(place)}{more},held_out={HELD_OUT}))"


def _quote(words: str) -> str:
    return f'"{words}"' if "'" in words else f"'{words}'"
