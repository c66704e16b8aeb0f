"""Data along curves: noise around two moons, a swiss roll, a spiral, circles."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, flag, number, numbers, shares, whole
from toygan.parts.distributions.base import Distribution, choose, log_density, mixture_moments, repr_without

NODES = 32  # nodes of the Gauss-Legendre rule on each piece of a curve
PIECE = 16.0  # length of a piece, at most, in sigmas


class Curve(Distribution):
    """Gaussian noise of width sigma around curves in the plane; all t in [0, 1] are equally likely.

    So are all arms, unless a curve has `arm_shares`. Arms are copies of one another, or shorter than the first.
    The density is the integral over t by Gauss-Legendre quadrature; the error of its log is at most 1e-8 if the log is
    above -80.
    """

    dim = 2

    def __post_init__(self) -> None:
        number("sigma", self.sigma, 0.001)

    def curve(self, t: Tensor) -> Tensor:
        """Compute the point of every arm at t `(n,)`, as `(arms, n, 2)`."""
        raise NotImplementedError

    @property
    def arm_shares(self) -> Tensor | None:
        """The probability of each arm `(arms,)`, or None if they are equal [default: None]."""
        return None

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        arms = self.curve(torch.rand(n, generator=generator))
        if self.arm_shares is None:
            arm = torch.randint(len(arms), (n,), generator=generator)
        else:
            arm = choose(self.arm_shares, n, generator)
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
        if self.arm_shares is not None:
            return nodes.flatten(0, 1), (self.arm_shares.to(weights)[:, None] * weights).flatten()
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
    """Two half circles, which interlock by default (scikit-learn's make_moons, centred).

    The lower one begins `gap` below the ends of the upper one, or above them if it is negative.
    """

    sigma: float = 0.05
    radius: float = 1.0
    gap: float = -0.5

    __repr__ = repr_without("radius", "gap")

    def __post_init__(self) -> None:
        super().__post_init__()
        number("radius", self.radius, SMALLEST, 1000 * self.sigma)  # the density is a sum along the arcs
        number("gap", self.gap)

    def curve(self, t: Tensor) -> Tensor:
        x = self.radius * (math.pi * t).cos() - self.radius / 2
        y = self.radius * (math.pi * t).sin() + self.gap / 2
        return torch.stack([torch.stack([x, y], -1), -torch.stack([x, y], -1)])


@dataclass(frozen=True)
class SwissRoll(Curve):
    """A spiral arm of one and a half turns (scikit-learn's roll, noise 0.25, divided by 7.5: Gulrajani et al. 2017).

    `turns` are those of its inner and its outer end. All angles are equally likely, or all points if it is `even`.
    """

    sigma: float = 0.25 / 7.5
    turns: Sequence[float] = (0.75, 2.25)
    even: bool = False

    __repr__ = repr_without("turns", "even")

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "turns", numbers("turns", self.turns, 0.01, 6, count=2))
        number("turns[1]", self.turns[1], self.turns[0] + 0.01, 6)
        flag("even", self.even)

    def curve(self, t: Tensor) -> Tensor:
        growth = self.turns[1] / self.turns[0]
        out = (1 + (growth**2 - 1) * t).sqrt() if self.even else 1 + (growth - 1) * t
        angle = 2 * math.pi * self.turns[0] * out
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
    """Circles around 0 with `shares` that sum to 1, or else of equal mass (scikit-learn's make_circles, with noise)."""

    radii: Sequence[float] = (1.0, 0.5)
    sigma: float = 0.05
    shares: Sequence[float] = ()

    __repr__ = repr_without("shares")

    def __post_init__(self) -> None:
        super().__post_init__()
        radii = numbers("radii", self.radii, SMALLEST, 1000 * self.sigma)
        outwards = sorted(range(len(radii)), key=radii.__getitem__, reverse=True)  # the quadrature measures the first
        if self.shares != ():
            mass = shares("shares", self.shares, len(radii))
            object.__setattr__(self, "shares", tuple(mass[i] for i in outwards))
        object.__setattr__(self, "radii", tuple(radii[i] for i in outwards))

    @property
    def arm_shares(self) -> Tensor | None:
        return torch.tensor(self.shares) if self.shares else None

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
