"""A device is one that torch has here, whoever asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch

from toygan import PhaseDiagram, Playground, Population, Recipe, RecipeError, Session, compare, sweep, train
from toygan.training.device import as_device

SMALL = Recipe(width=4, batch=8)
GRID = {"lr_g": [0.1, 0.2], "lr_d": [0.1, 0.2]}


def test_a_device_that_is_here_is_that_of_torch() -> None:
    assert as_device("cpu") == as_device(torch.device("cpu")) == torch.device("cpu")


@pytest.mark.parametrize("device", ["cuda:99", "abacus", "", "hpu", 3.5, None])
def test_any_other_is_refused_by_its_name(device: Any) -> None:
    with pytest.raises(RecipeError, match=rf"^device='{device}': must be "):
        as_device(device)


@pytest.mark.parametrize(
    "start",
    [
        lambda device: Population(SMALL, device),
        lambda device: list(train(SMALL, 2, device=device)),
        lambda device: Session(SMALL, device=device),
        lambda device: Playground(SMALL, device=device),
        lambda device: PhaseDiagram(GRID, base=SMALL, device=device),
        lambda device: compare(SMALL, SMALL, seeds=2, steps=2, device=device),
        lambda device: sweep([SMALL], steps=2, device=device),
    ],
)
def test_whatever_trains_asks_for_it(start: Callable[[str], object]) -> None:
    with pytest.raises(RecipeError, match=r"^device='abacus': must be "):
        start("abacus")
