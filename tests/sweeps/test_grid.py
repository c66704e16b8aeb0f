"""A grid that trains as a whole: every cell is its own recipe, stands where the others do, and can be taken out."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from toygan import Population, Recipe, RecipeError
from toygan.runs.run import Run
from toygan.sweeps.grid import SAMPLES, LiveGrid

SMALL = Recipe(width=4, depth=1, batch=6)


def grid(axes: dict[str, list[object]] | None = None, seeds: int = 2) -> LiveGrid:
    return LiveGrid(axes or {"lr_g": [1e-3, 1e-2], "width": [4, 6, 8]}, seeds, SMALL)


def test_cells_are_the_recipes_of_the_grid_by_the_last_axis_first() -> None:
    one = grid()
    assert one.shape == (2, 3)
    assert [(r.lr_g, r.width) for r in one.cells] == [(g, w) for g in (1e-3, 1e-2) for w in (4, 6, 8)]
    assert one.values(4) == {"lr_g": 1e-2, "width": 6}


def test_every_cell_trains_as_it_does_alone() -> None:
    one = grid()
    one.advance(math.inf, 40)
    for cell, recipe in enumerate(one.cells):
        alone = Run(recipe.seeds(2), n=SAMPLES)
        alone.run(40)
        assert one.scores("sliced-w1")[cell] == pytest.approx(alone.record.metric("sliced-w1")[-1], rel=1e-3)


def test_no_part_is_more_than_a_burst_ahead_of_another() -> None:
    ticks = iter(range(10**6))
    one = LiveGrid({"lr_g": [1e-3], "width": [4, 6, 8]}, 1, SMALL, clock=lambda: next(ticks))
    for _ in range(12):
        one.advance(7, 60)
        behind = [part.run.steps for part in one._parts]
        assert max(behind) - min(behind) <= 10
    one.advance(math.inf, 60)
    assert one.iteration == 60
    assert [part.run.steps for part in one._parts] == [60] * 3


def test_a_step_is_one_iteration_of_all() -> None:
    one = grid()
    one.step()
    assert [part.run.steps for part in one._parts] == [1] * 3


def test_what_is_taken_out_goes_on_as_the_cell_would_have() -> None:
    one = grid()
    one.advance(math.inf, 30)
    state, record = one.opened(4)
    assert state.recipes == tuple(one.cells[4].seeds(2))
    assert record.recipes == state.recipes
    assert record.steps.tolist() == [0, 20, 30]
    assert record.metric("sliced-w1")[-1] == pytest.approx(one.scores("sliced-w1")[4])
    alone = Population(state.recipes)
    alone.run(30)
    assert torch.allclose(state.numbers, alone.state.numbers, rtol=1e-4, atol=1e-5)


def test_courses_and_verdicts_belong_to_their_cells() -> None:
    one = grid({"loss": ["non-saturating", "minimax"], "lr_g": [1e-3, 1e6]}, seeds=1)
    one.advance(math.inf, 60)
    steps, course = one.course("sliced-w1")
    assert steps.tolist() == [0, 20, 40, 60]
    assert course.shape == (4, 4, 1)
    for cell in (0, 2):
        assert course[-1, cell] == one.scores("sliced-w1")[cell]
    assert [next(iter(told)) == "diverged" for told in one.verdicts()] == [False, True, False, True]


def test_those_that_diverge_are_counted_and_the_others_go_on() -> None:
    one = grid({"lr_g": [1e-3, 1e30], "width": [4]}, seeds=3)
    one.advance(math.inf, 40)
    assert one.diverged().tolist() == [0, 3]
    assert np.isfinite(one.scores("sliced-w1")[0]).all()
    assert np.isnan(one.scores("sliced-w1")[1]).all()
    assert one.alive


@pytest.mark.parametrize(
    ("axes", "seeds", "said"),
    [
        ({}, 1, "grid"),
        ({"lr_gg": [1.0]}, 1, "lr_gg"),
        ({"lr_g": []}, 1, "lr_g"),
        ({"lr_g": [-1.0]}, 1, "lr_g=-1"),
        ({"lr_g": [1e-3, 1e-3]}, 1, "cells, of which only 1 differ"),
        ({"lr_g": [1e-3]}, 0, "seeds"),
        ({"lr_g": [1e-3 * (1 + i) for i in range(100)]}, 100, "at most 8,192"),
    ],
)
def test_bad_grids_are_refused_with_their_reason(axes: dict[str, list[object]], seeds: int, said: str) -> None:
    with pytest.raises(RecipeError, match=said):
        LiveGrid(axes, seeds, SMALL)
