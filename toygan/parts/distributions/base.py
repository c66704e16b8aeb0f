"""The base class of distributions: samples, modes and density of the real data."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from typing import Any, ClassVar

import torch
from torch import Tensor

from toygan.parts.distributions.layout import TableLayout
from toygan.parts.menu import Menu

EXACT = "donot_use_mm_for_euclid_dist"  # the fast computation of distances loses the last digits, and a mode is small
UNEVEN = 1.5  # ratio of the spreads of two axes beyond which they hardly have one unit
FINEST = 2e-7  # spread of an axis over its mean, below which float32 holds a constant
BLOCK = 2**18  # pairs of a point and a centre that are computed together, so that memory stays bounded


class Distribution:
    """The real data: points in `dim` dimensions, with their modes and density if these are known.

    A subclass is a frozen dataclass, so that `data="name(argument=value)"` works. It sets `dim` and defines
    `sample` and `log_prob` (or sets has_density to False). Data with modes sets `sigma` and defines `modes`, and
    `weights` or `sigmas` if they are not equal. `Mixture` does all but the modes.

    Example:
        >>> from dataclasses import dataclass
        >>> import torch
        >>> from toygan import DISTRIBUTIONS, Distribution, Recipe
        >>> @dataclass(frozen=True)
        ... class Triangle(Distribution):
        ...     high: float = 1.0
        ...     dim, sigma = 1, 0.0
        ...     def sample(self, n, generator):
        ...         return self.high * torch.rand(n, 1, generator=generator).sqrt()
        ...     def log_prob(self, x):
        ...         return (2 * x[..., 0] / self.high**2).log()
        >>> DISTRIBUTIONS["triangle"] = Triangle()
        >>> Recipe(data="triangle(high=2.0)").distribution
        Triangle(high=2.0)
        >>> del DISTRIBUTIONS["triangle"]
    """

    dim: int
    sigma: float = 0.0  # the standard deviation of a mode, or of the noise around a curve, per axis; 0 if there is none
    has_density: ClassVar[bool] = True  # False: the data has no density, and `log_prob` is not exact
    picture: tuple[int, int] | None = None  # rows and columns of pixels, if a sample is an image
    asks: ClassVar[str] = ""  # the argument that a menu asks for first, if the row means little without it
    atoms: bool = False  # True: two samples may be the same point
    counts: tuple[int, ...] = ()  # numbers of the columns, from 0, that hold counts: many whole numbers in a row
    rounds: bool = False  # True: samples are rounded where the data is whole numbers
    per_axis: bool = False  # True: metrics measure each axis in units of its own spread, as the players see it

    def refuses(self) -> str | None:
        """Return the reason why this data is not available, such as a missing package, or None if it is."""
        return None

    @cached_property
    def has_modes(self) -> bool:
        """True if mode metrics apply: there are modes, and they have a width."""
        return len(self.modes) > 0 and bool((self.sigmas > 0).all())

    @property
    def mode_names(self) -> tuple[str, ...]:
        """The names of the modes in plots [default: 1, 2, 3 ...]."""
        return tuple(str(k + 1) for k in range(len(self.modes)))

    @property
    def axis_names(self) -> tuple[str, ...]:
        """The names of the columns in plots, all `dim` of them, or none [default: none]."""
        return ()

    @property
    def layout(self) -> TableLayout | None:
        """The axes of each column, for a table with categories; None for numbers alone [default: None]."""
        return None

    @property
    def modes(self) -> Tensor:
        """The centres of the modes `(K, dim)`; K is 0 for data without modes."""
        return torch.empty(0, self.dim)

    @property
    def weights(self) -> Tensor:
        """The probability of each mode `(K,)` [default: equal]."""
        return torch.full((len(self.modes),), 1 / max(len(self.modes), 1))

    @property
    def sigmas(self) -> Tensor:
        """The standard deviation of each mode `(K,)` [default: sigma]."""
        return torch.full((len(self.modes),), self.sigma)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """Draw independent points.

        Args:
            n: Number of points.
            generator: The source of all random numbers; torch's global generator is not used.
        Returns:
            Points `(n, dim)`, in the data's units.
        """
        raise NotImplementedError

    def sample_apart(self, n: int, generator: torch.Generator) -> Tensor:
        """Draw what a perfect generator gives `(n, dim)`: not the rows held out that metrics compare with."""
        return self.sample(n, generator)

    @property
    def stale(self) -> bool:
        """True if the source of the data, such as a file, has changed since it was read."""
        return False

    @property
    def digest(self) -> str:
        """A digest of what was read from elsewhere, such as the rows of a file; "" if nothing was [default: ""]."""
        return ""

    @property
    def training_set(self) -> Tensor | None:
        """The points `(n, dim)` that a run is trained on, or None if every training sample is new."""
        return None

    def players_see(self, x: Tensor) -> Tensor:
        """Convert x `(..., dim)` from the data's units to those of the players [default: the same]."""
        return x

    def from_players(self, x: Tensor) -> Tensor:
        """Convert x `(..., dim)` from the players' units to those of the data [default: the same]."""
        return x

    def rounded(self, x: Tensor) -> Tensor:
        """Round x `(..., dim)`, in the data's units, where the data says so [default: nowhere]."""
        return x

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each axis, each `(dim,)` [default: estimated from 2^18 samples]."""
        x = self.sample(2**18, torch.Generator().manual_seed(0)).double()
        return x.mean(0), x.std(0, correction=0)

    @cached_property
    def scales(self) -> Tensor:
        """The standard deviation of each axis `(dim,)`, and 1 for an axis that is constant."""
        spread = self.moments[1]
        return torch.where(self.varies, spread, torch.ones_like(spread))

    @cached_property
    def varies(self) -> Tensor:
        """False for an axis that is constant `(dim,)`."""
        mean, spread = self.moments
        return spread > FINEST * mean.abs()

    @cached_property
    def uneven(self) -> bool:
        """True if the axes that vary have spreads that differ by more than 1.5 times; pixels always have one unit."""
        varying = self.moments[1][self.varies]
        return self.picture is None and len(varying) > 1 and bool(varying.max() > UNEVEN * varying.min())

    def nearest_mode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Find the mode nearest to each point.

        Args:
            x: Points `(P, n, dim)`.
        Returns:
            Its index, and the distance to it in that mode's sigmas, both `(P, n)`.
        """
        modes = self.modes.to(x).expand(len(x), -1, -1)
        distance, index = torch.cdist(x, modes, compute_mode=EXACT).min(-1)
        return index, distance / self.sigmas.to(x)[index]

    def around_modes(self, x: Tensor) -> Tensor:
        """Turn standard normal points x `(n, dim)` into points of every mode `(K, n, dim)`."""
        return self.modes[:, None] + self.sigmas[:, None, None] * x

    def log_prob(self, x: Tensor) -> Tensor:
        """Compute the exact log density, in nats, at x `(..., dim)`, as `(...)`."""
        raise NotImplementedError

    @property
    def outline(self) -> Tensor:
        """Points `(n, dim)` that a plot must contain [default: the modes, or 1000 samples if there are none, and the
        origin, where generators start]."""
        points = self.modes if len(self.modes) else self.sample(1000, torch.Generator().manual_seed(0))
        return torch.cat([points, torch.zeros(1, self.dim)])

    @cached_property
    def extent(self) -> tuple[tuple[float, float], ...]:
        """The range of a plot, low and high per axis [default: the outline with some room]."""
        low, high = self.outline.min(0).values, self.outline.max(0).values
        room = 0.3 * float((high - low).max()) + 5 * self.sigma or 2.0
        return tuple((float(a) - room, float(b) + room) for a, b in zip(low, high, strict=True))


# Filled in the package, where the families are; it is here because a row may name another one.
DISTRIBUTIONS: Menu[Distribution] = Menu(aliases={"ring": "ring8", "grid": "grid25"})
"""The distributions by name, for a recipe's `data`."""


def repr_without(*later: str) -> Callable[[Any], str]:
    """Make a `__repr__` that leaves out these arguments at their defaults: it seeds the true samples of metrics.

    Args:
        later: Names of arguments that the distribution did not have at first.
    """

    def words(part: Any) -> str:
        shown = [f.name for f in fields(part) if f.name not in later or getattr(part, f.name) != f.default]
        return f"{type(part).__name__}({', '.join(f'{name}={getattr(part, name)!r}' for name in shown)})"

    return words


def choose(weights: Tensor, n: int, generator: torch.Generator) -> Tensor:
    """Draw n indices with replacement, the very ones of `torch.multinomial`; 2, 4, 8 ... equal ones need no search."""
    k = len(weights)
    if n < 2 or k & (k - 1) or weights.dtype != torch.float32 or not bool((weights == 1 / k).all()):
        return torch.multinomial(weights, n, replacement=True, generator=generator)
    place = torch.rand(n, dtype=torch.float64, generator=generator)
    return (place * k).ceil_().sub_(1).clamp_(min=0).long()


def log_density(x: Tensor, centres: Tensor, sigmas: Tensor, weights: Tensor) -> Tensor:
    """Compute the log density at x `(..., dim)` of round Gaussians: centres `(K, dim)`, sigmas and weights `(K,)`.

    In float64, -|x - c|^2 / (2 sigma^2) can be a matrix product: [x, |x|^2, 1] times its coefficients.
    """
    c, s, w = (t.to(x.device, torch.float64) for t in (centres, sigmas, weights))
    last = w.log() - x.shape[-1] * (s.log() + math.log(2 * math.pi) / 2) - (c**2).sum(-1) / (2 * s**2)
    coefficients = torch.cat([c.T / s**2, -1 / (2 * s**2)[None], last[None]])
    points = x.reshape(-1, x.shape[-1]).double()
    rows = torch.cat([points, (points**2).sum(-1, keepdim=True), torch.ones_like(points[:, :1])], dim=-1)
    step = max(1, BLOCK // len(c))
    parts = [torch.logsumexp(rows[i : i + step] @ coefficients, dim=-1) for i in range(0, max(len(rows), 1), step)]
    return torch.cat(parts).reshape(x.shape[:-1]).to(x)


def mixture_moments(centres: Tensor, variances: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Compute mean and standard deviation per axis of a mixture from its centres and variances `(K, dim)`."""
    c, v, w = centres.double(), variances.double(), weights.double()[:, None]
    mean = (w * c).sum(0)
    return mean, (w * (v + (c - mean) ** 2)).sum(0).sqrt()


class Mixture(Distribution):
    """A weighted mixture of round Gaussians; a subclass sets `sigma` and defines `modes`.

    It may define `weights` and `sigmas` too; by default all modes are equal.

    Example:
        >>> from dataclasses import dataclass
        >>> import torch
        >>> from toygan import DISTRIBUTIONS, Mixture, Recipe
        >>> @dataclass(frozen=True)
        ... class Cross(Mixture):
        ...     arm: float = 1.0
        ...     sigma: float = 0.05
        ...     @property
        ...     def modes(self):
        ...         return self.arm * torch.tensor([[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]])
        >>> DISTRIBUTIONS["cross"] = Cross()
        >>> Recipe(data="cross(arm=2.0)").distribution.modes[0]
        tensor([2., 0.])
        >>> del DISTRIBUTIONS["cross"]
    """

    @property
    def dim(self) -> int:  # type: ignore[override]
        """The dimension of a sample, that of the modes."""
        return self.modes.shape[1]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        mode, sigmas = choose(self.weights, n, generator), self.sigmas
        noise = torch.randn(n, self.dim, generator=generator)
        spread = sigmas[:1] if bool((sigmas == sigmas[0]).all()) else sigmas.index_select(0, mode)
        return self.modes.index_select(0, mode) + spread[:, None] * noise

    def log_prob(self, x: Tensor) -> Tensor:
        return log_density(x, self.modes, self.sigmas, self.weights)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each axis, each `(dim,)`, from those of the modes."""
        variances = self.sigmas.double()[:, None].square().expand_as(self.modes)
        return mixture_moments(self.modes, variances, self.weights)
