"""Data without round modes: blades and squares."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, flag, number, size, whole
from toygan.parts.distributions.base import Distribution, repr_without


@dataclass(frozen=True)
class Pinwheel(Distribution):
    """Blades: Gaussians around the origin, twisted by the angle rate * exp(distance) (Johnson et al. 2016).

    Their code twists by the first coordinate. A twist by the distance keeps areas, so the density is exact.
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
        """The angle of each blade `(blades,)`."""
        return 2 * math.pi * torch.arange(self.blades) / self.blades

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        spread = torch.tensor([self.radial, self.tangential])
        flat = torch.tensor([1.0, 0.0]) + spread * torch.randn(n, 2, generator=generator)
        blade = torch.randint(self.blades, (n,), generator=generator)
        return _rotate(flat, self.rate * flat.norm(dim=-1).exp() + self._starts[blade])

    def log_prob(self, x: Tensor) -> Tensor:
        twist = self.rate * x.norm(dim=-1).exp()
        flat = _rotate(x.unsqueeze(-2), -twist.unsqueeze(-1) - self._starts.to(x))
        square = ((flat[..., 0] - 1) / self.radial) ** 2 + (flat[..., 1] / self.tangential) ** 2
        norm = math.log(2 * math.pi * self.radial * self.tangential * self.blades)
        return torch.logsumexp(-square / 2, dim=-1) - norm

    @property
    def outline(self) -> Tensor:
        reach = 1 + 2 * self.radial
        return torch.tensor([[-reach, -reach], [reach, reach]])


def _rotate(x: Tensor, angle: Tensor) -> Tensor:
    """Rotate x `(..., 2)` by an angle `(...)` about the origin."""
    c, s = angle.cos(), angle.sin()
    return torch.stack([c * x[..., 0] - s * x[..., 1], s * x[..., 0] + c * x[..., 1]], dim=-1)


@dataclass(frozen=True)
class Checkerboard(Distribution):
    """The uniform distribution on every other cell of a board of side x side cells around 0.

    `corner` says if the cell at the lower left is one of them.
    """

    side: int = 4
    width: float = 1.0
    corner: bool = True

    dim = 2
    sigma = 0.0

    __repr__ = repr_without("corner")

    def __post_init__(self) -> None:
        flag("corner", self.corner)
        whole("side", self.side, 1 if self.corner else 2, 64)  # one cell alone is the corner
        size("width", self.width)

    def _filled(self, cell: Tensor) -> Tensor:
        """Tell which cells `(..., 2)`, given by column and row, are of the colour with data."""
        return (cell.sum(-1) % 2 == 0) == self.corner

    @cached_property
    def _cells(self) -> Tensor:
        """Column and row of the cells with data `(n, 2)`."""
        board = torch.cartesian_prod(torch.arange(self.side), torch.arange(self.side))
        return board[self._filled(board)]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        cell = self._cells[torch.randint(len(self._cells), (n,), generator=generator)]
        return (cell + torch.rand(n, 2, generator=generator) - self.side / 2) * self.width

    def log_prob(self, x: Tensor) -> Tensor:
        cell = (x / self.width + self.side / 2).floor()
        inside = ((cell >= 0) & (cell < self.side)).all(-1) & self._filled(cell)
        return torch.where(inside, -math.log(len(self._cells) * self.width**2), -math.inf).to(x)

    @property
    def outline(self) -> Tensor:
        half = self.side * self.width / 2
        return torch.tensor([[-half, -half], [half, half]])


@dataclass(frozen=True)
class Uniform(Distribution):
    """The uniform distribution between `low` and `high`, on a line (dim 1) or in a square (dim 2)."""

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


SHAPES: dict[str, Distribution] = {
    "pinwheel": Pinwheel(),
    "checkerboard": Checkerboard(),
    "uniform": Uniform(),
}
