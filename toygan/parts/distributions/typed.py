"""Text as people paste it, or points as they draw them, as a spec for a recipe's `data`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from toygan.parts.distributions.csv_table import read_csv
from toygan.parts.distributions.points import MOST_POINTS, points

MOST_LETTERS = 2**20  # of a text
LEAST_SPREAD, MOST_SPREAD = 0.2, 5.0  # of a column that the players see as it is
MOST_OFFSET = 10.0  # of a column's mean


def read_typed(text: str, title: str = "") -> tuple[str, str]:
    """Read a table of one or two columns from text, as people paste it or as a CSV file holds it.

    Args:
        text: The rows, a line each, with or without names of columns.
        title: A name for people [default: none].
    Returns:
        A spec for a recipe's `data`, and what was done with the table in words. Columns that are large, small or far
        from 0 are standardised. Of more than two columns the first two are taken, of more than 4096 rows every so many.
    Raises:
        ValueError: If the text holds no such table, or is longer than a megabyte.
    Example:
        >>> from toygan.parts.distributions.typed import read_typed
        >>> read_typed("x,y\\n0,1\\n2,0.5\\n")
        ("points(x=[[0.0,1.0],[2.0,0.5]],names=['x','y'])", '2 rows')
    """
    if len(text) > MOST_LETTERS:
        raise ValueError(f"table: {len(text):,} letters; must be at most {MOST_LETTERS:,}")
    try:
        table = read_csv(io.BytesIO(text.encode()), lambda names: list(range(min(len(names), 2))), drop=False)
    except ValueError as error:
        raise ValueError(f"table: {error}") from None
    return as_data(table.numbers, table.names or (), title=title)


def as_data(
    rows: np.ndarray | Sequence[Sequence[float]], names: Sequence[str] = (), sigma: float = 0.0, title: str = ""
) -> tuple[str, str]:
    """Return points as a spec for a recipe's `data`, and what was done with them in words.

    Args:
        rows: Points `(n, 1)` or `(n, 2)`.
        names: Names of the columns, if they have any.
        sigma: Width of the noise on the points [default: 0.0].
        title: A name for people [default: none].
    Returns:
        The spec, and words.
    Raises:
        ValueError: If the points have another shape, or are not finite.
    """
    table = np.asarray(rows, dtype=float)
    every = -(-len(table) // MOST_POINTS) or 1
    taken = table[::every]
    spec = points(_name(taken, names), sigma, title=title)
    words = f"{len(taken):,} rows" + (f", every {every:,}. of {len(table):,}" if every > 1 else "")
    if _is_odd(taken):
        return f"standardised(of={spec})", f"{words}, standardised for the players"
    return spec, words


def _name(rows: np.ndarray, names: Sequence[str]) -> Any:
    """Return the rows as a DataFrame with these names, or as they are without."""
    if not names:
        return rows
    import pandas as pd

    return pd.DataFrame(rows, columns=list(names))


def _is_odd(rows: np.ndarray) -> bool:
    """Return True if a column is so large, small or far from 0 that the players should see it standardised."""
    spread, offset = rows.std(0), np.abs(rows.mean(0))
    widths = spread[spread > 0]
    return bool((widths < LEAST_SPREAD).any() or (widths > MOST_SPREAD).any() or (offset > MOST_OFFSET).any())
