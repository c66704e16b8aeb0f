"""The weights of a population's member, by the names that they have in a script."""

from __future__ import annotations

from safetensors.torch import save
from torch import Tensor

from toygan.export.script import Script
from toygan.training import Population


def name_weights(script: Script, population: Population, member: int = 0) -> dict[str, Tensor]:
    """Return the weights of both players of a member, and of the averaged generator if there is one.

    Args:
        script: The script of the member's recipe.
        population: The population.
        member: The index of the member [default: 0].
    Returns:
        Tensors by names such as "generator.0.weight".
    """
    found = _name("generator", script.generator.state(population.generator.theta[member].detach()))
    if script.discriminator is not None:
        found |= _name("discriminator", script.discriminator.state(population.discriminator.theta[member].detach()))
    if script.recipe.ema:
        found |= _name("average", script.generator.state(population.average[member].detach()))
    return found


def _name(player: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {f"{player}.{key}": x for key, x in state.items()}


def encode_weights(script: Script, population: Population, member: int = 0) -> bytes:
    """Return the weights of a member as the content of a .safetensors file, which holds numbers and nothing to run."""
    return save(name_weights(script, population, member), {"recipe": script.recipe.to_string()})
