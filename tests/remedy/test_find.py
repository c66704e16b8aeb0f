"""Find a remedy: a recipe whose failure has a known cure is cured, and what is said was measured on other seeds."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from toygan import Population, Recipe, StateError, find_remedy
from toygan.recipe import RecipeError
from toygan.remedy import FoundRemedies, RemedySearch, TriedRemedy, judgement
from toygan.remedy.find import rank_rows
from toygan.remedy.trainer import Candidate, Measuring, Trainer

SLOW = Recipe(data="gaussian1d", width=4, depth=1, batch=16, lr_g=1e-6, lr_d=1e-2)  # G stays where it begins
BUDGET = {"iterations": 1000, "steps": 60, "jobs": 0}


@pytest.fixture(scope="module", autouse=True)
def few_samples() -> Iterator[None]:
    """Judge by few samples: exact distances of many take longer than the runs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(judgement, "JUDGED", 60)
        yield


@pytest.fixture(scope="module")
def found() -> FoundRemedies:
    """A search that may change G's rate alone."""
    return find_remedy(SLOW, fields=["lr_g"], **BUDGET)  # type: ignore[arg-type]


def test_a_generator_that_stands_still_is_told_to_move(found: FoundRemedies) -> None:
    assert found.best is not None
    assert found.best.recipe.lr_g > SLOW.lr_g
    assert found.best.distances.mean() < 0.9 * found.distances.mean()
    assert found.summary.startswith(f"lr_g = {found.best.words.split()[2]} (was 1e-6), from the start: ")


def test_the_same_budget_finds_the_same(found: FoundRemedies) -> None:
    again = find_remedy(SLOW, fields=["lr_g"], **BUDGET)  # type: ignore[arg-type]
    assert repr(again) == repr(found)
    assert found.spent <= BUDGET["iterations"]


def test_it_is_judged_on_seeds_that_did_not_choose(found: FoundRemedies) -> None:
    best = found.best
    assert best is not None
    asked = Measuring(tuple(range(1000, 1016)), (0, 48, 54, 60), ("sliced-w1",), 60)
    trainer = Trainer(SLOW, None, 0)
    (record,) = trainer.measure(trainer.plan([Candidate(best.recipe)], asked), asked.seeds).values()
    assert np.minimum(record.metric("sliced-w1")[1:].mean(0), best.distances.max()) == pytest.approx(best.distances)
    assert best.distances_before is found.distances


def test_nothing_that_helps_is_an_answer_with_what_came_closest() -> None:
    none = find_remedy(SLOW.but(lr_g=1e-3, lr_d=1e-3), fields=["beta2", "ema"], **{**BUDGET, "iterations": 250})  # type: ignore[arg-type]
    assert none.best is None
    assert none.summary.startswith("Nothing")


def test_what_needs_other_units_is_tried_in_them_with_all_else() -> None:
    far = SLOW.but(data="gaussian1d(mean=400.0)", lr_g=1e-3, lr_d=1e-3)
    begun = RemedySearch(far, fields=["data", "regularizers"], **BUDGET)  # type: ignore[arg-type]
    best = begun.run().best
    assert best is not None
    assert best.recipe.data == "standardised(of=gaussian1d(mean=400.0))"
    assert begun._search is not None
    tried = [one.recipe for one in begun._search.tried]
    assert sum(bool(one.regularizers) for one in tried if one.data == best.recipe.data) > 5


def test_a_search_ends_early_only_if_its_best_is_healthy_by_exact_distances() -> None:
    far = SLOW.but(data="gaussian1d(mean=1.0,sigma=1.0)", generator="shift", latent=1, batch=64, lr_g=1e-5)
    begun = RemedySearch(far, fields=["lr_g", "ema"], iterations=4000, steps=200, jobs=0)
    found = begun.run()
    assert found.best is not None
    assert begun._search is not None
    assert begun._search._healthy == {Candidate(found.best.recipe): 1.0}
    assert found.spent < 3000


def test_a_live_candidate_begins_where_the_run_stands_with_other_data() -> None:
    moved = Population(SLOW.seeds(2))
    theta = moved.generator.theta
    moved.generator.theta = torch.zeros_like(theta)  # all samples at 0, 4 from the mean of the data
    moved.run(3)
    asked = Measuring((7, 8, 9), (0, 5), ("sliced-w1",), 500)
    trainer = Trainer(SLOW, moved.state, 0)
    (record,) = trainer.measure(
        trainer.plan([Candidate(SLOW.but(loss="hinge"), live=True)], asked), asked.seeds
    ).values()
    assert record.steps.tolist() == [3, 8]
    assert [recipe.seed for recipe in record.recipes] == [7, 8, 9]
    assert record.metric("sliced-w1") == pytest.approx(4, abs=0.2)


def test_a_search_from_a_state_tries_live_changes_and_refuses_a_state_of_another_recipe(found: FoundRemedies) -> None:
    population = Population(SLOW.seeds(2))
    live = find_remedy(SLOW, state=population.state, fields=["lr_g"], **BUDGET)  # type: ignore[arg-type]
    assert {row.start for row in live.rows} <= {"from here", "from the start"}
    assert live.tried > found.tried / 4
    with pytest.raises(StateError, match=r"^state: must be one of the recipe; lr_g = 1e-6 \(in the recipe 0.5\)"):
        find_remedy(SLOW.but(lr_g=0.5), state=population.state)


def test_a_search_that_is_stopped_says_what_it_has() -> None:
    begun = RemedySearch(SLOW, fields=["lr_g", "lr_d"], **BUDGET)  # type: ignore[arg-type]
    begun.followed = lambda progress: begun.stop() if progress.share > 0.05 else None  # type: ignore[method-assign]
    stopped = begun.run()
    assert stopped.stopped == ""
    assert not stopped.rows
    assert "stopped before the end" in stopped.summary


def test_a_search_can_be_stopped_before_it_begins_and_from_another_thread() -> None:
    begun = RemedySearch(SLOW, seconds=1000.0, jobs=0)
    threading.Timer(0.5, begun.stop).start()
    assert begun.run().stopped == ""


def test_workers_find_what_this_process_finds() -> None:
    trainer = Trainer(SLOW, None, 0)
    asked = Measuring((0, 1), (0, 5, 10), ("sliced-w1",), 50)
    jobs = trainer.plan([Candidate(SLOW), Candidate(SLOW.but(loss="hinge"))], asked)
    here = trainer.measure(jobs, asked.seeds)
    with Trainer(SLOW, None, 1) as other:
        there = other.measure(jobs, asked.seeds)
    assert here.keys() == there.keys()
    for candidate, record in here.items():
        np.testing.assert_array_equal(record.metric("sliced-w1"), there[candidate].metric("sliced-w1"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"seconds": 0}, "seconds=0: must be a number above 0"),
        ({"seconds": 1, "iterations": 1}, "seconds=1: must be left out if iterations are given"),
        ({"iterations": 0}, "iterations=0: must be"),
        ({"steps": 0}, "steps=0: must be"),
        ({"fields": ["colour"]}, "fields='colour': must be of data, loss"),
        ({"state": 3}, "state=3: must be a State, a file of one"),
    ],
)
def test_a_wrong_argument_is_refused_in_one_line(given: dict[str, object], said: str) -> None:
    with pytest.raises((RecipeError, StateError)) as error:
        find_remedy(SLOW, **given)  # type: ignore[arg-type]
    assert str(error.value).startswith(said)
    assert "\n" not in str(error.value)


def row(distances: list[float], healthy: bool, **change: object) -> TriedRemedy:
    return TriedRemedy(
        SLOW, SLOW.but(**change), False, np.array(distances), np.array([2.0, 2.0, 2.0]), np.array([healthy] * 3)
    )


def test_healthy_ones_come_first_and_of_equal_ones_the_shorter() -> None:
    near, short, long = (
        row([0.1] * 3, False, lr_g=1e-3), row([1.0] * 3, True, lr_d=1e-3), row([0.95] * 3, True, lr_d=1e-3, ema=0.9),
    )  # fmt: skip
    assert rank_rows([near, long, short]) == [short, long, near]


def test_a_change_helps_if_the_whole_interval_of_the_difference_is_below_zero() -> None:
    assert row([1.0, 1.1, 0.9], False, lr_g=1e-3).helps
    assert not row([1.9, 2.2, 1.9], False, lr_g=1e-3).helps
