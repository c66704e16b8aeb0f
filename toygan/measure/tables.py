"""Tables: `Table` is any table, as Markdown or in a terminal, and `SeedTable` is one of numbers over seeds.

Every table that toygan prints is a `Table`: notebooks and files get `markdown()`, the shell gets `rich()`. The results
of claims, gallery and trials have theirs in `results.tables`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from toygan.measure.intervals import mean_interval, share_interval
from toygan.measure.words import percent
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.text import format_number

if TYPE_CHECKING:
    from rich.table import Table as RichTable

TRUE = "true samples"
DEFAULT_SAMPLES = 2500  # behind the scores of true samples


@dataclass(frozen=True)
class Table:
    """Rows of cells under named columns.

    A cell is text. It may have several lines; `**words**` is bold, and a whole line `*words*` is italic.

    Args:
        columns: The words above the columns.
        rows: The rows, one cell for each column.
        numbers: The first of the columns that are aligned to the right, as numbers are [default: none is].
        ratios: In a terminal, the share of the window's width that each column takes, 0 for as wide as its cells; with
            ratios the rows stand apart [default: all columns are as wide as their cells].
    Example:
        >>> from toygan.measure.tables import Table
        >>> print(Table(["loss", "modes"], [["**hinge**", "8"]], numbers=1).markdown())
        | loss | modes |
        |:--|--:|
        | **hinge** | 8 |
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: int | None = None
    ratios: Sequence[int] = ()

    def markdown(self, padded: bool = False) -> str:
        """Return the table as Markdown.

        Args:
            padded: True pads the cells so that the columns also line up as plain text.
        """
        rows = [[cell.replace("|", "\\|").replace("\n", "<br>") for cell in row] for row in (self.columns, *self.rows)]
        wide = [max(len(row[i]) for row in rows) if padded else 0 for i in range(len(self.columns))]
        dashes = ["-" * max(1, w) for w in wide]
        rule = [f"-{d}:" if self._is_number(i) else f":{d}-" for i, d in enumerate(dashes)]
        lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)) + " |" for row in rows]
        return "\n".join([lines[0], f"|{'|'.join(rule)}|", *lines[1:]])

    def rich(self) -> RichTable:
        """Return the table for a terminal, to be printed by a `rich.console.Console`."""
        from rich import box
        from rich.table import Table as RichTable

        padding = (0, 1, 1, 0) if self.ratios else (0, 1)
        out = RichTable(box=box.SIMPLE_HEAD, padding=padding, expand=bool(self.ratios))
        for i, name in enumerate(self.columns):
            ratio = self.ratios[i] if self.ratios else 0
            justify: Literal["right", "left"] = "right" if self._is_number(i) else "left"
            out.add_column(_markup(name), justify=justify, ratio=ratio or None, overflow="fold")
        for row in self.rows:
            out.add_row(*map(_markup, row))
        return out

    def _is_number(self, column: int) -> bool:
        return self.numbers is not None and column >= self.numbers

    def __str__(self) -> str:
        return self.markdown()


def _markup(cell: str) -> str:
    """Return a cell in the markup of rich."""
    from rich.markup import escape

    bold = re.sub(r"\*\*(.+?)\*\*", r"[bold]\1[/]", escape(cell))
    return re.sub(r"^\*([^*]+)\*$", r"[italic]\1[/]", bold, flags=re.MULTILINE)


class SeedTable:
    """A table of named quantities with one value for each seed; a notebook shows it as Markdown.

    Numbers are given as mean [95 % bootstrap interval], those of a metric that is a share in percent, and true-or-false
    as count [95 % Wilson interval]. Text, such as a
    prediction of theory, is shown as it is; so is the number of a single seed, which has no interval. Seeds without a
    number (NaN) are left out and counted.

    Args:
        rows: By the name of each row, its quantities by name: values `(S,)`, one for each seed, or a text.
        data: The name of a distribution: a first row shows the scores of true samples in the columns that are metrics
            [default: none].
        n: The number of samples behind each score, or several for rows that differ in it. The caption names it, or says
            of metrics that it is not given; as many true samples are scored [default: 2500 true samples].
    Example:
        >>> from toygan.teach import SeedTable
        >>> SeedTable({"r1": {"modes": [8.0, 8.0, 8.0]}, "nothing": {"modes": [2.0, 8.0, 5.0]}})
        |  | modes |
        |:--|:--|
        | **r1** | 8 [8, 8] |
        | **nothing** | 5 [2, 8] |
        <BLANKLINE>
        *In brackets: 95 % interval over 3 seeds.*
    """

    def __init__(
        self, rows: Mapping[str, Mapping[str, Any]], data: str | None = None, n: int | Sequence[int] | None = None
    ) -> None:
        self.rows = {
            row: {name: v if isinstance(v, str) else np.asarray(v) for name, v in columns.items()}
            for row, columns in rows.items()
        }
        counts = () if n is None else (n,) if isinstance(n, int) else tuple(n)
        self.note = f" Each score: {_list_counts(counts)} samples of a seed." if counts else ""
        if not counts and any(name in METRICS for name in self.columns):
            self.note = " Each score: a number of samples that is not given (n)."
        if data is not None:
            true = max(counts, default=DEFAULT_SAMPLES)
            bands = {name: reference_band(name, data, true) if name in METRICS else None for name in self.columns}
            self.rows = {TRUE: {name: _describe_band(name, band) for name, band in bands.items()}, **self.rows}
            self.note += f" {TRUE.capitalize()}: scores of 90 % of sets of {true:,}."

    @property
    def columns(self) -> list[str]:
        """Every quantity that some row has, in the order of their first appearance."""
        return list(dict.fromkeys(name for columns in self.rows.values() for name in columns))

    @property
    def table(self) -> Table:
        """The same as a `Table` of text."""
        empty = np.empty(0)
        rows = [
            [f"**{row}**", *(describe_values(columns.get(name, empty), _unit(name)) for name in self.columns)]
            for row, columns in self.rows.items()
        ]
        return Table(["", *self.columns], rows)

    @property
    def caption(self) -> str:
        """The number of seeds, and that of samples if it is known."""
        several = [len(v) for columns in self.rows.values() for v in columns.values() if not isinstance(v, str)]
        seeds = f"In brackets: 95 % interval over {max(several, default=0)} seeds."
        if max(several, default=0) == 1:
            seeds = "One seed only: this can happen; it does not say how often."
        return seeds + self.note

    def _repr_markdown_(self) -> str:
        return f"{self.table}\n\n*{self.caption}*"

    def __repr__(self) -> str:
        return self._repr_markdown_()


def _list_counts(counts: Sequence[int]) -> str:
    """Return numbers in words: "50, 200 or 800"."""
    *others, last = [f"{n:,}" for n in counts]
    return f"{', '.join(others)} or {last}" if others else last


def _unit(name: str) -> str:
    """Return the unit of a column, if it is a metric."""
    metric = METRICS.get(name.removeprefix("average-"))
    return metric.unit if metric else ""


def _write(x: float, unit: str) -> str:
    """Return a number in its unit: a share in percent."""
    return f"{format_number(100 * x)} %" if unit == "share" else format_number(x)


def _describe_band(name: str, band: ReferenceBand | None) -> str:
    """Return the scores of true samples as words, or one number if both ends are written alike."""
    ends = [] if band is None else [_write(end, _unit(name)) for end in (band.low, band.high)]
    return " to ".join(dict.fromkeys(ends)) or "–"


def describe_values(values: np.ndarray | str, unit: str = "") -> str:
    """Return one quantity's values `(S,)`, one for each seed, as a mean or a count with its interval."""
    if isinstance(values, str):
        return values
    if values.dtype == bool and len(values):
        return describe_share(values)
    finite = values[np.isfinite(values)] if len(values) else values
    if not len(finite):
        return "–"
    if len(values) == 1:
        return _write(finite[0], unit)
    low, high = (_write(end, unit) for end in mean_interval(finite))
    left_out = f" ({len(finite)} of {len(values)} seeds)" if len(finite) < len(values) else ""
    return f"{_write(finite.mean(), unit)} [{low}, {high}]{left_out}"


def describe_share(happened: np.ndarray) -> str:
    """Return for how many seeds `(S,)` it happened, with the 95 % interval of the share."""
    count, n = int(happened.sum()), len(happened)
    low, high = share_interval(count, n)
    return f"{count} of {n} [{percent(low)}, {percent(high)}]"
