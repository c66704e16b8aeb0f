"""Data along curves: noise around two moons, a swiss roll, a spiral, circles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, number, numbers, whole
from toygan.parts.distributions.base import Distribution, log_density, mixture_moments

NODES = 32  # nodes of the Gauss-Legendre rule on each piece of a curve
PIECE = 16.0  # length of a piece, at most, in sigmas


class Curve(Distribution):
    """Gaussian noise of width sigma around curves in the plane; all arms, and all t in [0, 1], are equally likely.

    Arms are copies of one another, or shorter than the first. The density is the integral over t by Gauss-Legendre
    quadrature; the error of its log is at most 1e-8 if the log is above -80.
    """

    dim = 2

    def __post_init__(self) -> None:
        number("sigma", self.sigma, 0.001)

    def curve(self, t: Tensor) -> Tensor:
        """Compute the point of every arm at t `(n,)`, as `(arms, n, 2)`."""
        raise NotImplementedError

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        arms = self.curve(torch.rand(n, generator=generator))
        arm = torch.randint(len(arms), (n,), generator=generator)
        return arms[arm, torch.arange(n)] + self.sigma * torch.randn(n, 2, generator=generator)

    @cached_property
    def _rule(self) -> tuple[Tensor, Tensor]:
        """Nodes on all arms `(K, 2)` and their weights `(K,)`, which sum to 1."""
        t = np.linspace(0, 1, 2001)
        way = np.append(0, self.curve(torch.from_numpy(t))[0].diff(dim=0).norm(dim=-1).cumsum(0))
        edges = np.interp(np.linspace(0, way[-1], 1 + math.ceil(way[-1] / (PIECE * self.sigma))), way, t)
        x, w = np.polynomial.legendre.leggauss(NODES)
        half = np.diff(edges)[:, None] / 2
        nodes = self.curve(torch.from_numpy((edges[:-1, None] + half * (1 + x)).flatten()))
        weights = torch.from_numpy((half * w).flatten())
        return nodes.flatten(0, 1), weights.repeat(len(nodes)) / len(nodes)

    def log_prob(self, x: Tensor) -> Tensor:
        nodes, weights = self._rule
        return log_density(x, nodes, torch.full_like(weights, self.sigma), weights)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        nodes, weights = self._rule
        return mixture_moments(nodes, torch.full_like(nodes, self.sigma**2), weights)

    @property
    def outline(self) -> Tensor:
        return self.curve(torch.linspace(0, 1, 101)).flatten(0, 1)


@dataclass(frozen=True)
class TwoMoons(Curve):
    """Two interleaved half circles of radius 1 (scikit-learn's make_moons, centred)."""

    sigma: float = 0.05

    def curve(self, t: Tensor) -> Tensor:
        x, y = (math.pi * t).cos() - 0.5, (math.pi * t).sin() - 0.25
        return torch.stack([torch.stack([x, y], -1), -torch.stack([x, y], -1)])


@dataclass(frozen=True)
class SwissRoll(Curve):
    """A spiral arm of one and a half turns (scikit-learn's roll, noise 0.25, divided by 7.5: Gulrajani et al. 2017)."""

    sigma: float = 0.25 / 7.5

    def curve(self, t: Tensor) -> Tensor:
        angle = 1.5 * math.pi * (1 + 2 * t)
        return (angle / 7.5 * torch.stack([angle.cos(), angle.sin()])).T[None]


@dataclass(frozen=True)
class Spiral(Curve):
    """Spiral arms from a fifth of the radius outwards, with even density (two arms: Lang and Witbrock 1988)."""

    arms: int = 2
    turns: float = 1.5
    radius: float = 1.0
    sigma: float = 0.03

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("arms", self.arms, 1, 12)
        number("turns", self.turns, SMALLEST, 10)
        number("radius", self.radius, SMALLEST, 1000 * self.sigma)  # the density is a sum along the arms

    def curve(self, t: Tensor) -> Tensor:
        out = (0.04 + 0.96 * t).sqrt()
        start = 2 * math.pi * torch.arange(self.arms)[:, None] / self.arms
        angle = start + 2 * math.pi * self.turns * out
        return self.radius * out[:, None] * torch.stack([angle.cos(), angle.sin()], dim=-1)


@dataclass(frozen=True)
class Circles(Curve):
    """Circles around 0 of equal mass (scikit-learn's make_circles, with noise)."""

    radii: Sequence[float] = (1.0, 0.5)
    sigma: float = 0.05

    def __post_init__(self) -> None:
        super().__post_init__()
        radii = numbers("radii", self.radii, SMALLEST, 1000 * self.sigma)
        object.__setattr__(self, "radii", tuple(sorted(radii, reverse=True)))  # the quadrature measures the first

    def curve(self, t: Tensor) -> Tensor:
        radii = torch.tensor(self.radii, dtype=t.dtype)[:, None, None]
        return radii * torch.stack([(2 * math.pi * t).cos(), (2 * math.pi * t).sin()], dim=-1)


CURVES: dict[str, Distribution] = {
    "circle": Circles(radii=(1.0,)),
    "two-rings": Circles(),
    "two-moons": TwoMoons(),
    "swiss-roll": SwissRoll(),
    "spiral": Spiral(),
}
