"""G as a map: a grid of latent points and their images, and the monotone map that would be right for data on a line."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.parts.noises import Noise
from toygan.recipe import Recipe
from toygan.training.probe import CONTEXT, Probe

SIDE = {1: 401, 2: 49}  # by numbers of the noise that are varied: points of the grid along each
TAIL = 0.004  # of the noise, left out at each end
REST = 0.5  # of what a generator draws beside its noise, uniform on [0, 1)
FINE = 20001  # places at which the data's distribution function is computed
ENOUGH = 0.9999  # of the data within these places, or else its quantiles are those of samples
MANY = 2**17  # such samples


@dataclass(frozen=True, eq=False)
class LatentMap:
    """A grid of latent points, and what G makes of them.

    Args:
        axes: Values of the noise's first number, and of its second if there is one.
        images: What G makes of each point of the grid, in the data's units, `(*sides, dim)`: the second number first.
        shares: Share of the noise below each value of an axis `(side,)`; None if the noise does not say.
        held: Other numbers of the noise, which are held at 0.
    """

    axes: tuple[np.ndarray, ...]
    images: np.ndarray
    shares: np.ndarray | None
    held: int


def refuse_map(recipe: Recipe) -> str | None:
    """Return the reason why G cannot be shown as a map; None if it can."""
    if recipe.parts.noise.tabulated:
        return f"noise={recipe.noise!r} is a table that G learns: it has no plane to show"
    return None


def map_latent(probe: Probe) -> LatentMap | None:
    """Compute the map of a probe's only member; None if its noise is a table."""
    recipe = probe.recipes[0]
    if refuse_map(recipe) is not None:
        return None
    noise, latent = recipe.parts.noise, recipe.latent
    varied = min(latent, 2 if probe.data.dim > 1 else 1)
    values, shares = _values(noise, latent, SIDE[varied])
    points = np.stack(np.meshgrid(*[values] * varied, indexing="ij")[::-1], axis=-1).reshape(-1, varied)
    z = torch.zeros(len(points), latent)
    z[:, :varied] = torch.from_numpy(points)
    beside = torch.full((len(points), recipe.parts.generator.beside), REST)
    images = generate(probe, torch.cat([z, beside], dim=-1)).cpu().numpy()
    return LatentMap((values,) * varied, images.reshape(*[len(values)] * varied, -1), shares, latent - varied)


@torch.no_grad()
def generate(probe: Probe, z: Tensor) -> Tensor:
    """Return what the only member's G makes of z `(n, inputs)`, as `(n, dim)` in the data's units."""
    g = probe.game.generator
    z = z.to(g.theta)[None]
    per_sample = g.network.per_sample
    x = g.network(g.theta, z) if per_sample else g.network.in_batch(g.theta, z, probe.batch(CONTEXT).z)
    return probe.data.from_players(x)[0]


@lru_cache(maxsize=32)
def _values(noise: Noise, latent: int, side: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Return values of one number of the noise `(side,)`, at equal steps of its share if it has quantiles."""
    shares = np.linspace(TAIL, 1 - TAIL, side)
    quantiles = noise.quantiles(torch.from_numpy(shares))
    if quantiles is not None:
        values: np.ndarray = quantiles.numpy()
        return values, shares
    drawn = noise.draw(latent)(1000, torch.Generator().manual_seed(0))
    return np.linspace(float(drawn.min()), float(drawn.max()) + 1e-6, side), None


def right_map(data: Distribution, shares: np.ndarray) -> np.ndarray:
    """Return the data's quantiles `(n,)` at these shares: the rising map that turns the noise into the data."""
    return _quantiles(data, tuple(shares))


@lru_cache(maxsize=8)
def _quantiles(data: Distribution, shares: tuple[float, ...]) -> np.ndarray:
    samples = data.training_set
    if samples is None and data.has_density:
        ((low, high),) = data.extent
        x = np.linspace(low, high, FINE)
        density = data.log_prob(torch.from_numpy(x)[:, None]).exp().double().numpy()
        below = np.concatenate([[0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(x))])
        if ENOUGH <= below[-1] <= 2 - ENOUGH:
            return np.interp(shares, below / below[-1], x)
    if samples is None:
        samples = data.sample(MANY, torch.Generator().manual_seed(0))
    of_samples: np.ndarray = np.quantile(samples[:, 0].double().numpy(), shares)
    return of_samples
