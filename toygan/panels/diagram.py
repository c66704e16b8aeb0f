"""Phase diagrams: a metric over two axes of a grid of recipes, and its curve in every cell."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.chart import Axis, Cells, Chart, Line, Lines, Mark, Points
from toygan.chart.axis import shorten
from toygan.measure.words import percent, score
from toygan.panels.score import true_samples
from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.text import format_number, round_to

MOST_TICKS = 9  # along an axis
MOST_DIGITS = 5  # of a tick, with its point
ROW_LETTERS, BELOW_LETTERS = 24, 52  # of a tick left of the cells, and of all those below them
HEALTHY = "healthy"  # in place of a metric: the share of seeds with that diagnosis
BEYOND = "▽"  # in a cell that is worse than the scale holds
LOG_TICKS = 6  # at most
ABOUT = (
    "Each cell is a recipe, the mean of its seeds: its column and row say what it changes, and more colour is better. "
    "Click on a cell to open its run, and press v to see the numbers."
)


@dataclass(frozen=True)
class Scale:
    """The scale of a metric in a diagram, which does not move while the runs train.

    Args:
        worst: The value without colour.
        best: The value with all the colour.
        log: True if it goes in decades.
        true: Scores of true samples, if the metric has them and all cells share the data.
    """

    worst: float
    best: float
    log: bool = False
    true: ReferenceBand | None = None

    @property
    def middle(self) -> float:
        """The value with half of the colour."""
        if self.log:
            return math.sqrt(self.worst * self.best)
        return (self.worst + self.best) / 2

    def goodness(self, values: np.ndarray) -> np.ndarray:
        """Return values as 0 for the worst and 1 for the best; below 0 if they are worse than the scale holds."""
        place = np.log if self.log else np.asarray
        least = min(self.worst, self.best) if self.log else -np.inf
        start, end = place(self.worst), place(self.best)
        share: np.ndarray = (place(np.maximum(values, least)) - start) / (end - start)
        return share


def find_scale(metric: str, data: Iterable[str | Distribution], n: int, start: np.ndarray) -> Scale:
    """Return the scale of a metric over cells of such data, for measurements of n samples.

    Shares go from 0 to 1, counts of modes to their number. Distances go from the score of true samples to the worst
    at iteration 0, `start`, in decades.
    """
    known, row = list({one if isinstance(one, str) else id(one): one for one in data}.values()), METRICS[metric]
    bands = [band for spec in known if (band := reference_band(metric, spec, n))]
    true = bands[0] if len(known) == len(bands) == 1 else None
    if row.unit in ("share", "modes"):
        modes = (len((DISTRIBUTIONS.make(one) if isinstance(one, str) else one).modes) for one in known)
        far = 1.0 if row.unit == "share" else float(max(1, *modes, 1))
        return Scale(far, 0.0, true=true) if row.better == "low" else Scale(0.0, far, true=true)
    far = float(np.nanmax(np.where(np.isfinite(start), start, 0.0), initial=0.0))
    near = min((band.mean for band in bands if band.mean > 0), default=0.0)
    if row.better == "high":
        return Scale(0.0, near or far or 1.0, true=true)
    return Scale(far, near, log=True, true=true) if 0 < near < far else Scale(far or 1.0, 0.0, true=true)


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
        scale: The scale of `followed`.
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
    scale: Scale
    chosen: int = -1

    def charts(self) -> list[Chart]:
        """Return the diagram, and the curves of the cells."""
        return [self._cells(), self._curves()]

    def _cells(self) -> Chart:
        (x, across), (y, up) = self.x, self.y
        scale, unit = (Scale(0.0, 1.0), "of the seeds") if self.metric == HEALTHY else (self.scale, _unit(self.metric))
        low, high = (self._words(end) for end in (scale.worst, scale.best))
        share = scale.goodness(self.means)
        beyond = share < -1e-6
        if beyond.any():
            unit = f"{unit}  {BEYOND} worse than {low}".strip()
        rows = np.where(beyond, -1, np.clip(share, 0, 1)).reshape(len(up), len(across))
        cells = Cells(
            "cells", "real", rows, self.names, chosen=self.chosen, label=self.metric, low=low, high=high, unit=unit,
            middle=self._words(scale.middle),
            shown=tuple(self._words(mean) if np.isfinite(mean) else "" for mean in self.means),
        )  # fmt: skip
        below = max(MOST_DIGITS, BELOW_LETTERS // min(len(across), MOST_TICKS))
        axes = _axis(x, across, below), _axis(y, up, ROW_LETTERS)
        return Chart(f"{self.metric} in each cell", *axes, (cells,), note="the more colour, the better", about=ABOUT)

    def _words(self, value: float) -> str:
        return percent(value) if self.metric == HEALTHY else score(self.metric, value)

    def _curves(self) -> Chart:
        metric, scale = self.followed, self.scale
        up = self._up()
        marks: list[Mark] = []
        if scale.true:
            marks += true_samples(None, *(np.array([end]) for end in scale.true))
        marks.append(Lines("cells", "real", self.steps, self.course, self.short, opacity=0.35))
        if self.chosen >= 0:
            marks.append(Line("open", "ink", self.steps, self.course[:, self.chosen], width=2.5))
        last = max(1.0, float(self.steps[-1]))
        over = (self.course > up.high).any(-1)
        if over.any():
            top = up.high * (up.low / up.high) ** 0.02 if up.log else up.low + 0.98 * (up.high - up.low)
            at = self.steps[over]
            marks.append(Points("beyond", "real", at, np.full(len(at), top), shape="triangle", label="beyond"))
        unit = _unit(metric).replace("modes", "")
        title = f"{metric}{f' ({unit})' if unit else ''} of each cell"
        return Chart(title, Axis("iteration", 0, last, format="integer"), up, tuple(marks))

    def _up(self) -> Axis:
        """Return the axis of the curves: somewhat more than the scale."""
        low, high = sorted((self.scale.worst, self.scale.best))
        unit = METRICS[self.followed].unit
        if self.scale.log:
            low, high = low / 1.6, high * 1.6
            at = _log_ticks(low, high)
            return Axis("", low, high, log=True, ticks=at, words=tuple(map(format_number, at)))
        room = 1.06 if unit in ("share", "modes") else 1.5  # runs that fail end farther from the data than they begin
        return Axis("", low, room * high, format="percent" if unit == "share" else "number")


def _log_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return 1, 2 and 5 times the powers of ten within the limits, or fewer of them if these are too many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    for digits in ((1, 2, 5), (1, 3), (1,)):
        at = tuple(t for k in powers for d in digits if low <= (t := d * 10.0**k) <= high)
        if len(at) <= LOG_TICKS:
            break
    return at[:: -(-len(at) // LOG_TICKS)]


def _unit(metric: str) -> str:
    return METRICS[metric].unit.replace("share", "")


def _axis(name: str, values: Sequence[Any], letters: int) -> Axis:
    """Return an axis of equal steps whose middles are labelled with the values, as many as fit."""
    at = range(0, len(values), -(-len(values) // MOST_TICKS))
    return Axis(
        name, 0, len(values), ticks=tuple(i + 0.5 for i in at), words=tuple(_tick(values[i], letters) for i in at)
    )


def _tick(value: Any, letters: int) -> str:
    """Return a value with three digits, or one if more do not fit; the tooltip of the cell has all of it."""
    words = value_words(value)
    if isinstance(value, float):
        return words if len(words) <= MOST_DIGITS else value_words(round_to(value, 1))
    return shorten(words, letters)


def value_words(value: Any) -> str:
    """Return a value of an axis as words: three digits of a number, small ones as "1e-4"."""
    if not isinstance(value, float):
        return str(value)
    return format_number(value)
