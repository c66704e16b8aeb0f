"""Axis limits that grow in steps, so that a moving picture seldom has to be redrawn as a whole."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes

FIRST = 100  # iterations that a curve's axis shows at first


def doubled(end: float, value: float) -> float:
    """`end` (above 0), doubled until it is no less than `value`."""
    return end if value <= end else end * 2.0 ** math.ceil(math.log2(value / end))


def grow_to_iteration(axes: Axes, step: float) -> None:
    """Lets the horizontal axis reach the iteration `step`."""
    axes.set_xlim(0, doubled(max(FIRST, axes.get_xlim()[1]), step))


def grow_to(axes: Axes, values: np.ndarray) -> None:
    """Lets the vertical axis, which holds 0, reach all but the wildest finite `values`, and the newest."""
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return
    least, most = np.quantile(finite, [0.01, 0.99])
    low, high = axes.get_ylim()
    if least < low:
        low = -doubled(-low if low < 0 else high / 4, -least)
    axes.set_ylim(low, doubled(high, most))


def grow_to_decades(axes: Axes, values: np.ndarray) -> None:
    """Lets the vertical axis, in decades, reach all but the wildest of the positive `values`."""
    positive = values[np.isfinite(values) & (values > 0)]
    if len(positive):
        least, most = np.quantile(positive, [0.01, 0.99])
        low, high = axes.get_ylim()
        axes.set_ylim(min(low, 10.0 ** math.floor(math.log10(least))), max(high, 10.0 ** math.ceil(math.log10(most))))
