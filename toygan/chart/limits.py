"""Limits that grow in steps, so that the axes of a moving picture seldom change."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart

Limits = tuple[float, float]


def double_to(end: float, value: float) -> float:
    """Return `end` (above 0), doubled until it is no less than `value`."""
    return end if value <= end else end * 2.0 ** math.ceil(math.log2(value / end))


def grow_to(limits: Limits, values: np.ndarray) -> Limits:
    """Return limits around 0, or from 0 on, doubled until they hold all but the most extreme finite `values`."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return limits
    least, most = np.quantile(finite, [0.01, 0.99])
    low, high = limits
    if least < low:
        low = -double_to(-low if low < 0 else high / 4, -least)
    return low, double_to(high, most)


def grow_to_decades(limits: Limits, values: np.ndarray) -> Limits:
    """Return limits widened to whole decades that hold all but the most extreme positive `values`."""
    positive = values[np.isfinite(values) & (values > 0)]
    if len(positive) == 0:
        return limits
    least, most = np.log10(np.quantile(positive, [0.01, 0.99]))
    return min(limits[0], 10.0 ** math.floor(least)), max(limits[1], 10.0 ** math.ceil(most))


def keep_axes(before: Chart, wanted: Chart) -> Chart:
    """Return the wanted chart, no growing axis shorter than in the frame before."""
    return replace(wanted, x=_keep_axis(before.x, wanted.x), y=_keep_axis(before.y, wanted.y))


def _keep_axis(before: Axis, wanted: Axis) -> Axis:
    if not wanted.grows or before.log != wanted.log:
        return wanted
    return replace(wanted, low=min(before.low, wanted.low), high=max(before.high, wanted.high))
