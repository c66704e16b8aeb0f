"""Limits grow in steps until they hold the values, and a growing axis never shrinks from frame to frame."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from toygan.chart import Axis, Chart
from toygan.chart.limits import double_to, grow_to, grow_to_decades, keep_axes


@pytest.mark.parametrize(("value", "expected"), [(3, 4), (4, 4), (4.01, 8), (1000, 1024), (0, 4), (-1, 4)])
def test_an_end_doubles_until_it_holds_the_value(value: float, expected: float) -> None:
    assert double_to(4, value) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([0.2, 0.4], (0, 0.5)),
        ([0.6], (0, 1)),
        ([math.nan, math.inf, 3], (0, 4)),
        ([math.nan], (0, 0.5)),
        ([-0.3, 0.1], (-0.5, 0.5)),  # below 0, it begins with a quarter of the upper end
        ([0.1] * 199 + [1e9], (0, 0.5)),  # one wild value of many
    ],
)
def test_limits_hold_all_but_the_wildest(values: list[float], expected: tuple[float, float]) -> None:
    assert grow_to((0, 0.5), np.array(values)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [([1], (0.1, 10)), ([20, 0, -5, math.nan], (0.1, 100)), ([3e-3], (1e-3, 10)), ([0], (0.1, 10))],
)
def test_log_limits_grow_by_decades(values: list[float], expected: tuple[float, float]) -> None:
    assert grow_to_decades((0.1, 10), np.array(values)) == pytest.approx(expected)


def test_only_growing_axes_keep_what_they_have_reached() -> None:
    before = Chart("", Axis("", 0, 8), Axis("", -1, 4, grows=True), ())
    wanted = replace(before, x=Axis("", 0, 2), y=Axis("", 0, 5, grows=True))
    chart = keep_axes(before, wanted)
    assert (chart.x, chart.y) == (wanted.x, Axis("", -1, 5, grows=True))
