"""Programs: runs that are computed by captured operations are those of the step."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from toygan import TURNS, Population, Recipe
from toygan.training.program import Program, interpret, script, shape_of
from toygan.training.tracer import Untraceable

SMALL = Recipe(width=4, batch=8)


def programmed(population: Population) -> Population:
    population.program = Program(population)
    return population


def equal(a: Population, b: Population) -> bool:
    return a.state.to_bytes() == b.state.to_bytes()


@pytest.mark.parametrize("run", [interpret, script])
def test_pauses_looks_changes_and_restored_states_continue_as_step_by_step(run: Any) -> None:
    recipe = SMALL.but(schedule="cosine(over=40)", ema=0.9, regularizers={"r1": 0.1, "instance-noise": 0.5}, anneal=20)
    stepped, captured = (Population(recipe.seeds(3)) for _ in range(2))
    captured.program = Program(captured, run)
    for population in (stepped, captured):
        population.run(5)
        population.snapshot(n=32)
        population.change([r.but(lr_d=0.01, beta1=0.3) for r in population.recipes])
        population.run(5)
    again = Population.restore(captured.state)
    again.program = captured.program
    for population in (stepped, captured, again):
        population.run(5)
    assert equal(stepped, captured)
    assert equal(stepped, again)


def test_every_iteration_of_lookahead_has_its_program() -> None:
    recipe = SMALL.but(turns="lookahead(k=100)")
    stepped, captured = Population(recipe), programmed(Population(recipe))
    assert isinstance(captured.program, Program)
    assert len(captured.program.traces) == 3  # the start of a cycle, its end, and what is in between
    for population in (stepped, captured):
        population.run(205)
    assert equal(stepped, captured)


def test_a_member_that_diverges_disturbs_no_other() -> None:
    recipes = [SMALL.but(seed=seed, optimizer="sgd", lr_g=1e30 if seed == 1 else 0.01) for seed in range(3)]
    stepped, captured = Population(recipes), programmed(Population(recipes))
    for population in (stepped, captured):
        population.run(30)
    assert captured.diverged_at.tolist() == stepped.diverged_at.tolist()
    assert (captured.diverged_at >= 0).tolist() == [False, True, False]
    for i in (0, 2):
        assert torch.equal(captured.generator.theta[i], stepped.generator.theta[i])


def test_a_fork_continues_by_the_program_and_leaves_its_origin() -> None:
    population = programmed(Population(SMALL))
    population.run(3)
    fork, before = population.fork(), population.state.to_bytes()
    fork.run(5)
    assert population.state.to_bytes() == before
    assert fork.program is population.program


def test_assigned_parameters_are_taken() -> None:
    stepped, captured = Population(SMALL.seeds(2)), programmed(Population(SMALL.seeds(2)))
    for population in (stepped, captured):
        population.run(2)
        population.generator.theta = population.generator.theta.T.contiguous().T.requires_grad_()  # not in order
        population.run(2)
    assert equal(stepped, captured)
    assert not captured.generator.theta.requires_grad


@pytest.mark.parametrize("assigned", [torch.zeros(2, 5), torch.zeros(1, 58, dtype=torch.float64)])
def test_assigned_parameters_of_another_kind_are_never_read_by_the_program(assigned: torch.Tensor) -> None:
    population = programmed(Population(SMALL))
    program = population.program
    assert program is not None
    population.generator.theta = assigned
    assert not program.step(population)
    assert population.steps == 0


@pytest.mark.parametrize(
    "change",
    [
        {"loss": "hinge"},
        {"batch": 16},
        {"d_steps": 2},
        {"regularizers": {"r1": 0.1}},
        {"turns": "simultaneous"},
        {"ema": 0.9},
    ],
)
def test_a_change_of_what_a_trace_has_fixed_drops_the_program(change: dict[str, Any]) -> None:
    population = programmed(Population(SMALL))
    population.change(SMALL.but(**change))
    assert population.program is None
    population.run(2)


def test_a_shape_counts_whole_strengths_and_no_rates() -> None:
    unrolled = SMALL.but(regularizers={"unrolled": 2, "r1": 0.1})
    same = unrolled.but(regularizers={"unrolled": 2, "r1": 0.5}, lr_g=0.1, seed=7)
    other = unrolled.but(regularizers={"unrolled": 3, "r1": 0.1})
    shapes = [shape_of(Population(recipe)) for recipe in (unrolled, same, other)]
    assert shapes[0] == shapes[1] != shapes[2]


def test_a_step_that_differs_in_every_iteration_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    class Restless(type(TURNS["simultaneous"])):  # type: ignore[misc]
        def step(self, game: Any) -> None:
            for turn in range(20):
                if game.steps % 20 == turn:
                    break
            super().step(game)

    monkeypatch.setitem(TURNS, "restless", Restless())
    with pytest.raises(Untraceable, match="other operations in each"):
        Program(Population(SMALL.but(turns="restless")))
