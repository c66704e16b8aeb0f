"""A fleet: runs of any mixture of recipes train as they do alone, side by side, and are seen member by member."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from toygan import Recipe, RecipeError, train
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
