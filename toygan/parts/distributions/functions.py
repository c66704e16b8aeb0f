"""Data around a function, y = f(x) plus noise; and distributions on a line with tails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, number, size
from toygan.parts.distributions.base import Distribution
from toygan.text import short

LOG_ROOT = math.log(2 * math.pi) / 2
FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "sine": torch.sin,
    "cosine": torch.cos,
    "line": lambda x: x,
    "parabola": torch.square,
    "cubic": lambda x: x**3,
    "absolute": torch.abs,
    "step": lambda x: (x > 0).to(x),
}


def _normal(x: Tensor, sigma: Tensor | float) -> Tensor:
    """Compute the log density of a normal variable of mean 0."""
    spread = torch.as_tensor(sigma, dtype=x.dtype)
    return -((x / spread) ** 2) / 2 - spread.log() - LOG_ROOT


@dataclass(frozen=True)
class Function(Distribution):
    """y = f(x) with Gaussian noise of width sigma on y; x is uniform from `low` to `high`.

    `f` is "sine", "cosine", "line", "parabola", "cubic", "absolute" or "step".
    """

    f: str = "sine"
    low: float = -3.0
    high: float = 3.0
    sigma: float = 0.1

    dim = 2

    def __post_init__(self) -> None:
        if self.f not in FUNCTIONS:
            raise ValueError(f"f={short(self.f)}: must be one of {', '.join(FUNCTIONS)}")
        number("low", self.low, -100, 100)
        number("high", self.high, self.low + 0.01, 100)
        size("sigma", self.sigma)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        x = self.low + (self.high - self.low) * torch.rand(n, generator=generator)
        return torch.stack([x, FUNCTIONS[self.f](x) + self.sigma * torch.randn(n, generator=generator)], dim=-1)

    def log_prob(self, x: Tensor) -> Tensor:
        across, up = x.unbind(-1)
        inside = (across >= self.low) & (across <= self.high)
        beside = _normal(up - FUNCTIONS[self.f](across), self.sigma) - math.log(self.high - self.low)
        return torch.where(inside, beside, -math.inf)

    @cached_property
    def outline(self) -> Tensor:
        x = torch.linspace(self.low, self.high, 101)
        return torch.stack([x, FUNCTIONS[self.f](x)], dim=-1)

    @cached_property
    def extent(self) -> tuple[tuple[float, float], ...]:
        """Twice as wide as the function, so that cells of a grid end at the ends of the data."""
        beside, (bottom, top) = (self.high - self.low) / 2, super().extent[1]
        return (self.low - beside, self.high + beside), (bottom, top)


@dataclass(frozen=True)
class Banana(Distribution):
    """A Gaussian along a parabola: x ~ N(0, length^2), y = bend (x^2 - length^2) + N(0, sigma^2) (Haario 1999)."""

    length: float = 1.0
    bend: float = 0.5
    sigma: float = 0.2

    dim = 2

    def __post_init__(self) -> None:
        number("length", self.length, SMALLEST, 100)
        number("bend", self.bend, -100, 100)
        size("sigma", self.sigma)

    def _along(self, x: Tensor) -> Tensor:
        return self.bend * (x**2 - self.length**2)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        x, noise = torch.randn(2, n, generator=generator)
        x = self.length * x
        return torch.stack([x, self._along(x) + self.sigma * noise], dim=-1)

    def log_prob(self, x: Tensor) -> Tensor:
        across, up = x.unbind(-1)
        return _normal(across, self.length) + _normal(up - self._along(across), self.sigma)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation per axis; the variance of x^2 is 2 length^4."""
        up = math.hypot(self.sigma, math.sqrt(2) * self.bend * self.length**2)
        return torch.zeros(2, dtype=torch.float64), torch.tensor([self.length, up], dtype=torch.float64)

    @cached_property
    def outline(self) -> Tensor:
        x = self.length * torch.linspace(-4, 4, 101)
        return torch.stack([x, self._along(x)], dim=-1)


@dataclass(frozen=True)
class Funnel(Distribution):
    """A funnel, wide above and narrow below: y ~ N(0, spread^2), x ~ N(0, e^y) (Neal 2003, Slice sampling, sec. 8)."""

    spread: float = 1.0

    dim = 2
    sigma = 0.0

    def __post_init__(self) -> None:
        number("spread", self.spread, 0.01, 3)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        up, across = torch.randn(2, n, generator=generator)
        up = self.spread * up
        return torch.stack([across * (up / 2).exp(), up], dim=-1)

    def log_prob(self, x: Tensor) -> Tensor:
        across, up = x.unbind(-1)
        return _normal(up, self.spread) - across**2 * (-up).exp() / 2 - up / 2 - LOG_ROOT

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation per axis; the variance of x is E e^y = e^(spread^2 / 2)."""
        across = math.exp(self.spread**2 / 4)
        return torch.zeros(2, dtype=torch.float64), torch.tensor([across, self.spread], dtype=torch.float64)

    @cached_property
    def outline(self) -> Tensor:
        up = 3.5 * self.spread
        across = 3.5 * math.exp(up / 2)
        return torch.tensor([[-across, -up], [across, up]])


@dataclass(frozen=True)
class Exponential(Distribution):
    """The exponential distribution: density e^(-x / scale) / scale for x from 0."""

    scale: float = 1.0

    dim = 1
    sigma = 0.0

    def __post_init__(self) -> None:
        size("scale", self.scale)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return -self.scale * torch.log1p(-torch.rand(n, 1, generator=generator))

    def log_prob(self, x: Tensor) -> Tensor:
        at = x[..., 0]
        return torch.where(at >= 0, -at / self.scale - math.log(self.scale), -math.inf)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        both = torch.tensor([self.scale], dtype=torch.float64)
        return both, both

    @cached_property
    def outline(self) -> Tensor:
        return torch.tensor([[0.0], [9 * self.scale]])


@dataclass(frozen=True)
class Laplace(Distribution):
    """The Laplace distribution, a peak with two heavy tails: density e^(-|x - mean| / scale) / (2 scale)."""

    mean: float = 0.0
    scale: float = 1.0

    dim = 1
    sigma = 0.0

    def __post_init__(self) -> None:
        number("mean", self.mean)
        size("scale", self.scale)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        size, side = torch.rand(2, n, 1, generator=generator)
        return self.mean - self.scale * torch.log1p(-size) * torch.where(side < 0.5, -1.0, 1.0)

    def log_prob(self, x: Tensor) -> Tensor:
        return -(x[..., 0] - self.mean).abs() / self.scale - math.log(2 * self.scale)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        mean = torch.tensor([float(self.mean)], dtype=torch.float64)
        return mean, torch.full_like(mean, math.sqrt(2) * self.scale)

    @cached_property
    def outline(self) -> Tensor:
        reach = 9 * self.scale
        return torch.tensor([[self.mean - reach], [self.mean + reach], [0.0]])


FUNCTIONS_AND_TAILS: dict[str, Distribution] = {
    "function": Function(),
    "cosine": Function(f="cosine"),
    "banana": Banana(),
    "funnel": Funnel(),
    "exponential": Exponential(),
    "laplace": Laplace(),
}
