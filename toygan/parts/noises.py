"""What the generator is fed with: latent points, drawn anew for every batch, or taken from a table."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import ClassVar

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.menu import Menu
from toygan.parts.networks.base import Network
from toygan.randomness import Draw, normal

LONGEST = 100_000  # points of a table


class Noise:
    """A distribution of latent points; `network` may give the generator a part that makes them."""

    tabulated: ClassVar[bool] = False  # True: a latent point is drawn as its number in a table of G's

    def dims(self, latent: int) -> int:
        """Numbers that a latent point is drawn as."""
        return latent

    def draw(self, latent: int) -> Draw:
        """How n latent points `(n, dims)` are drawn."""
        raise NotImplementedError

    def network(self, g: Network) -> Network:
        """The generator for points that are drawn so, given the one for `latent` numbers."""
        return g


@dataclass(frozen=True)
class Normal(Noise):
    """Standard normal numbers."""

    def draw(self, latent: int) -> Draw:
        return normal(latent)


@dataclass(frozen=True)
class UniformNoise(Noise):
    """Every number between `low` and `high` is as likely; (-1, 1) and (0, 1) are usual."""

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        checks.number("low", self.low)
        checks.number("high", self.high, self.low + checks.SMALLEST)

    def draw(self, latent: int) -> Draw:
        return lambda n, rng: self.low + (self.high - self.low) * torch.rand(n, latent, generator=rng)


@dataclass(frozen=True)
class Sphere(Noise):
    """Points on a sphere of this radius, every direction as likely (White 2016, Sampling generative networks)."""

    radius: float = 1.0

    def __post_init__(self) -> None:
        checks.size("radius", self.radius)

    def draw(self, latent: int) -> Draw:
        def points(n: int, rng: torch.Generator) -> Tensor:
            x = torch.randn(n, latent, generator=rng)
            length = x.square().sum(-1, keepdim=True).sqrt().clamp(min=1e-12)
            return self.radius / length * x

        return points


@dataclass(frozen=True)
class Truncated(Noise):
    """Standard normal numbers of which none is beyond `bound` (Brock et al. 2019, BigGAN, sec. 3.1)."""

    bound: float = 2.0

    def __post_init__(self) -> None:
        checks.number("bound", self.bound, 0.01, 8)

    def draw(self, latent: int) -> Draw:
        # The inverse of the distribution function: erf(x / sqrt 2) is uniform between its values at the bounds.
        most = math.erf(self.bound / math.sqrt(2))

        def points(n: int, rng: torch.Generator) -> Tensor:
            u = most * (2 * torch.rand(n, latent, generator=rng, dtype=torch.float64) - 1)
            return (math.sqrt(2) * torch.erfinv(u)).clamp(-self.bound, self.bound).float()

        return points


@dataclass(frozen=True)
class Clusters(Noise):
    """A mixture of k round Gaussians of width sigma around standard normal centres (after Gurumurthy et al. 2017).

    Where the centres are follows from this `seed`, not from the run's.
    """

    k: int = 8
    sigma: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        checks.whole("k", self.k, 1, checks.MOST)
        checks.size("sigma", self.sigma)
        checks.whole("seed", self.seed, 0, 2**32)

    def draw(self, latent: int) -> Draw:
        centres = _table(self.k, latent, self.seed)

        def points(n: int, rng: torch.Generator) -> Tensor:
            which = torch.randint(self.k, (n,), generator=rng)
            return centres[which] + self.sigma * torch.randn(n, latent, generator=rng)

        return points


@dataclass(frozen=True)
class Table(Noise):
    """One of n standard normal points, each as likely: a fixed set, from this `seed` and not from the run's."""

    n: int = 400
    seed: int = 0

    def __post_init__(self) -> None:
        checks.whole("n", self.n, 1, LONGEST)
        checks.whole("seed", self.seed, 0, 2**32)

    def draw(self, latent: int) -> Draw:
        points = _table(self.n, latent, self.seed)
        return lambda n, rng: points[torch.randint(self.n, (n,), generator=rng)]


@dataclass(frozen=True)
class LearnedTable(Noise):
    """One of n points that G learns beside its weights, standard normal at first: a latent point is its number."""

    n: int = 400

    tabulated = True

    def __post_init__(self) -> None:
        checks.whole("n", self.n, 1, LONGEST)

    def dims(self, latent: int) -> int:
        return 1

    def draw(self, latent: int) -> Draw:
        return lambda n, rng: torch.randint(self.n, (n, 1), generator=rng).float()

    def network(self, g: Network) -> Network:
        return WithTable(1 + g.beside, g.outputs, g.shape, g, self.n)


@lru_cache(maxsize=16)
def _table(n: int, dim: int, seed: int) -> Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


@dataclass(frozen=True)
class WithTable(Network):
    """A generator whose parameters begin with the latent points `rows` that it is fed with, by their number."""

    inner: Network
    rows: int

    roles = ("generator",)

    @cached_property
    def latent(self) -> int:
        """Numbers of a latent point."""
        return self.inner.inputs - self.beside

    @property
    def beside(self) -> int:
        return self.inner.beside

    @cached_property
    def held(self) -> int:
        """Numbers of the table."""
        return self.rows * self.latent

    @property
    def n_params(self) -> int:
        return self.held + self.inner.n_params

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.cat([torch.randn(self.held, generator=rng), self.inner.start(rng)])

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        table = theta[:, : self.held].view(len(theta), self.rows, self.latent)
        z = table.gather(1, x[..., :1].long().expand(-1, -1, self.latent))
        return self.inner(theta[:, self.held :], torch.cat([z, x[..., 1:]], dim=-1))


NOISES: Menu[Noise] = Menu(
    {
        "normal": Normal(),
        "uniform": UniformNoise(),
        "sphere": Sphere(),
        "truncated": Truncated(),
        "clusters": Clusters(),
        "table": Table(),
        "learned-table": LearnedTable(),
    }
)
