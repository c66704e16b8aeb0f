"""An attempt: an iteration beside its run, equal to one taken in it, and without a trace where it is given up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from toygan.recipe import Recipe
from toygan.runs.attempt import Attempt
from toygan.runs.run import Run
from toygan.training import Population

SMALL = Recipe(width=4, depth=1, batch=4)
RECIPES = [
    SMALL,
    SMALL.but(d_steps=3, regularizers={"unrolled": 2, "r1": 0.1, "instance-noise": 0.1}, ema=0.9),
    SMALL.but(turns="lookahead(k=2)", regularizers={"spectral-norm": 1.0, "historical-averaging": 0.1}),
    SMALL.but(turns="consensus", optimizer="sgd", lr_g=0.01, lr_d=0.01),
]


def numbers(population: Population) -> list[torch.Tensor]:
    """All that decides how a population goes on."""
    state = population.state
    marks = [x for name in sorted(state.streams) for x in _mark(state.streams[name])]
    return [*(x.clone() for x in state.tensors.values()), *marks]


def _mark(mark: tuple[torch.Tensor, int, int]) -> Iterator[torch.Tensor]:
    yield mark[0]
    yield torch.tensor(mark[1:])


def same(a: list[torch.Tensor], b: list[torch.Tensor]) -> bool:
    return len(a) == len(b) and all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


class GivesUp(TorchDispatchMode):
    """Gives the attempt up at the n-th call of torch."""

    def __init__(self, attempt: Attempt, at: int) -> None:
        super().__init__()
        self.attempt, self.left = attempt, at

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        self.left -= 1
        self.attempt.given_up |= self.left <= 0
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("recipe", RECIPES, ids=Recipe.to_string)
def test_iterations_taken_aside_are_those_of_the_run(recipe: Recipe) -> None:
    run, plain = Run(recipe.seeds(2)), Population(recipe.seeds(2))
    for i in range(6):
        if i % 2:
            run.step()
        else:
            attempt = Attempt(run)
            attempt.work()
            attempt.take()
    plain.run(6)
    assert run.steps == 6
    assert same(numbers(run.population), numbers(plain))


@pytest.mark.parametrize("at", [1, 20, 60, 150])
@pytest.mark.parametrize("recipe", RECIPES, ids=Recipe.to_string)
def test_an_iteration_given_up_anywhere_leaves_the_run_as_it_was(recipe: Recipe, at: int) -> None:
    run, plain = Run(recipe.seeds(2)), Population(recipe.seeds(2))
    for population in (run.population, plain):
        population.run(3)
    before = numbers(run.population)
    attempt = Attempt(run)
    with GivesUp(attempt, at):
        attempt.work()
    assert same(numbers(run.population), before)
    for population in (run.population, plain):
        population.run(3)
    assert same(numbers(run.population), numbers(plain))


def test_what_is_given_up_ends_before_the_iteration_does() -> None:
    calls = []

    class Counts(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
            calls.append(func)
            return func(*args, **(kwargs or {}))

    attempt = Attempt(Run(SMALL.seeds(2)))
    attempt.given_up = True
    with Counts():
        attempt.work()
    assert calls == []
