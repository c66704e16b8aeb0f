"""Data without round modes: blades, squares, and points that the user gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, number, numbers, size, whole
from toygan.parts.distributions.base import Distribution, log_density
from toygan.text import short

MOST_POINTS = 4096


@dataclass(frozen=True)
class Pinwheel(Distribution):
    """Blades: a Gaussian at (1, 0), copied about the origin and twisted by rate * exp(distance) (Johnson et al. 2016).

    Their code twists by the first coordinate; by the distance, the twist keeps areas, so the density is exact.
    """

    blades: int = 5
    radial: float = 0.3
    tangential: float = 0.1
    rate: float = 0.25

    dim = 2
    sigma = 0.0

    def __post_init__(self) -> None:
        whole("blades", self.blades, 1, 100)
        number("radial", self.radial, SMALLEST, 10)  # the twist grows as exp of the distance
        number("tangential", self.tangential, SMALLEST, 10)
        number("rate", self.rate, -10, 10)

    @property
    def _starts(self) -> Tensor:
        """The angle at which each blade is copied `(blades,)`."""
        return 2 * math.pi * torch.arange(self.blades) / self.blades

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        spread = torch.tensor([self.radial, self.tangential])
        flat = torch.tensor([1.0, 0.0]) + spread * torch.randn(n, 2, generator=generator)
        blade = torch.randint(self.blades, (n,), generator=generator)
        return _turned(flat, self.rate * flat.norm(dim=-1).exp() + self._starts[blade])

    def log_prob(self, x: Tensor) -> Tensor:
        twist = self.rate * x.norm(dim=-1).exp()
        flat = _turned(x.unsqueeze(-2), -twist.unsqueeze(-1) - self._starts.to(x))
        square = ((flat[..., 0] - 1) / self.radial) ** 2 + (flat[..., 1] / self.tangential) ** 2
        norm = math.log(2 * math.pi * self.radial * self.tangential * self.blades)
        return torch.logsumexp(-square / 2, dim=-1) - norm

    @property
    def outline(self) -> Tensor:
        reach = 1 + 2 * self.radial
        return torch.tensor([[-reach, -reach], [reach, reach]])


def _turned(x: Tensor, angle: Tensor) -> Tensor:
    """x `(..., 2)` turned by angle `(...)` about the origin."""
    c, s = angle.cos(), angle.sin()
    return torch.stack([c * x[..., 0] - s * x[..., 1], s * x[..., 0] + c * x[..., 1]], dim=-1)


@dataclass(frozen=True)
class Checkerboard(Distribution):
    """Uniform on every other cell of a board of side x side cells around 0."""

    side: int = 4
    width: float = 1.0

    dim = 2
    sigma = 0.0

    def __post_init__(self) -> None:
        whole("side", self.side, 1, 64)
        size("width", self.width)

    @cached_property
    def _cells(self) -> Tensor:
        """Column and row of the cells that hold data `(n, 2)`."""
        board = torch.cartesian_prod(torch.arange(self.side), torch.arange(self.side))
        return board[board.sum(-1) % 2 == 0]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        cell = self._cells[torch.randint(len(self._cells), (n,), generator=generator)]
        return (cell + torch.rand(n, 2, generator=generator) - self.side / 2) * self.width

    def log_prob(self, x: Tensor) -> Tensor:
        cell = (x / self.width + self.side / 2).floor()
        inside = ((cell >= 0) & (cell < self.side)).all(-1) & (cell.sum(-1) % 2 == 0)
        return torch.where(inside, -math.log(len(self._cells) * self.width**2), -math.inf).to(x)

    @property
    def outline(self) -> Tensor:
        half = self.side * self.width / 2
        return torch.tensor([[-half, -half], [half, half]])


@dataclass(frozen=True)
class Uniform(Distribution):
    """Every point between `low` and `high`, on a line or in a square (dim 1 or 2), is as likely."""

    low: float = -1.0
    high: float = 1.0
    dim: int = 1

    sigma = 0.0

    def __post_init__(self) -> None:
        number("low", self.low)
        number("high", self.high, self.low + SMALLEST)
        whole("dim", self.dim, 1, 2)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return self.low + (self.high - self.low) * torch.rand(n, self.dim, generator=generator)

    def log_prob(self, x: Tensor) -> Tensor:
        inside = ((x >= self.low) & (x <= self.high)).all(-1)
        return torch.where(inside, -self.dim * math.log(self.high - self.low), -math.inf).to(x)

    @property
    def outline(self) -> Tensor:
        return torch.tensor([[self.low], [self.high]]).expand(-1, self.dim)


@dataclass(frozen=True)
class Points(Distribution):
    """Points that the user gives, `x=((0, 0), (1, 1))` or `x=(0, 1)`, each as likely, and noise of width sigma on them.

    Without noise there is no density. Points are data, not modes: `mixture1d` and `ring8` have modes.
    """

    x: Sequence[Any] = ((-1.0, 0.0), (0.0, 1.0), (1.0, 0.0))
    sigma: float = 0.0

    def __post_init__(self) -> None:
        if self.sigma != 0:
            size("sigma", self.sigma)
        if not isinstance(self.x, Sequence) or not 1 <= len(self.x) <= MOST_POINTS:
            raise ValueError(f"x={short(self.x)}: must be 1 to {MOST_POINTS} points in brackets")
        rows = [point if isinstance(point, Sequence) else (point,) for point in self.x]
        if len(rows[0]) not in (1, 2):
            raise ValueError(f"x[0]={short(self.x[0])}: must be a number or a pair of numbers")
        rows = [numbers(f"x[{i}]", row, count=len(rows[0])) for i, row in enumerate(rows)]
        object.__setattr__(self, "x", tuple(rows))

    @property
    def dim(self) -> int:  # type: ignore[override]
        return len(self.x[0])

    @property
    def has_density(self) -> bool:  # type: ignore[override]
        """Only with noise."""
        return self.sigma > 0

    @cached_property
    def outline(self) -> Tensor:
        return torch.tensor(self.x)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        which = torch.randint(len(self.x), (n,), generator=generator)
        return self.outline[which] + self.sigma * torch.randn(n, self.dim, generator=generator)

    def log_prob(self, x: Tensor) -> Tensor:
        """ValueError without noise."""
        if not self.has_density:
            raise ValueError("sigma=0: points have no density; give them noise, such as sigma=0.05")
        k = len(self.x)
        return log_density(x, self.outline, torch.full((k,), self.sigma), torch.full((k,), 1 / k))


def points(array: Any, sigma: float = 0.0) -> str:
    """The spec of an array `(n,)`, `(n, 1)` or `(n, 2)` for a recipe's `data`: `Recipe(data=toygan.points(array))`.

    Numbers keep 6 digits. Raises ValueError where the array has another shape, too many rows or is not finite.
    """
    rows = np.asarray(array, dtype=float)
    if rows.ndim not in (1, 2) or (rows.ndim == 2 and rows.shape[1] not in (1, 2)) or not 1 <= len(rows) <= MOST_POINTS:
        raise ValueError(f"array: shape {rows.shape}; must be (n,), (n, 1) or (n, 2) with n from 1 to {MOST_POINTS}")
    if not np.isfinite(rows).all():
        raise ValueError("array: must be finite")
    rounded = [[float(f"{value:.6g}") for value in row] for row in rows.reshape(len(rows), -1)]
    literal = str([row[0] if len(row) == 1 else row for row in rounded]).replace(" ", "")
    return f"points(x={literal},sigma={float(sigma)!r})" if sigma else f"points(x={literal})"


SHAPES: dict[str, Distribution] = {
    "pinwheel": Pinwheel(),
    "checkerboard": Checkerboard(),
    "uniform": Uniform(),
    "points": Points(),
}
