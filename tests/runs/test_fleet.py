"""A fleet: runs of any mixture of recipes train as they do alone, side by side, and are seen member by member."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch
from support.raising import Raises

from toygan import LOSSES, Recipe, RecipeError, train
from toygan.runs.fleet import BURST, Fleet, by_shape
from toygan.runs.run import Run

SMALL = Recipe(width=4, depth=1, batch=6)
MIXED = [SMALL, SMALL.but(width=6), SMALL.but(lr_g=0.01), SMALL.but(width=6, seed=3), SMALL.but(loss="hinge")]


def test_recipes_of_one_shape_share_a_population() -> None:
    assert by_shape(MIXED) == [[0, 2], [1, 3], [4]]
    assert by_shape(SMALL.seeds(5), lambda recipe: 2) == [[0, 1], [2, 3], [4]]


def test_every_member_trains_as_it_does_in_a_run_of_its_shape() -> None:
    fleet = Fleet(MIXED, every=20, n=100)
    fleet.measure()
    fleet.advance(math.inf, until=40)
    for group in by_shape(MIXED):
        alone = Run([MIXED[i] for i in group], every=20, n=100)
        alone.run(40)
        for place, i in enumerate(group):
            run, number = fleet.member(i)
            assert number == place
            assert torch.equal(run.population.generator.theta, alone.population.generator.theta)
            assert fleet.scores("sliced-w1")[i] == alone.record.metric("sliced-w1")[-1, place]
            steps, course = fleet.course("sliced-w1")
            assert steps.tolist() == [0, 20, 40]
            assert course[:, i].tolist() == alone.record.metric("sliced-w1")[:, place].tolist()


def test_snapshots_hold_all_members_in_the_order_of_their_recipes() -> None:
    fleet = Fleet(MIXED, every=2)
    together = [fleet.snapshot for _ in fleet.until(4)]
    assert [snapshot.step for snapshot in together] == [0, 2, 4]
    for ours, theirs in zip(together, train(MIXED, steps=4, every=2), strict=True):
        assert ours.recipes == theirs.recipes == tuple(MIXED)
        assert torch.equal(ours.samples, theirs.samples)
    assert fleet.recipes == tuple(MIXED)


def test_no_run_is_more_than_a_burst_ahead_of_another() -> None:
    ticks = itertools.count()
    fleet = Fleet([SMALL, SMALL.but(width=6), SMALL.but(width=8)], n=50, clock=lambda: next(ticks))
    for _ in range(12):
        fleet.advance(7, until=60)
        steps = [run.steps for run in fleet.runs]
        assert max(steps) - min(steps) <= BURST
    fleet.advance(math.inf, until=60)
    assert [run.steps for run in fleet.runs] == [60] * 3
    assert fleet.steps == 60


def test_a_step_is_one_measured_iteration_of_all() -> None:
    fleet = Fleet(MIXED, n=50)
    fleet.step()
    assert [run.steps for run in fleet.runs] == [1] * 3
    assert [snapshot.step for snapshot in fleet.measured if snapshot] == [1] * 3


def test_members_that_diverge_are_marked_and_the_others_train_on() -> None:
    fleet = Fleet([SMALL, SMALL.but(lr_g=1e30), SMALL.but(width=6)], every=20, n=50)
    fleet.advance(math.inf, until=40)
    assert (fleet.diverged_at >= 0).tolist() == [False, True, False]
    assert np.isnan(fleet.scores("sliced-w1")).tolist() == [False, True, False]
    assert fleet.alive
    dead = Fleet(SMALL.but(lr_g=1e30), every=10, n=50)
    dead.measure()
    dead.advance(math.inf)
    assert not dead.alive
    assert dead.steps == 10, "it stops at the measurement that finds nobody finite"


@pytest.fixture
def fussy(monkeypatch: pytest.MonkeyPatch) -> list[Recipe]:
    """Eight members, one of which meets an error at its first iterations, since its numbers are not finite."""
    monkeypatch.setitem(LOSSES, "fussy", Raises(0, fussy=True))
    steady = SMALL.but(loss="fussy", optimizer="sgd")
    return [recipe.but(lr_g=1e30, lr_d=1e30) if recipe.seed == 5 else recipe for recipe in steady.seeds(8)]


@pytest.mark.parametrize("apart", [1, 2, 4, 8])
def test_an_error_ends_only_the_member_that_meets_it(fussy: list[Recipe], apart: int) -> None:
    fleet, alone = Fleet(fussy, every=5, n=50, apart=apart), Fleet(fussy[:4], every=5, n=50)
    for one in (fleet, alone):
        one.measure()
        one.advance(math.inf, until=20)
    assert fleet.failures == {5: "FloatingPointError: a logit is not finite"}
    assert fleet.recipes == tuple(fussy)
    assert (fleet.steps, fleet.alive) == (20, True)
    assert np.isnan(fleet.scores("sliced-w1")).tolist() == [i == 5 for i in range(8)]
    assert fleet.diverged_at.tolist() == [-1] * 8
    for name in ("sliced-w1", "mode-hopping", "loss-d"):
        steps, course = fleet.course(name)
        assert steps.tolist() == [0, 5, 10, 15, 20]
        assert np.isnan(course[:, 5]).all()
        np.testing.assert_allclose(course[:, :4], alone.course(name)[1], rtol=1e-3, atol=1e-5)


def test_an_error_is_raised_unless_members_are_set_apart(fussy: list[Recipe]) -> None:
    with pytest.raises(FloatingPointError):
        Fleet(fussy, n=50).advance(math.inf, until=20)


def test_a_step_ends_only_the_member_that_meets_an_error(fussy: list[Recipe]) -> None:
    fleet = Fleet(fussy, n=50, apart=1)
    fleet.measure()
    for _ in range(3):
        fleet.step()
    assert (list(fleet.failures), fleet.steps) == ([5], 3)


def test_members_that_fail_at_the_start_or_in_a_measurement_are_set_apart_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "raises", Raises(1))
    fleet = Fleet([SMALL, SMALL.but(loss="raises"), SMALL.but(width=6)], every=5, n=50, apart=1)
    fleet.measure()
    fleet.advance(math.inf, until=10)
    assert fleet.failures == {1: "ValueError: boom"}
    assert fleet.course("sliced-w1")[0].tolist() == [0, 5, 10]
    lost = Fleet(SMALL.but(loss="raises").seeds(3), n=50, apart=1)
    lost.measure()
    lost.advance(math.inf, until=10)
    assert (len(lost.failures), lost.alive, lost.steps) == (3, False, 0)
    assert np.isnan(lost.scores("sliced-w1")).all()
    LOSSES["raises"].at = 0
    lost.restart()
    lost.measure()
    lost.advance(math.inf, until=10)
    assert (lost.failures, lost.steps, len(lost.runs)) == ({}, 10, 1)


def test_selected_members_continue_as_they_would_have() -> None:
    fleet = Fleet(SMALL.seeds(4), every=10, n=50)
    fleet.advance(math.inf, until=20)
    run, first = fleet.member(2)
    part = run.select([first, first + 1], every=10, n=50)
    assert part.record.recipes == tuple(SMALL.seeds(4)[2:])
    assert part.record.metric("sliced-w1").tolist() == run.record.metric("sliced-w1")[:, 2:].tolist()
    part.run(5)
    assert fleet.steps == 20
    fleet.advance(math.inf, until=25)
    theirs = run.population.generator.theta[2:]
    assert torch.allclose(part.population.generator.theta, theirs, rtol=1e-4, atol=1e-6)


def test_a_restart_repeats_the_run_and_a_refused_one_leaves_it() -> None:
    fleet = Fleet(MIXED, n=50)
    fleet.step()
    first = [run.population.generator.theta for run in fleet.runs]
    with pytest.raises(RecipeError, match="members of one population"):
        fleet.restart([SMALL, *(recipe.but(depth=2) for recipe in MIXED[1:])])
    assert fleet.steps == 1
    fleet.restart()
    assert fleet.steps == 0
    fleet.step()
    assert all(torch.equal(run.population.generator.theta, x) for run, x in zip(fleet.runs, first, strict=True))
    fleet.restart([recipe.but(depth=2) for recipe in MIXED])
    assert {recipe.depth for recipe in fleet.recipes} == {2}


def test_an_iteration_is_estimated_by_its_cost_and_then_by_the_time_that_the_last_two_took() -> None:
    ticks = itertools.count(0, 50)
    fleet = Fleet([SMALL, SMALL.but(width=64, batch=256)], n=50, clock=lambda: next(ticks))
    light, heavy = (fleet.estimate(run) for run in fleet.runs)
    assert light < heavy < 1
    fleet.advance(100)
    assert fleet.estimate(fleet.runs[0]) == pytest.approx(50)


def test_an_unknown_member_is_refused() -> None:
    with pytest.raises(IndexError, match="member=5: must be a whole number from 0 to 4"):
        Fleet(MIXED).member(5)
