"""Phase diagrams: a metric over two axes of a grid of recipes, and its course in every cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.chart import Axis, Cells, Chart, Line, Lines, Mark
from toygan.measure.words import score
from toygan.parts.metrics import METRICS

ROOM = 5  # letters left of an axis
HEALTHY = "healthy"  # what stands for a metric: the share of seeds of which that is the diagnosis


@dataclass(frozen=True)
class Phase:
    """What a phase diagram shows: values of two axes, and of every cell, row by row, its name, means and course."""

    x: tuple[str, Sequence[Any]]  # the axis from left to right: its name and its values
    y: tuple[str, Sequence[Any]]  # that from bottom to top
    metric: str  # or HEALTHY
    means: np.ndarray  # (rows * columns,)
    names: tuple[str, ...]  # what is said of each cell
    short: tuple[str, ...]  # its values on the axes
    followed: str  # the metric whose course is shown
    steps: np.ndarray  # (T,)
    course: np.ndarray  # (T, rows * columns)
    end: float = 1.0  # of its scale where that has no end of its own
    chosen: int = -1  # the cell that is open


def charts(phase: Phase) -> list[Chart]:
    """The diagram, and the course of the metric in each of its cells."""
    return [_diagram(phase), _course(phase)]


def _diagram(phase: Phase) -> Chart:
    (x, across), (y, up), metric = phase.x, phase.y, phase.metric
    end = 1.0 if metric == HEALTHY else _end(metric, phase.end)
    better = "high" if metric == HEALTHY else METRICS[metric].better
    share = np.clip(phase.means / end, 0, 1)
    words = [f"{100 * value:.0f} %" if metric == HEALTHY else score(metric, value) for value in (0.0, end)]
    full, (low, high) = (1 - share, words[::-1]) if better == "low" else (share, words)
    unit = "of the seeds" if metric == HEALTHY else _unit(metric)
    cells = Cells(
        "cells", "real", full.reshape(len(up), len(across)), phase.names, chosen=phase.chosen, label=metric, low=low,
        high=high, unit=unit,
    )  # fmt: skip
    return Chart(f"{y} ↑   (the more colour, the better)", _axis(f"{x} →", across), _axis("", up), (cells,))


def _course(phase: Phase) -> Chart:
    metric = phase.followed
    marks: list[Mark] = [Lines("cells", "real", phase.steps, phase.course, phase.short, opacity=0.35)]
    if phase.chosen >= 0:
        marks.append(Line("open", "ink", phase.steps, phase.course[:, phase.chosen], width=2.5))
    last = max(1.0, float(phase.steps[-1]))
    shares = METRICS[metric].unit == "share"
    top = 1.05 if shares else 1.5  # runs that do harm end farther from the data than they begin
    up = Axis(_unit(metric), 0, top * _end(metric, phase.end), format="percent" if shares else "number")
    return Chart(f"{metric}: a line for each cell", Axis("iteration", 0, last, format="integer"), up, tuple(marks))


def _end(metric: str, usual: float) -> float:
    return 1.0 if METRICS[metric].unit == "share" else usual


def _unit(metric: str) -> str:
    return METRICS[metric].unit.replace("share", "")


def _axis(name: str, values: Sequence[Any]) -> Axis:
    """An axis of equal steps, whose middles are labelled with the values, as many as have room."""
    every = -(-len(values) // 9)
    at = range(0, len(values), every)
    return Axis(name, 0, len(values), ticks=tuple(i + 0.5 for i in at), words=tuple(_tick(values[i]) for i in at))


def _tick(value: Any) -> str:
    """A value beside an axis: one digit where more have no room; the cell itself says all of them."""
    words = value_words(value)
    return words if len(words) <= ROOM or not isinstance(value, float) else value_words(float(f"{value:.1g}"))


def value_words(value: Any) -> str:
    """A value of an axis: three digits of a number, small ones as "1e-4"."""
    if not isinstance(value, float):
        return str(value)
    small = 0 < abs(value) < 1e-3
    return np.format_float_scientific(value, precision=2, trim="-", exp_digits=1) if small else f"{value:.3g}"
