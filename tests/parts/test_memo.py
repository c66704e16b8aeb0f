"""What is computed of samples is kept for the next measurement, as long as the samples are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import torch
from torch import Tensor

from toygan import Population, Recipe
from toygan.parts.metrics import memo


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "_kept", {})


def counted(of: Tensor) -> tuple[Callable[[], Tensor], list[int]]:
    calls: list[int] = []

    def compute() -> Tensor:
        calls.append(1)
        return of + 1

    return compute, calls


def test_what_is_kept_is_computed_once_for_each_name() -> None:
    samples = torch.zeros(3)
    compute, calls = counted(samples)
    memo.keep(samples)
    for name in ("sorted", "sorted", "places"):
        assert memo.remember(samples, name, compute).tolist() == [1, 1, 1]
    assert len(calls) == 2


def test_what_nobody_asked_to_keep_is_computed_again() -> None:
    samples = torch.zeros(3)
    compute, calls = counted(samples)
    memo.remember(samples, "sorted", compute)
    samples += 1
    assert memo.remember(samples, "sorted", compute).tolist() == [2, 2, 2]
    assert len(calls) == 2


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memo, "MOST_BYTES", 8)
    several = [torch.zeros(2) for _ in range(memo.MOST + 1)]
    for samples in several:
        memo.keep(samples)
    assert len(memo._kept) == memo.MOST
    compute, calls = counted(torch.zeros(3))
    for _ in range(2):
        memo.remember(several[-1], "too large", compute)
    assert len(calls) == 2


def test_samples_that_are_gone_are_forgotten() -> None:
    memo.keep(torch.zeros(2))
    memo.keep(kept := torch.zeros(2))
    assert list(memo._kept) == [id(kept)]


def test_a_measurement_that_compares_gives_the_same_numbers_with_and_without() -> None:
    def measurements() -> Iterator[dict[str, bytes]]:
        population, before = Population(Recipe(width=4, batch=8).seeds(2)), None
        for _ in range(3):
            population.run(5)
            before = population.snapshot(100, before)
            yield {name: values.tobytes() for name, values in before.metrics.items()}

    kept = list(measurements())
    assert memo._kept
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(memo, "MOST_BYTES", 0)
        assert list(measurements()) == kept
