"""Members of a lineup come, go and change, and the others continue as they would have."""

from __future__ import annotations

import pytest
import torch

from toygan import Recipe, RecipeError
from toygan.runs.lineup import Lineup

SMALL = Recipe(width=4, depth=1, batch=8, data="bimodal")
SEEDS = SMALL.seeds(2)
FASTER = [recipe.amend(lr_d=0.02) for recipe in SEEDS]
HINGE = [recipe.amend(loss="hinge") for recipe in SEEDS]


def lineup(*sides: list[Recipe], past: bool = False) -> Lineup:
    found = Lineup([recipe for side in sides for recipe in side], n=32, metrics=["modes-covered"])
    found.measure()
    if past:
        for run in found.runs:
            run.past.remember(run.population.state, 2**20)
    return found


def train(one: Lineup, until: int) -> None:
    for _ in one.iterate(until):
        pass


def theta(one: Lineup, side: int) -> torch.Tensor:
    run, first = one.member(2 * side)
    return torch.cat([run.population.generator.theta, run.population.discriminator.theta], -1)[first : first + 2]


def test_members_of_one_shape_share_a_population_until_their_shapes_differ() -> None:
    one = lineup(SEEDS, FASTER)
    assert len(one.runs) == 1
    one.change([0, 1], [recipe.amend(lr_g=0.02) for recipe in SEEDS])
    assert len(one.runs) == 1
    assert one.recipes[0].lr_g == 0.02
    one.change([2, 3], [recipe.amend(loss="hinge") for recipe in FASTER])
    assert len(one.runs) == 2
    assert [recipe.loss for recipe in one.recipes[::2]] == [SMALL.loss, "hinge"]
    one.restart([*SEEDS, *FASTER])
    assert len(one.runs) == 1


def test_those_that_stay_continue_as_they_would_have() -> None:
    one, alone = lineup(SEEDS, FASTER), lineup(SEEDS)
    for each in (one, alone):
        train(each, 10)
    one.change([2, 3], [recipe.amend(loss="hinge") for recipe in FASTER])
    for each in (one, alone):
        train(each, 30)
    torch.testing.assert_close(theta(one, 0), theta(alone, 0))


def test_a_copy_without_a_change_equals_its_origin_to_the_last_bit() -> None:
    one = lineup(SEEDS, HINGE)
    train(one, 20)
    one.copy([2, 3])
    assert one.recipes[4:] == one.recipes[2:4]
    assert len(one.runs) == 2, "those of one shape are trained together at once"
    alone = lineup(SEEDS, HINGE)
    train(one, 60)
    train(alone, 60)
    torch.testing.assert_close(theta(one, 1), theta(alone, 1))
    assert torch.equal(theta(one, 2), theta(one, 1))
    assert one.scores("modes-covered").shape == (6,)


def test_a_copy_of_an_earlier_iteration_has_no_future_and_its_origin_repeats_its_own() -> None:
    one = lineup(SEEDS, past=True)
    train(one, 80)
    end = theta(one, 0).clone()
    one.go_to(30)
    one.copy([0, 1])
    assert [run.past.reached for run in one.runs] == [80, 30]
    one.change([2, 3], FASTER)
    train(one, 80)
    assert torch.equal(theta(one, 0), end)
    assert not torch.equal(theta(one, 1), end)
    one.go_to(10)  # before the copy there was one
    assert torch.equal(theta(one, 0), theta(one, 1))


def test_members_that_go_leave_their_numbers_to_those_after_them() -> None:
    one = lineup(SEEDS, HINGE, FASTER)
    train(one, 5)
    last = theta(one, 2).clone()
    one.remove([0, 1])
    assert one.recipes == (*HINGE, *FASTER)
    assert torch.equal(theta(one, 1), last)
    train(one, 10)
    assert one.steps == 10


def test_one_more_is_refused_if_all_need_more_memory_than_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    one = lineup(SEEDS)
    monkeypatch.setenv("TOYGAN_MEMORY", "1e-9")
    with pytest.raises(RecipeError, match="would need about"):
        one.copy([0, 1])
    assert len(one.recipes) == 2


def test_a_change_that_needs_a_new_run_is_refused() -> None:
    one = lineup(SEEDS, HINGE)
    with pytest.raises(RecipeError, match="cannot change while a run plays"):
        one.change([0, 1], [recipe.amend(width=8) for recipe in SEEDS])
    assert one.recipes == (*SEEDS, *HINGE)
