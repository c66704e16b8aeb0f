"""Successive halving: longer rungs with more seeds, a third survives, and of equal ones the shorter."""

from __future__ import annotations

import numpy as np

from toygan.remedy.halving import Rung, clip, fit, is_as_good, rank, rungs, survivors


def test_each_rung_is_three_times_as_long_and_has_more_seeds() -> None:
    assert rungs(900) == [Rung(100, 2), Rung(300, 3), Rung(900, 4)]
    assert rungs(1) == [Rung(1, 2), Rung(1, 3), Rung(1, 4)]


def test_a_third_survives_and_it_is_the_nearest_third() -> None:
    scores = {name: float(i) for i, name in enumerate("abcdefg")}
    assert survivors(scores, lambda _: 1) == ["a", "b", "c"]
    assert survivors({"a": 5.0}, lambda _: 1) == ["a"]


def test_of_equally_good_ones_the_shorter_comes_first_and_no_worse_one_does() -> None:
    scores = {"abc": 1.00, "b": 1.09, "cd": 1.05, "e": 1.3}
    assert rank(scores, len) == ["b", "cd", "abc", "e"]
    assert is_as_good(1.1, 1.0)
    assert not is_as_good(1.11, 1.0)
    assert is_as_good(0.02, 0.01, slack=0.01)


def test_as_many_are_tried_as_may_be_paid() -> None:
    assert fit([3, 2, 5, 1], sum, allowed=9.9) == [3, 2]
    assert fit([3, 2], sum, allowed=2.0) == []
    assert fit([3, 2], sum, allowed=9.0) == [3, 2]


def test_a_run_without_a_distance_counts_as_the_worst_one() -> None:
    assert clip([0.5, np.nan, np.inf, 7.0], 2.0).tolist() == [0.5, 2.0, 2.0, 2.0]
