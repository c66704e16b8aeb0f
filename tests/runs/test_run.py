"""A run steps its population and measures it when that is due; looking changes nothing."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from toygan import Population, Recipe, RecipeError, train
from toygan.runs.run import Run

TINY = Recipe(data="bimodal", width=4, batch=4)
MEASURED = {"n": 32, "metrics": ["modes-covered", "mode-hopping"]}


def state(population: Population) -> torch.Tensor:
    return torch.cat([population.generator.theta, population.discriminator.theta], dim=1)


def test_it_is_measured_at_its_start_wherever_that_is_due_and_at_its_end() -> None:
    run = Run(TINY, every=4, **MEASURED)
    assert [snapshot.step for snapshot in run.until(10)] == [0, 4, 8, 10]
    assert [snapshot.step for snapshot in run.until(13)] == [10, 13]
    assert run.record.steps.tolist() == [0, 4, 8, 10, 13]
    run.run(2)
    assert (run.steps, run.record.last.step) == (15, 15)


def test_the_interval_may_grow_with_the_run() -> None:
    run = Run(TINY, every=lambda step, engine: 1 + step // 2, **MEASURED)
    run.run(20)
    assert run.record.steps.tolist() == [0, 1, 2, 4, 7, 11, 17, 20]


@pytest.mark.parametrize("answers", [0, 1, 4, 6])
def test_a_run_that_is_stopped_is_measured_where_it_stands(answers: int) -> None:
    asked = itertools.chain([True] * answers, itertools.repeat(False))
    run = Run(TINY, every=4, **MEASURED)
    *_, last = run.until(100, lambda: next(asked))
    assert last.step == run.steps == answers
    assert run.record.last is last


def test_every_snapshot_but_the_first_knows_what_has_moved_since_the_one_before() -> None:
    run = Run(TINY, every=3, **MEASURED)
    snapshots = list(run.until(8))
    assert np.isnan(snapshots[0].metrics["mode-hopping"]).all()
    for before, now in itertools.pairwise(snapshots):
        (then, there) = (
            (s.samples[0, :, None] - TINY.distribution.modes).norm(dim=-1).argmin(-1) for s in (before, now)
        )
        moved = (there.double().mean() - then.double().mean()).abs() * 100 / (now.step - before.step)  # of two modes
        np.testing.assert_allclose(now.metrics["mode-hopping"], moved, rtol=1e-5, atol=1e-6)


def test_a_look_is_taken_once_an_iteration_and_a_measurement_whenever_it_is_asked_for() -> None:
    run = Run(TINY, **MEASURED)
    first = run.look()
    assert run.look() is first
    assert run.measure() is not first
    run.step()
    assert run.look().step == 1


def test_measuring_twice_at_one_iteration_keeps_what_has_moved_since_the_one_before() -> None:
    run = Run(TINY, every=2, **MEASURED)
    run.run(2)
    moved = run.look().metrics["mode-hopping"]
    assert np.isfinite(moved).all()
    np.testing.assert_array_equal(run.measure().metrics["mode-hopping"], moved)


def test_measuring_never_changes_the_run() -> None:
    run, alone = Run(TINY.seeds(2), every=1, **MEASURED), Population(TINY.seeds(2))
    run.run(5)
    alone.run(5)
    assert torch.equal(state(run.population), state(alone))


def test_the_state_of_each_members_least_distance_is_kept_and_continues_as_the_member_did() -> None:
    rates = [TINY.but(lr_g=rate, lr_d=rate, seed=seed) for seed, rate in enumerate((0.03, 0.003, 0.1))]
    run = Run(rates, every=4, n=32, metrics=["sliced-w1"])
    run.best = {}
    states = {snapshot.step: run.population.state for snapshot in run.until(40)}
    distances = run.record.metric("sliced-w1")
    chosen = run.record.steps[distances.argmin(0)]
    assert len(set(chosen)) > 1, "members differ in their best iteration"
    for member, best in run.best.items():
        assert (best.steps, best.recipes) == (chosen[member], run.population.recipes[member : member + 1])
        alone, all_members = Population.restore(best), Population.restore(states[best.steps])
        assert torch.equal(alone.generate(9), all_members.generate(9)[member : member + 1])
        alone.run(3)
        all_members.run(3)
        torch.testing.assert_close(state(alone)[0], state(all_members)[member])
    assert run.best.keys() == {0, 1, 2}


def test_keeping_the_best_never_changes_the_run_and_takes_a_state_a_member() -> None:
    run, alone = Run(TINY.seeds(2), every=1, n=32), Population(TINY.seeds(2))
    run.best = {}
    run.run(9)
    alone.run(9)
    assert torch.equal(state(run.population), state(alone))
    sizes = [sum(x.untyped_storage().nbytes() for x in best.tensors.values()) for best in run.best.values()]
    assert sizes == [sum(x[0].nbytes for x in alone.state.tensors.values())] * 2


def test_a_member_that_diverges_keeps_its_own_best() -> None:
    wild = TINY.but(loss="wasserstein", optimizer="sgd", lr_g=1e30, lr_d=1e30)
    run = Run([TINY.but(loss="wasserstein", optimizer="sgd"), wild], every=2, n=32)
    run.best = {}
    run.run(8)
    assert 0 <= run.record.best_at[1] < run.record.diverged_at[1]
    assert run.best[1].steps == run.record.best_at[1]
    assert run.best[1].alive.all()


def test_parts_of_a_run_keep_the_best_of_their_members() -> None:
    run = Run(TINY.seeds(3), every=2, n=32)
    run.best = {}
    run.run(4)
    part = run.select([2, 0])
    assert part.best == {0: run.best[2], 1: run.best[0]}
    assert list(part.record.best_at) == [run.best[2].steps, run.best[0].steps]
    assert run.restart(TINY.seeds(2)).best == {}


def test_a_change_goes_on_from_the_present_parameters_or_is_refused() -> None:
    run = Run(TINY, every=2, **MEASURED)
    run.run(2)
    before = state(run.population)
    run.change(TINY.but(lr_g=0.1))
    assert torch.equal(state(run.population), before)
    run.run(2)
    assert run.record.recipes == (TINY.but(lr_g=0.1),)
    with pytest.raises(RecipeError, match="width=8"):
        run.change(TINY.but(width=8))


def test_a_mixture_of_recipes_is_measured_as_each_is_alone() -> None:
    recipes = [TINY, TINY.but(width=5), TINY.but(seed=1)]
    alone = [list(train(recipe, 5, 2)) for recipe in recipes]
    together = list(train(recipes, 5, 2))
    assert [snapshot.step for snapshot in together] == [0, 2, 4, 5]
    for t, snapshot in enumerate(together):
        assert snapshot.recipes == tuple(recipes)
        for name, column in snapshot.metrics.items():
            expected = [float(course[t].metrics[name][0]) for course in alone]
            np.testing.assert_allclose(column, expected, rtol=1e-3, atol=1e-4, err_msg=name)
