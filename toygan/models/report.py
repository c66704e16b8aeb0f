"""The report of a model of a table, as tables and as words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from toygan.text import format_number

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 10  # names in a verdict, and rows of a table in words


@dataclass(frozen=True, eq=False)
class Report:
    """The distances of generated rows to rows that were held out, beside those of other rows of the table.

    They are Wasserstein-1 in spreads of the column, of a link in ranks from 0 to 1. `rows to` is what 95 % of sets
    of rows of training score; a larger distance is wrong.

    `print(report)` shows it in words.

    Args:
        columns: A row for each column: mean and spread, generated and held out, `distance` and `rows to`.
        links: A row for each pair of columns: the correlation of ranks, generated and held out, `distance`, `rows to`.
        whole: The distance of all columns together, the mean over 64 directions.
        copied: The share of generated rows that are as close to a row of training as the closest 1 % of the rows held
            out are; NaN if rows of the table repeat.
        copied_to: The share up to which chance explains that.
    Example:
        >>> import numpy as np
        >>> import toygan
        >>> report = toygan.fit(np.arange(40.0), iterations=20, compiled=False).report()
        >>> list(report.columns.index), len(report.links), "x" in report.verdict
        (['x'], 0, True)
    """

    columns: pd.DataFrame
    links: pd.DataFrame
    whole: pd.DataFrame
    copied: float
    copied_to: float

    @property
    def verdict(self) -> str:
        """A list of the wrong columns and links, the worst first, or "healthy".

        Example:
            >>> import numpy as np
            >>> import toygan
            >>> model = toygan.fit(np.random.default_rng(0).normal(size=400), iterations=1, compiled=False)
            >>> "column x is wrong" in model.report().verdict
            True
        """
        wrong = [f"column {name} is wrong" for name in _find_wrong(self.columns)]
        wrong += [f"the link between {name.replace(', ', ' and ')} is wrong" for name in _find_wrong(self.links)]
        if not wrong and _find_wrong(self.whole):
            wrong = ["all columns together are wrong"]
        if self.copied > self.copied_to:
            wrong.insert(0, "rows were copied")
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        return "; ".join(wrong[:SHOWN]) + more if wrong else "healthy: as close to rows held out as other rows are"

    def __str__(self) -> str:
        if math.isnan(self.copied):
            copied = "undefined, since rows of the table repeat"
        else:
            copied = (
                f"{format_number(100 * self.copied, 2)} % (chance: up to {format_number(100 * self.copied_to, 2)} %)"
            )
        tables = [table for table in (self.columns, self.links, self.whole) if len(table)]
        parts = [table.to_string(float_format=lambda x: format_number(x, 3)) for table in tables]
        return "\n\n".join([*parts, f"rows copied: {copied}", f"verdict: {self.verdict}"])


def _find_wrong(table: pd.DataFrame) -> list[str]:
    """Return the labels of the rows whose distance is above that of rows, the worst first."""
    beyond = table["distance"] / table["rows to"]
    return [str(label) for label in beyond[table["distance"] > table["rows to"]].sort_values(ascending=False).index]
