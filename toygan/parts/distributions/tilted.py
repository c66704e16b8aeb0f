"""Gaussians in the plane with given means, shares and covariances."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from toygan.parts.checks import MOST, SMALLEST, number, numbers, shares, size
from toygan.parts.distributions.base import Distribution, mixture_moments
from toygan.text import short


class Tilted(Distribution):
    """A mixture of Gaussians in the plane, each with its covariance; distances to modes are Mahalanobis distances."""

    dim = 2

    @property
    def matrices(self) -> Tensor:
        """The covariance of each mode `(K, 2, 2)`."""
        raise NotImplementedError

    @cached_property
    def _roots(self) -> Tensor:
        """Lower triangles L with L L' = covariance `(K, 2, 2)`."""
        root: Tensor = torch.linalg.cholesky(self.matrices.double())
        return root

    @cached_property
    def sigmas(self) -> Tensor:
        """The largest standard deviation of each mode, along its longest axis `(K,)`."""
        longest: Tensor = torch.linalg.eigvalsh(self.matrices.double())[:, -1]
        return longest.sqrt().float()

    @property
    def sigma(self) -> float:  # type: ignore[override]
        """The largest standard deviation of any mode."""
        return float(self.sigmas.max())

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        mode = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        noise = torch.randn(n, 2, 1, generator=generator)
        return self.modes[mode] + (self._roots.float()[mode] @ noise).squeeze(-1)

    def _from_modes(self, x: Tensor) -> Tensor:
        """Convert x `(..., 2)` to the standard normal coordinates of every mode `(..., K, 2)`."""
        away = (x.unsqueeze(-2) - self.modes.to(x)).unsqueeze(-1)
        solved: Tensor = torch.linalg.solve_triangular(self._roots.to(x), away, upper=False)
        return solved.squeeze(-1)

    def log_prob(self, x: Tensor) -> Tensor:
        square = self._from_modes(x.double()).square().sum(-1)
        heights = self.weights.double().log() - self._roots.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        return torch.logsumexp(heights.to(square) - square / 2 - math.log(2 * math.pi), dim=-1).to(x)

    def nearest_mode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        distance, index = self._from_modes(x).norm(dim=-1).min(-1)
        return index, distance

    def around_modes(self, x: Tensor) -> Tensor:
        return self.modes[:, None] + x @ self._roots.mT.to(x)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        return mixture_moments(self.modes, self.matrices.diagonal(dim1=-2, dim2=-1), self.weights)


@dataclass(frozen=True)
class Gaussian2d(Tilted):
    """One Gaussian in the plane, with a width along each of its axes; the first is turned by `angle` radians."""

    mean: Sequence[float] = (0.0, 0.0)
    widths: Sequence[float] = (1.0, 0.25)
    angle: float = 0.7853981633974483

    def __post_init__(self) -> None:
        object.__setattr__(self, "mean", numbers("mean", self.mean, count=2))
        object.__setattr__(self, "widths", numbers("widths", self.widths, SMALLEST, count=2))
        number("angle", self.angle, -10, 10)

    @cached_property
    def modes(self) -> Tensor:
        return torch.tensor([self.mean])

    @cached_property
    def matrices(self) -> Tensor:
        c, s = math.cos(self.angle), math.sin(self.angle)
        turn = torch.tensor([[c, -s], [s, c]], dtype=torch.float64)
        return (turn @ torch.diag(torch.tensor(self.widths, dtype=torch.float64) ** 2) @ turn.T)[None]


@dataclass(frozen=True)
class Mixture2d(Tilted):
    """Gaussians in the plane with given means, shares (which sum to 1) and covariances.

    A covariance is ((xx, xy), (xy, yy)), or a number s for the round one of standard deviation s.
    """

    means: Sequence[Any] = ((-1.0, -1.0), (1.0, -1.0), (0.0, 1.0))
    shares: Sequence[float] = (0.25, 0.25, 0.5)
    covariances: Sequence[Any] = (0.1, ((0.04, 0.03), (0.03, 0.04)), 0.2)

    def __post_init__(self) -> None:
        if not isinstance(self.means, Sequence) or isinstance(self.means, str) or not 1 <= len(self.means) <= MOST:
            raise ValueError(f"means={short(self.means)}: must be 1 to {MOST} pairs in brackets")
        means = tuple(numbers(f"means[{i}]", mean, count=2) for i, mean in enumerate(self.means))
        given = self.covariances
        if not isinstance(given, Sequence) or isinstance(given, str) or len(given) != len(means):
            raise ValueError(f"covariances={short(given)}: must be {len(means)} numbers or matrices in brackets")
        rows = tuple(_check_covariance(f"covariances[{i}]", value) for i, value in enumerate(given))
        object.__setattr__(self, "means", means)
        object.__setattr__(self, "shares", shares("shares", self.shares, len(means)))
        object.__setattr__(self, "covariances", rows)

    @cached_property
    def modes(self) -> Tensor:
        return torch.tensor(self.means)

    @cached_property
    def weights(self) -> Tensor:
        return torch.tensor(self.shares)

    @cached_property
    def matrices(self) -> Tensor:
        return torch.tensor(self.covariances, dtype=torch.float64)


def _check_covariance(name: str, value: Any) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return a checked covariance, or that of a round Gaussian from its width; raise ValueError if it is invalid."""
    if not isinstance(value, Sequence):
        size(name, value)
        return (float(value) ** 2, 0.0), (0.0, float(value) ** 2)
    if len(value) != 2:
        raise ValueError(f"{name}={short(value)}: must be a number, or ((xx, xy), (xy, yy))")
    (xx, xy), (yx, yy) = (numbers(f"{name}[{i}]", row, count=2) for i, row in enumerate(value))
    least = SMALLEST**2
    if xy != yx or xx < least or yy < least or xx * yy - xy * xy < least * max(xx, yy):
        raise ValueError(f"{name}={short(value)}: must be symmetric, with a positive determinant")
    return (xx, xy), (xy, yy)


TILTED: dict[str, Distribution] = {"gaussian2d": Gaussian2d(), "mixture2d": Mixture2d()}
