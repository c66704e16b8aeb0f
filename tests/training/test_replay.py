"""Replayed operations: on fixed buffers, with the numbers of the step; without CUDA, by a recorder of the test."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
import torch
from torch import Tensor

from toygan import Population, Recipe
from toygan.training.capture import Trace
from toygan.training.program import Program, script
from toygan.training.replay import Call, Replay, replay

SMALL = Recipe(width=4, batch=8, ema=0.9, regularizers={"r1": 0.1})


def record(function: Callable[[], Sequence[Tensor]]) -> tuple[Sequence[Tensor], Callable[[], None]]:
    """What a CUDA graph does: the results stay in the same places."""
    results = [x.clone() for x in function()]

    def again() -> None:
        for place, x in zip(results, function(), strict=True):
            place.copy_(x)

    return results, again


def replayed(trace: Trace, like: Sequence[Tensor]) -> Call:
    return replay(script(trace, like), like, record)


def test_a_replayed_run_is_that_of_the_step_and_leaves_earlier_states_alone() -> None:
    stepped, other = (Population(SMALL.seeds(3)) for _ in range(2))
    other.program = Program(other, replayed)
    for population in (stepped, other):
        population.run(5)
    state, before = other.state, other.state.to_bytes()
    for population in (stepped, other):
        population.change([recipe.but(lr_d=0.01) for recipe in population.recipes])
        population.run(5)
    assert other.program is not None
    assert other.state.to_bytes() == stepped.state.to_bytes()
    assert state.to_bytes() == before


def test_buffers_stay_where_they_are() -> None:
    places = []

    def double(tensors: list[Tensor]) -> list[Tensor]:
        places.append(tensors[0].data_ptr())
        return [2 * tensors[0], tensors[1]]

    call = Replay(double, [torch.zeros(3), torch.ones(2)], record)
    x, y = torch.tensor([1.0, 2.0, 3.0]), torch.zeros(2)
    first = call([x, y])
    second = call([5 * x, y + 1])
    assert len(set(places)) == 1
    assert places[0] != x.data_ptr()
    assert [first[0].tolist(), second[0].tolist()] == [[2, 4, 6], [10, 20, 30]]
    assert [first[1].tolist(), second[1].tolist()] == [[0, 0], [1, 1]]


def _refuse(function: Callable[[], Sequence[Tensor]]) -> tuple[Sequence[Tensor], Callable[[], None]]:
    raise RuntimeError("operation not permitted when stream is capturing")


def _lose(function: Callable[[], Sequence[Tensor]]) -> tuple[Sequence[Tensor], Callable[[], None]]:
    return [x + 1 for x in function()], lambda: None


@pytest.mark.parametrize("recorder", [_refuse, _lose])
def test_what_cannot_be_recorded_or_gives_other_numbers_is_called(recorder: object) -> None:
    def call(tensors: list[Tensor]) -> list[Tensor]:
        return [2 * tensors[0]]

    assert replay(call, [torch.ones(2)], recorder) is call  # type: ignore[arg-type]
    assert replay(call, [torch.ones(2)], record) is not call


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_run_on_cuda_is_replayed_with_the_numbers_of_the_step() -> None:
    stepped, other = (Population(SMALL.seeds(3), "cuda", torch.float64) for _ in range(2))
    program = other.program = Program(other)
    assert isinstance(program._calls[0], Replay)
    for population in (stepped, other):
        population.run(20)
    for mine, its in zip(stepped.state.tensors.values(), other.state.tensors.values(), strict=True):
        torch.testing.assert_close(its, mine, rtol=1e-6, atol=1e-6)
