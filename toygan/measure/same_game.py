"""Whether two recipes train alike: what differs in their text may change nothing of what is built."""

from __future__ import annotations

import dataclasses
from typing import Any

import torch

from toygan.parts.networks import Network
from toygan.parts.optimizers import Optimizer, OptimizerRates
from toygan.recipe import Recipe

ALIKE = ("data", "loss", "regularizers", "strengths", "turns", "schedule", "noise")  # parts, compared as objects
NUMBERS = ("batch", "g_steps", "lr_g", "ema", "anneal", "seed")  # fields that act in every recipe
NUMBERS_OF_D = ("d_steps", "lr_d")
PROBES = 8  # points at which two networks are compared


def is_same_game(one: Recipe, other: Recipe) -> bool:
    """Return True if two recipes build the same population, and train it alike.

    Batches may differ: the steps of a discriminator that does not exist draw some that nobody uses.
    """
    a, b, with_d = one.parts, other.parts, one.parts.loss.uses_discriminator
    if any(getattr(a, name) != getattr(b, name) for name in ALIKE):
        return False
    if any(getattr(one, name) != getattr(other, name) for name in NUMBERS + NUMBERS_OF_D * with_d):
        return False
    optimizers = [(a.optimizer_g, b.optimizer_g), (a.optimizer_d, b.optimizer_d)][: 1 + with_d]
    if any(_find_rule(mine, one) != _find_rule(yours, other) for mine, yours in optimizers):
        return False
    return all(_is_same_network(mine, yours) for mine, yours in zip(a.networks, b.networks, strict=True))


def _find_rule(optimizer: Optimizer, recipe: Recipe) -> tuple[Any, ...]:
    """Return an optimizer, and the recipe's numbers that it uses."""
    own = {field.name: getattr(optimizer, field.name) for field in _list_fields(optimizer)}
    numbers = [name for name in OptimizerRates._fields if name != "lr"]
    used = [name for name in numbers if (name in own or not own) and own.get(name) is None]
    return type(optimizer), *own.items(), *((name, getattr(recipe, name)) for name in used)


def _list_fields(part: object) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(part) if dataclasses.is_dataclass(part) and not isinstance(part, type) else ()


def _is_same_network(one: Network, other: Network) -> bool:
    """Return True if two networks start with the same parameters, and compute the same from them."""
    if one == other:
        return True
    if type(one) is not type(other) or one.n_params != other.n_params or one.inputs != other.inputs:
        return False
    starts = [net.start(torch.Generator().manual_seed(0)) for net in (one, other)]
    if not torch.equal(*starts):
        return False
    x = torch.rand(1, PROBES, one.inputs, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        return torch.equal(*(net(starts[0][None], x) for net in (one, other)))
