"""Phase diagrams: a metric over two axes of a grid of recipes, and its curve in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.chart import Axis, Cells, Chart, Line, Lines, Mark
from toygan.measure.words import percent, score
from toygan.parts.metrics import METRICS
from toygan.text import round_to

MOST_TICKS = 9  # along an axis
MOST_LETTERS = 5  # of a tick
HEALTHY = "healthy"  # in place of a metric: the share of seeds with that diagnosis


@dataclass(frozen=True)
class Diagram:
    """A metric over two axes of a grid, whose cells are numbered row by row, from the lowest row up.

    Args:
        x: Name and values of the axis from left to right.
        y: Name and values of the axis from bottom to top.
        metric: The metric that colours the cells, or "healthy", the share of seeds with that diagnosis.
        means: Mean of the metric in each cell `(cells,)`.
        names: Words about each cell, for its tooltip.
        short: Values of each cell on the axes, for the tooltip of its curve.
        followed: The metric whose curve is shown.
        steps: Iterations `(T,)` of the curves.
        course: Mean of `followed` in each cell at these iterations `(T, cells)`.
        end: End of the scale, if the metric has none of its own.
        chosen: The cell that is open, or -1.
    """

    x: tuple[str, Sequence[Any]]
    y: tuple[str, Sequence[Any]]
    metric: str
    means: np.ndarray
    names: tuple[str, ...]
    short: tuple[str, ...]
    followed: str
    steps: np.ndarray
    course: np.ndarray
    end: float = 1.0
    chosen: int = -1

    def charts(self) -> list[Chart]:
        """Return the diagram, and the curves of the cells."""
        return [self._cells(), self._curves()]

    def _cells(self) -> Chart:
        (x, across), (y, up) = self.x, self.y
        if self.metric == HEALTHY:
            end, better, unit, words = 1.0, "high", "of the seeds", [percent(0), percent(1)]
        else:
            end, better, unit = _end(self.metric, self.end), METRICS[self.metric].better, _unit(self.metric)
            words = [score(self.metric, value) for value in (0.0, end)]
        share = np.clip(self.means / end, 0, 1)
        full, (low, high) = (1 - share, words[::-1]) if better == "low" else (share, words)
        rows, metric = full.reshape(len(up), len(across)), self.metric
        cells = Cells(
            "cells", "real", rows, self.names, chosen=self.chosen, label=metric, low=low, high=high, unit=unit
        )
        return Chart(f"{y} ↑   (the more colour, the better)", _axis(f"{x} →", across), _axis("", up), (cells,))

    def _curves(self) -> Chart:
        metric = self.followed
        marks: list[Mark] = [Lines("cells", "real", self.steps, self.course, self.short, opacity=0.35)]
        if self.chosen >= 0:
            marks.append(Line("open", "ink", self.steps, self.course[:, self.chosen], width=2.5))
        last = max(1.0, float(self.steps[-1]))
        shares = METRICS[metric].unit == "share"
        top = 1.05 if shares else 1.5  # runs that fail end farther from the data than they begin
        up = Axis(_unit(metric), 0, top * _end(metric, self.end), format="percent" if shares else "number")
        return Chart(f"{metric}: a line for each cell", Axis("iteration", 0, last, format="integer"), up, tuple(marks))


def _end(metric: str, usual: float) -> float:
    return 1.0 if METRICS[metric].unit == "share" else usual


def _unit(metric: str) -> str:
    return METRICS[metric].unit.replace("share", "")


def _axis(name: str, values: Sequence[Any]) -> Axis:
    """Return an axis of equal steps whose middles are labelled with the values, as many as fit."""
    at = range(0, len(values), -(-len(values) // MOST_TICKS))
    return Axis(name, 0, len(values), ticks=tuple(i + 0.5 for i in at), words=tuple(_tick(values[i]) for i in at))


def _tick(value: Any) -> str:
    """Return a value with three digits, or one if more do not fit; the tooltip of the cell has all of them."""
    words = value_words(value)
    return words if len(words) <= MOST_LETTERS or not isinstance(value, float) else value_words(round_to(value, 1))


def value_words(value: Any) -> str:
    """Return a value of an axis as words: three digits of a number, small ones as "1e-4"."""
    if not isinstance(value, float):
        return str(value)
    small = 0 < abs(value) < 1e-3
    return np.format_float_scientific(value, precision=2, trim="-", exp_digits=1) if small else f"{value:.3g}"
