"""A course is bounded, and what it drops leaves its extremes: late swings look as wild as they are."""

from __future__ import annotations

import numpy as np
import pytest

from toygan import Recipe
from toygan.parts.metrics import live_metrics
from toygan.runs.course import Course
from toygan.runs.record import Record
from toygan.runs.run import FOLLOW_ITERATIONS, Run


def oscillation(rows: int) -> np.ndarray:
    """Two members: one that swings faster and wider with time, and one with a single spike."""
    t = np.arange(rows)
    spike = np.where(t == rows - 7, 5.0, 0.0)
    return np.stack([(1 + t / rows) * np.sin(t * (1 + t / rows)), spike], axis=-1)


@pytest.mark.parametrize("times", [1, 10, 30])
def test_amplitude_is_kept_however_long_the_run(times: int) -> None:
    x = oscillation(1000 * times)
    course = Course(1000)
    for step, row in enumerate(x):
        course.add(20 * step, row)
    steps, values = course.steps, course.values
    assert len(steps) <= 1000 + 2 * times + 4
    assert (np.diff(steps) > 0).all()
    assert (steps[0], steps[-1]) == (0, 20 * (len(x) - 1))
    for start in np.linspace(0, 0.9, 10):  # every tenth of the run has the swings that it had
        true = x[int(start * len(x)) : int((start + 0.1) * len(x))]
        drawn = values[(steps >= 20 * start * len(x)) & (steps < 20 * (start + 0.1) * len(x))]
        np.testing.assert_allclose(drawn.max(0) - drawn.min(0), true.max(0) - true.min(0), rtol=0.02, atol=1e-9)
        assert len(drawn) >= 40


def test_every_second_row_would_not_keep_it() -> None:
    """The spike is lost in a record of as many rows, and kept in its course."""
    x = oscillation(10_000)
    record = Record(limit=1000)
    record.recipes = (Recipe(), Recipe(seed=1))
    for step, row in enumerate(x):
        record._append(step, {"loss-d": row})
    assert record.metric("loss-d")[:-1, 1].max() == 0
    steps, values = record.course("loss-d")
    assert values[:, 1].max() == 5
    assert abs(steps[values[:, 1].argmax()] - (len(x) - 7)) <= 32


def test_a_short_course_is_all_that_was_added() -> None:
    x = oscillation(600)
    course = Course(1000)
    for step, row in enumerate(x):
        course.add(step, row)
    np.testing.assert_array_equal(course.values, x)
    np.testing.assert_array_equal(course.steps, np.arange(600))


def test_what_is_not_a_number_is_a_gap_unless_a_stretch_has_others() -> None:
    course = Course(8)
    for step in range(64):
        course.add(step, np.array([np.nan if step >= 20 else step, np.nan]))
    assert np.isnan(course.values[:, 1]).all()
    first = course.values[:, 0]
    assert np.nanmax(first) == 19
    assert np.isnan(first[course.steps >= 32]).all()


@pytest.mark.parametrize("step", [0, 1, 7, 500, 3999])
def test_it_forgets_what_came_after_an_iteration(step: int) -> None:
    course = Course(100)
    for at in range(4000):
        course.add(at, np.array([float(at)]))
    course.forget_after(step)
    kept = course.steps
    assert (kept <= step).all()
    assert not len(kept) or kept[-1] > step - 128
    course.add(step + 1, np.zeros(1))
    assert course.steps[-1] == step + 1


def followed(names: tuple[str, ...], steps: int) -> Run:
    recipes = Recipe(width=4, depth=1, batch=4).seeds(2)
    run = Run(recipes, every=lambda step, engine: 10 if step < 100 else 150, n=20, metrics=live_metrics())
    run.followed = names
    run.run(steps)
    return run


def test_curves_that_are_followed_keep_their_density_and_change_nothing_else() -> None:
    run, alone = followed(("loss-d", "modes-covered"), 900), followed((), 900)
    steps, values = run.record.course("loss-d")
    assert np.diff(steps).max() <= FOLLOW_ITERATIONS
    assert np.diff(alone.record.course("loss-d")[0]).max() == 150
    np.testing.assert_array_equal(run.record.steps, alone.record.steps)
    for name in alone.record.names:
        np.testing.assert_array_equal(run.record.metric(name), alone.record.metric(name))
    np.testing.assert_array_equal(run.population.generator.theta, alone.population.generator.theta)
    at = np.isin(steps, run.record.steps)
    np.testing.assert_array_equal(values[at], run.record.metric("loss-d"))


def test_a_short_course_is_the_metric_itself_gaps_included() -> None:
    course, values = Course(100), np.array([[np.nan, 1.0], [2.0, np.nan], [np.nan, np.nan], [4.0, 0.0], [1.0, 3.0]])
    for step, row in enumerate(values):
        course.add(step, row)
    np.testing.assert_array_equal(course.values, values)
    assert course.steps.tolist() == [0, 1, 2, 3, 4]
