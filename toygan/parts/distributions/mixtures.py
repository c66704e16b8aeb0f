"""Gaussian mixtures in the plane and on a line, and the one point of the Dirac-GAN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toygan.parts.checks import MOST, SMALLEST, number, numbers, share, shares, size, whole
from toygan.parts.distributions.base import Distribution, Mixture, repr_without


@dataclass(frozen=True)
class Ring(Mixture):
    """k Gaussians on a circle around `centre`, evenly spaced.

    The literature's "8-Gaussian ring" has radius 0.67 to 2 and sigma 0.01 to 0.14; ours has radius 1 and sigma 0.02, so
    a mode is 50 sigmas from the centre. The angles exclude the end point. In several public codes they include it, so
    modes 0 and k - 1 coincide and the codes train on 7 modes.
    """

    k: int = 8
    radius: float = 1.0
    sigma: float = 0.02
    centre: Sequence[float] = (0.0, 0.0)

    __repr__ = repr_without("centre")

    def __post_init__(self) -> None:
        whole("k", self.k, 1, MOST)
        size("radius", self.radius)
        size("sigma", self.sigma)
        object.__setattr__(self, "centre", numbers("centre", self.centre, count=2))

    @cached_property
    def modes(self) -> Tensor:
        angle = 2 * math.pi * torch.arange(self.k) / self.k
        return self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1) + torch.tensor(self.centre)


@dataclass(frozen=True)
class Unequal(Ring):
    """A ring with modes of falling probability; the first is `ratio` times as likely as the last (our own)."""

    ratio: float = 10.0

    __repr__ = repr_without("centre")

    def __post_init__(self) -> None:
        super().__post_init__()
        size("ratio", self.ratio)

    @cached_property
    def weights(self) -> Tensor:
        return torch.softmax(-math.log(self.ratio) * torch.linspace(0, 1, self.k), dim=0)


@dataclass(frozen=True)
class GaussianGrid(Mixture):
    """side x side Gaussians on a grid (spacing 2, sigma 0.05: Dumoulin et al. 2017, ALI; Lin et al. 2018, PacGAN)."""

    side: int = 5
    spacing: float = 2.0
    sigma: float = 0.05

    def __post_init__(self) -> None:
        whole("side", self.side, 1, math.isqrt(MOST))
        size("spacing", self.spacing)
        size("sigma", self.sigma)

    @cached_property
    def modes(self) -> Tensor:
        axis = self.spacing * (torch.arange(self.side) - (self.side - 1) / 2)
        return torch.cartesian_prod(axis, axis)

    def __repr__(self) -> str:  # its former name: it seeds the true samples that metrics compare with
        return f"Grid(side={self.side!r}, spacing={self.spacing!r}, sigma={self.sigma!r})"


@dataclass(frozen=True)
class RandomMixture(Mixture):
    """k Gaussians at random in a square of half width `box`, at least 6 sigmas apart (after Tolstikhin et al. 2017).

    Their places depend on this `seed`, not on the run's, so that all members learn the same data.
    """

    k: int = 10
    box: float = 2.0
    sigma: float = 0.05
    seed: int = 14  # well spread

    def __post_init__(self) -> None:
        whole("k", self.k, 1, 256)
        size("box", self.box)
        size("sigma", self.sigma)
        whole("seed", self.seed, 0, 2**32)
        if len(self.modes) < self.k:
            raise ValueError(f"k={self.k}: only {len(self.modes)} modes of sigma={self.sigma} fit in box={self.box}")

    @cached_property
    def modes(self) -> Tensor:
        rng = torch.Generator().manual_seed(self.seed)
        free, placed = self.box * (2 * torch.rand(30 * self.k, 2, generator=rng) - 1), list[Tensor]()
        while len(free) and len(placed) < self.k:  # the first candidate that is free, and then those far from it
            placed.append(free[0])
            free = free[(free - free[0]).norm(dim=-1) >= 6 * self.sigma]
        return torch.stack(placed)


@dataclass(frozen=True)
class RandomRing(Mixture):
    """k Gaussians at random angles of a circle, at least 6 sigmas apart; the first `rare` are rare.

    A rare mode has `share` times the mass of another one. The places depend on this `seed`.
    """

    k: int = 8
    rare: int = 2
    share: float = 0.1
    radius: float = 1.0
    sigma: float = 0.02
    seed: int = 0

    def __post_init__(self) -> None:
        whole("k", self.k, 1, MOST)
        whole("rare", self.rare, 0, self.k)
        number("share", self.share, SMALLEST, 1)
        size("radius", self.radius)
        size("sigma", self.sigma)
        whole("seed", self.seed, 0, 2**32)
        if self.k > 1 and self.k * self._apart >= 2 * math.pi:
            raise ValueError(f"k={self.k}: modes of sigma={self.sigma} do not fit on a circle of radius={self.radius}")

    @property
    def _apart(self) -> float:
        """The angle between two modes at a distance of 6 sigmas."""
        return 2 * math.asin(min(1.0, 3 * self.sigma / self.radius))

    @cached_property
    def modes(self) -> Tensor:
        """The centres: the circle without the least gaps is cut at random, then the modes are shuffled."""
        rng = torch.Generator().manual_seed(self.seed)
        free = torch.rand(self.k, generator=rng).sort().values * (2 * math.pi - self.k * self._apart)
        angle = (free + self._apart * torch.arange(self.k))[torch.randperm(self.k, generator=rng)]
        return self.radius * torch.stack([angle.cos(), angle.sin()], dim=-1)

    @cached_property
    def weights(self) -> Tensor:
        mass = torch.where(torch.arange(self.k) < self.rare, self.share, 1.0)
        return mass / mass.sum()


class LineMixture(Mixture):
    """Gaussians on a line, each of its own width."""

    widths: Sequence[float]

    @property
    def sigma(self) -> float:  # type: ignore[override]
        """The largest standard deviation of a mode."""
        return max(self.widths)

    @cached_property
    def sigmas(self) -> Tensor:
        return torch.tensor(self.widths)


@dataclass(frozen=True)
class Bimodal(LineMixture):
    """Two Gaussians on a line, `gap` apart around 0, the first with probability `weight`."""

    gap: float = 4.0
    weight: float = 0.5
    widths: Sequence[float] = (0.3, 0.3)

    def __post_init__(self) -> None:
        size("gap", self.gap)
        share("weight", self.weight)
        object.__setattr__(self, "widths", numbers("widths", self.widths, SMALLEST, count=2))

    @cached_property
    def modes(self) -> Tensor:
        return torch.tensor([[-self.gap / 2], [self.gap / 2]])

    @cached_property
    def weights(self) -> Tensor:
        return torch.tensor([self.weight, 1 - self.weight])


@dataclass(frozen=True)
class Mixture1d(LineMixture):
    """Gaussians on a line with given means, shares (which sum to 1) and widths."""

    means: Sequence[float] = (-3.0, 0.0, 2.0)
    shares: Sequence[float] = (0.2, 0.5, 0.3)
    widths: Sequence[float] = (0.2, 0.5, 0.1)

    def __post_init__(self) -> None:
        object.__setattr__(self, "means", numbers("means", self.means))
        object.__setattr__(self, "shares", shares("shares", self.shares, len(self.means)))
        object.__setattr__(self, "widths", numbers("widths", self.widths, SMALLEST, count=len(self.means)))

    @cached_property
    def modes(self) -> Tensor:
        return torch.tensor(self.means).unsqueeze(-1)

    @cached_property
    def weights(self) -> Tensor:
        return torch.tensor(self.shares)


@dataclass(frozen=True)
class Gaussian1d(Mixture):
    """One Gaussian on a line (mean 4, sigma 0.5: the gan-intro example of AYLIEN and E. Jang)."""

    mean: float = 4.0
    sigma: float = 0.5

    def __post_init__(self) -> None:
        number("mean", self.mean)
        size("sigma", self.sigma)

    @cached_property
    def modes(self) -> Tensor:
        return torch.tensor([[float(self.mean)]])


@dataclass(frozen=True)
class Dirac(Distribution):
    """The point 0; the Dirac-GAN has generator "point" and discriminator "linear" (Mescheder et al. 2018)."""

    dim = 1
    sigma = 0.0
    has_density = False
    atoms = True

    @property
    def modes(self) -> Tensor:
        return torch.zeros(1, 1)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.zeros(n, 1)

    def log_prob(self, x: Tensor) -> Tensor:
        """Return infinity at 0 and minus infinity elsewhere: a point has no density."""
        return torch.where(x[..., 0] == 0, torch.inf, -torch.inf)


MIXTURES: dict[str, Distribution] = {
    "ring8": Ring(),
    "unequal": Unequal(),
    "grid25": GaussianGrid(),
    "random-mixture": RandomMixture(),
    "random-ring": RandomRing(),
}
ON_A_LINE: dict[str, Distribution] = {
    "bimodal": Bimodal(),
    "mixture1d": Mixture1d(),
    "gaussian1d": Gaussian1d(),
    "dirac": Dirac(),
}
