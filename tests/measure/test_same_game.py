"""Two recipes are the same game exactly if their populations train alike."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from toygan import Population
from toygan.measure.same_game import is_same_game
from toygan.parts.networks import NETWORKS
from toygan.parts.noises import NOISES
from toygan.recipe import Recipe

SMALL: dict[str, Any] = {"width": 4, "depth": 1, "batch": 8}
OWN = {"generator": "mlp(widths=(4,))", "discriminator": "mlp(width=4,depth=1)"}

SAME = [
    (OWN, {"width": 8}),
    (OWN, {"depth": 3}),
    ({"generator": "mlp(width=4)", "discriminator": "linear"}, {"width": 8}),
    ({"depth": 0}, {"width": 8, "activation": "tanh"}),
    ({}, {"generator": "mlp(width=4)"}),
    ({}, {"momentum": 0.5}),
    ({"optimizer": "sgd"}, {"beta1": 0.9, "beta2": 0.5}),
    ({"optimizer": "rmsprop(beta2=0.9)"}, {"beta2": 0.5}),
    ({}, {"optimizer_d": "adam"}),
    ({"loss": "mmd"}, {"lr_d": 0.1, "optimizer_d": "sgd"}),
]
OTHER = [
    (OWN, {"generator": "mlp(widths=(5,))"}),
    ({**OWN, "regularizers": {"veegan": 0.1}, "generator": "point"}, {"width": 8}),  # its encoder has G's width
    ({"generator": "mlp(width=4)"}, {"width": 8}),
    ({}, {"activation": "tanh"}),
    ({}, {"beta1": 0.9}),
    ({}, {"lr_d": 0.1}),
    ({}, {"regularizers": {"r1": 0.1}}),
    ({}, {"optimizer_d": "adam(beta1=0.9)"}),
    ({}, {"data": "bimodal"}),
    ({"loss": "mmd"}, {"lr_g": 0.1}),
]


def trained(recipe: Recipe) -> tuple[list[torch.Tensor], Population]:
    p = Population(recipe)
    p.run(2)
    return [p.generator.theta, *([p.discriminator.theta] if recipe.parts.loss.uses_discriminator else [])], p


@pytest.mark.parametrize(("fields", "changes"), SAME)
def test_a_change_without_effect_is_the_same_game(fields: dict[str, Any], changes: dict[str, Any]) -> None:
    one = Recipe(**{**SMALL, **fields})
    other = one.but(**changes)
    assert one != other
    assert is_same_game(one, other)
    assert all(torch.equal(a, b) for a, b in zip(trained(one)[0], trained(other)[0], strict=True))


def test_steps_of_a_d_that_does_not_exist_are_no_other_game() -> None:
    """They draw batches, which nobody uses."""
    assert is_same_game(Recipe(loss="mmd"), Recipe(loss="mmd", d_steps=5))
    assert not is_same_game(Recipe(), Recipe(d_steps=5))


@pytest.mark.parametrize(("fields", "changes"), OTHER)
def test_a_change_with_an_effect_is_another_game(fields: dict[str, Any], changes: dict[str, Any]) -> None:
    one = Recipe(**{**SMALL, **fields})
    assert is_same_game(one, one.but())
    assert not is_same_game(one, one.but(**changes))


def test_every_network_and_noise_can_be_compared() -> None:
    for noise in NOISES:
        for name, spec in NETWORKS.items():
            for role in spec.kind.roles:
                one = Recipe(**SMALL, noise=noise, **{role: name})
                assert is_same_game(one, one.but(momentum=0.5))
                assert not is_same_game(one, one.but(width=5)), "the other player's layers"
