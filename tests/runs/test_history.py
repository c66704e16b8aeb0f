"""A history keeps bookmarks over all of a run, within its budget."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from toygan import Population, Recipe
from toygan.runs.history import STRIDE, History

STATE = Population(Recipe(width=4, depth=1, batch=8).seeds(2)).state
BUDGET = 20 * STATE.compact().nbytes


def fed(iterations: int, most: int = BUDGET) -> History:
    history = History(most)
    for step in range(iterations + 1):
        if history.due(step):
            history.add(replace(STATE, steps=step))
    return history


def test_it_stays_within_its_budget_over_a_hundred_thousand_iterations() -> None:
    history = History(BUDGET)
    for step in range(100_001):
        if history.due(step):
            history.add(replace(STATE, steps=step))
            assert history.size <= BUDGET
    gaps = {b - a for a, b in zip(history.steps, history.steps[1:], strict=False)}
    assert len(history.steps) >= 10
    assert len(gaps) == 1  # evenly spread, so that no iteration is far from a bookmark
    assert history.steps[0] == 0
    assert 100_000 - history.steps[-1] < max(gaps)


def test_it_finds_the_bookmark_before_an_iteration() -> None:
    history = fed(10 * STRIDE)
    assert history.before(0).steps == 0
    assert history.before(3 * STRIDE).steps == 3 * STRIDE
    assert history.before(4 * STRIDE - 1).steps == 3 * STRIDE
    assert history.before(10**9).steps == 10 * STRIDE


def test_an_iteration_that_comes_again_replaces_what_followed() -> None:
    history = fed(5 * STRIDE)
    history.add(replace(STATE, steps=2 * STRIDE))
    assert history.steps == [0, STRIDE, 2 * STRIDE]


def test_a_run_that_began_late_keeps_its_first_bookmark() -> None:
    history = History(3 * STATE.compact().nbytes)
    for step in range(7, 40 * STRIDE):
        if history.due(step):
            history.add(replace(STATE, steps=step))
    assert history.steps[0] == 7
    assert history.before(STRIDE).steps == 7
    with pytest.raises(ValueError, match="iteration=6: must be at least 7"):
        history.before(6)


def test_a_state_that_does_not_fit_is_refused_in_one_line() -> None:
    history = fed(3 * STRIDE, most=STATE.compact().nbytes - 1)
    assert history.steps == []
    with pytest.raises(ValueError, match=r"^iteration=5: nothing to go back to; a state of this run takes .* MiB, and"):
        history.before(5)


def test_what_tensors_share_counts_once_and_views_are_copied() -> None:
    theta = torch.zeros(2, 1000)
    view = replace(STATE, average=STATE.generator.theta, alive=theta[:, 0] == 0, age=theta.long()[:, 0])
    assert view.nbytes >= 16_000  # the column keeps all of its matrix
    own = view.compact()
    assert own.nbytes == STATE.compact().nbytes
    assert torch.equal(own.age, view.age)
