"""Intervals are those of their sources."""

import numpy as np
import pytest
from scipy.stats import binomtest

from toygan.measure.intervals import mean_interval, share_interval


@pytest.mark.parametrize(("count", "n"), [(0, 16), (1, 16), (14, 16), (16, 16), (5, 8)])
def test_the_interval_of_a_share_is_wilsons(count, n):
    expected = binomtest(count, n).proportion_ci(method="wilson")
    assert share_interval(count, n) == pytest.approx((expected.low, expected.high), abs=1e-4)


def test_the_interval_of_a_mean_is_that_of_the_normal_distribution_where_seeds_are_many():
    values = np.random.default_rng(0).normal(3.0, 0.4, 400)
    low, high = mean_interval(values)
    assert (low + high) / 2 == pytest.approx(values.mean(), abs=0.005)
    assert (high - low) / 2 == pytest.approx(1.96 * 0.4 / 20, rel=0.15)
