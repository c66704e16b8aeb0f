"""A quantity is one number a seed, read off a record."""

from __future__ import annotations

import numpy as np
import pytest

from toygan.measure.quantities import keeps, late, late_of_average, seeds_that, swing, time_to
from toygan.recipe import Recipe
from toygan.runs.record import Record


def record(*rows: np.ndarray | list[float]) -> Record:
    """A record whose metric has these rows `(S,)`, one an iteration 0, 100, 200, ..."""
    values = np.array(rows, dtype=float)
    return Record.from_arrays(Recipe().seeds(values.shape[1]), 100 * np.arange(len(values)), {"high-quality": values})


def test_late_is_the_mean_over_the_last_fifth():
    assert late("high-quality").compute(record(*([[9.0]] * 8), [1.0], [3.0])) == pytest.approx([2.0])


def test_swing_is_the_deviation_over_the_second_half():
    assert swing("high-quality").compute(record([50.0], [0.0], [1.0], [3.0])) == pytest.approx([1.0])


def test_reached_is_the_first_iteration_or_the_length_of_the_run():
    of = time_to("high-quality", 0.5).compute(record([0.0, 0.0], [0.6, np.nan], [0.2, 0.4]))
    assert of.tolist() == [100.0, 200.0]


def test_a_seed_keeps_a_level_where_it_never_falls_below_it_late_in_its_run():
    early, lost, kept, diverged = [0.0, 0.0, 0.0, 1.0], [9, 0, 1, 9], [9, 9, 1, 9], [9, 9, 1, np.nan]
    rows = [early] * 7 + [lost, kept, diverged]
    assert keeps("stay", "high-quality", 1.0).compute(record(*rows, *[kept] * 5)).tolist() == [1, 1, 1, 1]
    assert keeps("stay", "high-quality", 1.0).compute(record(*rows, diverged)).tolist() == [1, 1, 1, 0]
    assert keeps("stay", "high-quality", 1.0).compute(record(*[kept] * 9, lost)).tolist() == [1, 0, 1, 1]


def test_a_share_of_seeds_is_the_mean_of_what_happened():
    diverged = seeds_that("diverged", lambda r: r.diverged_at >= 0)
    some = Record.from_arrays(Recipe().seeds(4), range(3), {}, [-1, 5, -1, 7])
    assert diverged.compute(some).mean() == 0.5
    assert diverged.words == "share of seeds that diverged"


def test_a_metric_that_was_not_taken_has_no_number():
    assert np.isnan(late("w1").compute(record([1.0]))).all()


def test_where_a_recipe_averages_its_generator_the_average_is_shown() -> None:
    metrics = {"js": np.array([[1.0]]), "average-js": np.array([[2.0]])}
    averaged, plain = (Record.from_arrays([Recipe(ema=ema)], [0], metrics) for ema in (0.9, 0.0))
    assert late_of_average("js").compute(averaged) == 2
    assert late_of_average("js").compute(plain) == 1
