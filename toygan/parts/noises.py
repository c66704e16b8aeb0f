"""Distributions of the generator's noise: latent points drawn for every batch, or taken from a table."""

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
from toygan.randomness import Draw

LONGEST = 100_000  # points of a table


class Noise:
    """A distribution of the generator's latent points; a subclass defines `draw`.

    Example:
        >>> import torch
        >>> from toygan import NOISES, Noise, Recipe
        >>> class Signs(Noise):
        ...     def draw(self, latent):
        ...         return lambda n, rng: torch.randint(2, (n, latent), generator=rng) * 2.0 - 1
        >>> NOISES["signs"] = Signs()
        >>> Recipe(noise="signs", latent=3).to_string()
        'latent=3&noise=signs'
        >>> del NOISES["signs"]
    """

    tabulated: ClassVar[bool] = False  # True: a latent point is drawn as its row number in a table of G

    def dims(self, latent: int) -> int:
        """Return the numbers that one latent point is drawn as.

        Args:
            latent: The recipe's `latent`.
        Returns:
            Columns of the draws [default: latent].
        """
        return latent

    def draw(self, latent: int) -> Draw:
        """Return a function that draws latent points.

        Args:
            latent: The recipe's `latent`.
        Returns:
            A function of n and a `torch.Generator` that returns points `(n, dims)`; all its random numbers come from
            that generator.
        """
        raise NotImplementedError

    def quantiles(self, shares: Tensor) -> Tensor | None:
        """Return the values below which these shares of one number of a latent point lie.

        Args:
            shares: Shares between 0 and 1 `(n,)`.
        Returns:
            Values `(n,)`, of any number of a point, if these are independent; None if not, or if nobody knows
            [default: None].
        """
        return None

    def network(self, g: Network) -> Network:
        """Return the generator's network for this noise.

        Args:
            g: The network for `latent` inputs.
        Returns:
            A network for the points that are drawn [default: g].
        """
        return g


@dataclass(frozen=True)
class Normal(Noise):
    """Standard normal numbers."""

    def draw(self, latent: int) -> Draw:
        return lambda n, rng: torch.randn(n, latent, generator=rng)

    def quantiles(self, shares: Tensor) -> Tensor | None:
        return math.sqrt(2) * torch.erfinv(2 * shares - 1)


@dataclass(frozen=True)
class UniformNoise(Noise):
    """Uniform numbers between `low` and `high`; (-1, 1) and (0, 1) are usual."""

    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        checks.number("low", self.low)
        checks.number("high", self.high, self.low + checks.SMALLEST)

    def draw(self, latent: int) -> Draw:
        return lambda n, rng: self.low + (self.high - self.low) * torch.rand(n, latent, generator=rng)

    def quantiles(self, shares: Tensor) -> Tensor | None:
        return self.low + (self.high - self.low) * shares


@dataclass(frozen=True)
class Sphere(Noise):
    """Uniform points on a sphere of this radius (White 2016, Sampling generative networks)."""

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
    """Standard normal numbers, truncated at +-`bound` (Brock et al. 2019, BigGAN, sec. 3.1)."""

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

    def quantiles(self, shares: Tensor) -> Tensor | None:
        most = math.erf(self.bound / math.sqrt(2))
        return math.sqrt(2) * torch.erfinv(most * (2 * shares - 1))


@dataclass(frozen=True)
class Clusters(Noise):
    """A mixture of k round Gaussians of width sigma around standard normal centres (after Gurumurthy et al. 2017).

    The centres depend on this `seed`, not on the run's.
    """

    k: int = 8
    sigma: float = 0.1
    seed: int = 0

    def __post_init__(self) -> None:
        checks.whole("k", self.k, 1, checks.MOST)
        checks.size("sigma", self.sigma)
        checks.whole("seed", self.seed, 0, 2**32)

    def draw(self, latent: int) -> Draw:
        centres = _draw_table(self.k, latent, self.seed)

        def points(n: int, rng: torch.Generator) -> Tensor:
            which = torch.randint(self.k, (n,), generator=rng)
            return centres[which] + self.sigma * torch.randn(n, latent, generator=rng)

        return points


@dataclass(frozen=True)
class TableNoise(Noise):
    """A fixed set of n standard normal points, equally likely; it depends on this `seed`, not on the run's."""

    n: int = 400
    seed: int = 0

    def __post_init__(self) -> None:
        checks.whole("n", self.n, 1, LONGEST)
        checks.whole("seed", self.seed, 0, 2**32)

    def draw(self, latent: int) -> Draw:
        points = _draw_table(self.n, latent, self.seed)
        return lambda n, rng: points[torch.randint(self.n, (n,), generator=rng)]


@dataclass(frozen=True)
class LearnedTable(Noise):
    """A table of n points that G learns like its weights, standard normal at first; a draw is a row number."""

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
def _draw_table(n: int, dim: int, seed: int) -> Tensor:
    return torch.randn(n, dim, generator=torch.Generator().manual_seed(seed))


@dataclass(frozen=True)
class WithTable(Network):
    """A generator whose parameters begin with a table of `rows` latent points; its inputs are row numbers."""

    inner: Network
    rows: int

    roles = ("generator",)

    @cached_property
    def latent(self) -> int:
        """Dimensions of a latent point."""
        return self.inner.inputs - self.beside

    @property
    def beside(self) -> int:
        return self.inner.beside

    @cached_property
    def held(self) -> int:
        """Parameters of the table."""
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
        "table": TableNoise(),
        "learned-table": LearnedTable(),
    }
)
"""The distributions of the generator's noise by name, for a recipe's `noise`."""
