"""Parts that do not fit together are refused with the reason."""

from __future__ import annotations

import pytest

from toygan import OPTIMIZERS, Recipe, RecipeError
from toygan.parts.networks import NoDiscriminator, Shape


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"generator": "linear", "discriminator": "point"}, "cannot be the discriminator"),
        ({"regularizers": {"spectral-norm": 1.0}, "discriminator": "linear"}, "spectral-norm"),
        ({"regularizers": {"r1": 0.1}, "loss": "energy-distance"}, "no discriminator"),
        ({"d_steps": 2, "turns": "simultaneous"}, "only 1"),
    ],
)
def test_combinations_without_meaning_are_refused_with_the_reason(changes: dict, named: str) -> None:
    with pytest.raises(RecipeError, match=named):
        Recipe(**changes)


def test_regularizers_that_shape_networks_shape_those_that_train() -> None:
    parts = Recipe(regularizers={"packing": 2}).parts
    g, d = parts.networks
    assert g == parts.generator
    assert d != parts.discriminator


def test_a_loss_without_discriminator_trains_none() -> None:
    assert Recipe(loss="energy-distance").parts.discriminator == NoDiscriminator(2, 1, Shape(64, 2, "relu"))


def test_one_optimizer_serves_both_players_unless_one_has_its_own() -> None:
    parts = Recipe(optimizer="sgd", optimizer_d="rmsprop").parts
    assert parts.optimizer_g == OPTIMIZERS.make("sgd")
    assert parts.optimizer_d == OPTIMIZERS.make("rmsprop")
