"""Members that leave the finite numbers: marked as diverged, under every loss, and no other member is touched."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from toygan import LOSSES, Population, Recipe
from toygan.runs.run import Run
from toygan.training.program import Program

WILD = Recipe(width=8, batch=16, optimizer="sgd", lr_g=0.1, lr_d=0.1, regularizers={"gradient-penalty": 10.0})

PLAYERS = ["generator", "discriminator"]


def test_a_cross_entropy_that_diverges_within_the_sliders_ends_nothing() -> None:
    run = Run([WILD.but(loss="probability-cross-entropy", seed=s) for s in range(4)], every=20, n=50)
    run.run(100)
    assert (run.record.diverged_at >= 0).any()
    assert run.steps == 100


EACH = [(name, player) for name, loss in LOSSES.items() for player in PLAYERS[: 1 + loss.uses_discriminator]]


@pytest.mark.parametrize(("loss", "player"), EACH)
def test_one_nan_ends_no_captured_program(loss: str, player: str) -> None:
    """A function of torch that asks about its values, as `binary_cross_entropy` does, raises in a program."""
    recipes = [Recipe(loss=loss, width=4, batch=8, seed=s) for s in range(2)]
    spoilt, whole = Population(recipes), Population(recipes)
    spoilt.program = Program(spoilt)
    network = getattr(spoilt, player)
    network.theta = network.theta.detach().clone().index_fill(0, torch.tensor([1]), torch.nan)
    for population in (spoilt, whole):
        population.run(3)
    assert not spoilt.generate(5)[1].isfinite().any()
    assert torch.equal(spoilt.generate(5)[0], whole.generate(5)[0])


@pytest.mark.parametrize(("loss", "player"), EACH)
def test_one_nan_marks_its_member_and_changes_no_other(loss: str, player: str) -> None:
    recipes = [Recipe(loss=loss, width=4, batch=8, seed=s) for s in range(2)]
    spoilt, whole = (Run(recipes, every=5, n=50) for _ in range(2))
    network = getattr(spoilt.population, player)
    network.theta = network.theta.detach().clone().index_fill(0, torch.tensor([1]), torch.nan)
    for run in (spoilt, whole):
        run.run(20)
    assert spoilt.record.diverged_at[1] >= 0
    assert spoilt.record.diverged_at[0] == whole.record.diverged_at[0] == -1
    for name in whole.record.names:
        np.testing.assert_array_equal(spoilt.record.metric(name)[:, 0], whole.record.metric(name)[:, 0], name)
