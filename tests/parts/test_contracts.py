"""What every part promises, whatever menu it stands on: a row that is added is tested from that moment on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from support import contracts

from toygan import (
    DISTRIBUTIONS,
    LOSSES,
    METRICS,
    REGULARIZERS,
    Distribution,
    Loss,
    Metric,
    Population,
    Recipe,
    Regularizer,
)
from toygan.cli.menus import list_menus
from toygan.parts.metrics.columns import categories
from toygan.parts.networks import ACTIVATIONS
from toygan.recipe import KNOBS


def recipes() -> Iterator[Any]:
    """A recipe with each row of each menu, as near to the defaults as the row allows."""
    for field in Recipe().parts.names:
        for name, part in KNOBS[field].menu.items():
            if field in ("generator", "discriminator") and field not in part.kind.roles:
                continue
            yield pytest.param(contracts.fitting({field: name}), id=f"{field}={name}")
    for name, part in REGULARIZERS.items():
        yield pytest.param(contracts.fitting({"regularizers": {name: part.strengths[1]}}), id=f"regularizers={name}")


def named(contract: Callable[..., None]) -> str:
    return contract.__name__


@pytest.mark.parametrize("recipe", list(recipes()))
@pytest.mark.parametrize("contract", contracts.OF_RECIPES, ids=named)
def test_a_recipe_with_the_part(contract: Callable[[Recipe], None], recipe: Recipe) -> None:
    contract(recipe)


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.uses_discriminator])
@pytest.mark.parametrize("contract", contracts.OF_LOSSES, ids=named)
def test_a_loss(contract: Callable[[Loss], None], name: str) -> None:
    contract(LOSSES[name])


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if not loss.uses_discriminator])
@pytest.mark.parametrize("contract", contracts.OF_DISTANCES, ids=named)
def test_a_loss_that_compares_samples_itself(contract: Callable[[Loss], None], name: str) -> None:
    contract(LOSSES[name])


@pytest.mark.parametrize("name", REGULARIZERS)
@pytest.mark.parametrize("contract", contracts.OF_REGULARIZERS, ids=named)
def test_a_regularizer(contract: Callable[[Regularizer], None], name: str) -> None:
    contract(REGULARIZERS[name])


@pytest.mark.parametrize("name", DISTRIBUTIONS)
@pytest.mark.parametrize("contract", contracts.OF_DISTRIBUTIONS, ids=named)
def test_a_distribution(contract: Callable[[Distribution], None], name: str) -> None:
    contract(DISTRIBUTIONS[name])


# Metrics of categories need a table with text: tests/parts/test_layout.py shuffles its rows.
ON_THE_RING = [name for name, metric in METRICS.items() if metric.needs is not categories]


@pytest.mark.parametrize("name", ON_THE_RING)
@pytest.mark.parametrize("contract", contracts.OF_METRICS, ids=named)
def test_a_metric(contract: Callable[[Metric], None], name: str) -> None:
    contract(METRICS[name])


@pytest.mark.parametrize(
    "title", [title for title in list_menus() if title != "activation"]
)  # PyTorch's say it by name
def test_every_row_of_the_package_says_what_it_is(title: str) -> None:
    assert [row.name for row in list_menus()[title] if not row.what] == []


# -------------------------------------------------------------------------------------------------------- networks


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_the_network_is_the_one_of_pytorch(name: str, depth: int) -> None:
    theirs = {
        "relu": torch.nn.ReLU(),
        "leaky-relu": torch.nn.LeakyReLU(0.2),
        "tanh": torch.nn.Tanh(),
        "sigmoid": torch.nn.Sigmoid(),
        "softplus": torch.nn.Softplus(),
        "silu": torch.nn.SiLU(),
    }[name]
    population = Population([Recipe(width=5, depth=depth, activation=name, seed=s) for s in range(3)])
    x, theta = torch.randn(3, 7, 2), population.discriminator.theta
    for member in range(3):
        layers: list[torch.nn.Module] = []
        rest = theta[member]
        for ins, outs in zip([2] + depth * [5], depth * [5] + [1], strict=True):
            linear = torch.nn.Linear(ins, outs)
            linear.weight.data, linear.bias.data = rest[: ins * outs].view(outs, ins), rest[ins * outs :][:outs]
            rest = rest[(ins + 1) * outs :]
            layers += [linear, theirs]
        expected = torch.nn.Sequential(*layers[:-1])(x[member]).squeeze(-1)
        torch.testing.assert_close(population.critic(x)[member], expected)


def test_initial_weights_are_spread_as_pytorchs_are() -> None:
    theta = Population([Recipe(width=64, seed=s) for s in range(8)]).discriminator.theta
    hidden = theta[:, 2 * 64 + 64 :][:, : 64 * 64]  # of the layer that sees 64 units
    assert hidden.abs().max() <= 1 / 8
    assert hidden.std() == pytest.approx(1 / 8 / 3**0.5, rel=0.02)  # uniform
