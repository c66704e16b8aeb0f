"""Numbers over seeds as a table: every number with its interval, every share as so many of so many runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from toygan.measure.intervals import interval, share_interval
from toygan.measure.words import percent
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.reference import reference_band

TRUE = "true samples"


class SeedTable:
    """Rows of named quantities, one value a seed `(S,)`; a notebook shows it as Markdown.

    Numbers are given as mean [95 % bootstrap interval], true-or-false as count [95 % Wilson interval]; words, such as
    what theory says, stand as they are, and so does the number of a single seed, which has no interval. Seeds without a
    number (NaN) are left out and counted. With `data` the first row says what n true samples score in the columns that
    are metrics.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, Any]], data: str | None = None, n: int = 2500) -> None:
        self.rows = {
            row: {name: v if isinstance(v, str) else np.asarray(v) for name, v in columns.items()}
            for row, columns in rows.items()
        }
        self.note = ""
        if data is not None:
            bands = {name: reference_band(name, data, n) if name in METRICS else None for name in self.columns}
            self.rows = {TRUE: {name: f"{band:.3g}" if band else "–" for name, band in bands.items()}, **self.rows}
            self.note = f" {TRUE.capitalize()}: what 90 % of sets of {n:,} score."

    @property
    def columns(self) -> list[str]:
        """Every quantity that some row has, in the order in which they come."""
        return list(dict.fromkeys(name for columns in self.rows.values() for name in columns))

    def _repr_markdown_(self) -> str:
        head = "| | " + " | ".join(self.columns) + " |\n|:--|" + ":--|" * len(self.columns)
        rows = [
            f"| **{row}** | " + " | ".join(cell(columns.get(name, np.empty(0))) for name in self.columns) + " |"
            for row, columns in self.rows.items()
        ]
        return "\n".join([head, *rows, "", f"*{self._seeds}{self.note}*"])

    @property
    def _seeds(self) -> str:
        most = max(
            (len(v) for columns in self.rows.values() for v in columns.values() if not isinstance(v, str)), default=0
        )
        return "One seed: it can be so." if most == 1 else f"In brackets: 95 % interval over {most} seeds."

    def __repr__(self) -> str:
        return self._repr_markdown_()


def cell(values: np.ndarray | str) -> str:
    """What a table says of one quantity's values, one a seed `(S,)`."""
    if isinstance(values, str):
        return values
    if values.dtype == bool and len(values):
        low, high = share_interval(int(values.sum()), len(values))
        return f"{values.sum()} of {len(values)} [{percent(low)}, {percent(high)}]"
    finite = values[np.isfinite(values)] if len(values) else values
    if not len(finite):
        return "–"
    if len(values) == 1:
        return f"{finite[0]:.3g}"
    low, high = interval(finite)
    left_out = f" ({len(finite)} of {len(values)} seeds)" if len(finite) < len(values) else ""
    return f"{finite.mean():.3g} [{low:.3g}, {high:.3g}]{left_out}"
