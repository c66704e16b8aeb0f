"""Columns of a DataFrame that hold categories: text, booleans, or the type of pandas for them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from toygan.parts.distributions.csv_text import DATE, MISSING
from toygan.parts.distributions.layout import MOST_LEVELS
from toygan.text import short

if TYPE_CHECKING:
    import pandas as pd

DATES = (datetime.date, datetime.time, datetime.timedelta, np.datetime64, np.timedelta64)


def is_category(column: pd.Series) -> bool:
    """Return True for a column of text, of booleans, or of pandas' categories; ValueError for one of dates."""
    import pandas as pd

    kind = column.dtype
    held = column.dropna()
    if isinstance(kind, pd.PeriodDtype | pd.DatetimeTZDtype) or kind.kind in "Mm" or _are_dates(held):
        way = "leave it out, or give numbers, such as days since the first"
        raise ValueError(f"table: column {short(column.name)} holds dates; {way}")
    if isinstance(kind, pd.CategoricalDtype) or kind.kind == "b":
        return True
    return kind.kind == "O" and len(held) > 0 and all(isinstance(value, str | bool) for value in held)


def _are_dates(held: pd.Series) -> bool:
    """Return True if the values of a column are dates, or text that looks like them."""
    if held.dtype.kind != "O" or not len(held):
        return False
    return all(
        isinstance(value, DATES) or (isinstance(value, str) and DATE.fullmatch(value.strip()) is not None)
        for value in held.unique()
    )


def list_levels(column: pd.Series) -> pd.Series:
    """Return the different values of a column by their text, with its type; ValueError if a file holds none like one.

    Raises:
        ValueError: If a cell is missing, if there are too many, if a text is empty, or two values have the same text.
    """
    missing = np.flatnonzero(column.isna())
    if len(missing):
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        at = f"row {missing[0] + 1}{more} of column {short(column.name)}"
        raise ValueError(f"table: no value in {at}; table.dropna() leaves such rows out")
    levels = column.drop_duplicates()
    if len(levels) > MOST_LEVELS:
        words = f"more than {MOST_LEVELS} values, too many for categories; leave it out"
        raise ValueError(f"table: column {short(column.name)} has {words}")
    texts = [write_level(value) for value in levels]
    for text in texts:
        if text in MISSING or texts.count(text) > 1 or not text.isprintable():
            raise ValueError(f"table: column {short(column.name)} holds {short(text)}, which a file cannot; rename it")
    return levels.set_axis(texts)


def write_level(value: Any) -> str:
    """Return the text of a value in a file."""
    return " ".join(str(value).split())
