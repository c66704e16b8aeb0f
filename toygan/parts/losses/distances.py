"""Distances between samples, which G minimises without a discriminator: a baseline for adversarial losses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.checks import SMALLEST, numbers, whole
from toygan.parts.losses.base import Logits, Loss


class Distance(Loss):
    """A distance between real and generated samples, both `(P, n, dim)`; there is no discriminator."""

    uses_discriminator = False
    separable = False

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        """Compute each generated sample's share `(P, n)`; the mean of the shares is the distance."""
        raise NotImplementedError

    def discriminator(self, logits: Logits) -> Tensor:
        return logits.fake.new_zeros(logits.fake.shape[:-1])

    def generator(self, logits: Logits) -> Tensor:
        return self.between(logits.real, logits.fake)

    @property
    def equilibrium(self) -> tuple[float, float]:
        return 0.0, 0.0


class KernelDistance(Distance):
    """E k(x, x') + E k(y, y') - 2 E k(x, y), unbiased: without pairs of one sample (Gretton et al. 2012, eq. 3)."""

    def kernel(self, square: Tensor) -> Tensor:
        """Compute the kernel of two points from their squared distance."""
        raise NotImplementedError

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        return self._others(real) + self._others(fake) - 2 * self._mean(fake, real)

    def witness(self, x: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        return self._mean(x, real) - self._mean(x, fake)

    def _mean(self, x: Tensor, y: Tensor) -> Tensor:
        """Compute the mean kernel of each x with all y `(P, n)`."""
        return self.kernel(_squares(x, y)).mean(-1)

    def _others(self, x: Tensor) -> Tensor:
        """Compute the mean kernel of each sample with the others `(P, n)`, or 0 for a single sample."""
        n = x.shape[-2]
        k = self.kernel(_squares(x, x))
        return (k.sum(-1) - k.diagonal(dim1=-2, dim2=-1)) / max(n - 1, 1)


def _squares(x: Tensor, y: Tensor) -> Tensor:
    """Compute squared distances of all x to all y `(P, n, m)`; `cdist` has no second derivative."""
    gaps = (x[..., axis].unsqueeze(-1) - y[..., axis].unsqueeze(-2) for axis in range(x.shape[-1]))
    return sum((gap**2 for gap in gaps), x.new_zeros(()))


@dataclass(frozen=True)
class EnergyDistance(KernelDistance):
    """The energy distance: MMD with minus the distance as kernel, no width (Szekely 2003; Sejdinovic et al. 2013)."""

    formula = r"\mathcal L_G=2\,\mathbb E\lVert x-y\rVert-\mathbb E\lVert x-x'\rVert-\mathbb E\lVert y-y'\rVert"

    def kernel(self, square: Tensor) -> Tensor:
        at_zero = square == 0  # the root has no derivative there: 0 by symmetry
        return -torch.where(at_zero, 1.0, square).sqrt() * ~at_zero


@dataclass(frozen=True)
class MMD(KernelDistance):
    """The squared maximum mean discrepancy; its kernel is a sum of Gaussians of these widths (Gretton et al. 2012).

    Wide kernels move samples to the modes, narrow ones sharpen the modes.
    """

    widths: Sequence[float] = (0.1, 0.3, 1.0, 3.0)

    formula = (
        r"\mathcal L_G=\mathbb E\,k(x,x')+\mathbb E\,k(y,y')-2\,\mathbb E\,k(x,y),"
        r"\quad k=\textstyle\sum_w e^{-\lVert\cdot\rVert^2/2w^2}"
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "widths", numbers("widths", self.widths, SMALLEST))

    def kernel(self, square: Tensor) -> Tensor:
        return torch.stack([(-square / (2 * w**2)).exp() for w in self.widths]).sum(0)


@dataclass(frozen=True)
class SlicedWasserstein(Distance):
    """The mean squared Wasserstein-2 distance of projections on many directions, by sorting (Rabin et al. 2012).

    Directions are even over the half circle. On a line there is one; from three dimensions on they are random, but
    always the same.
    """

    directions: int = 32

    formula = r"\mathcal L_G=\mathbb E_{\theta}\tfrac1n\sum_i(\theta^\top y_{(i)}-\theta^\top x_{(i)})^2"

    def __post_init__(self) -> None:
        whole("directions", self.directions, 1, 1024)

    def between(self, real: Tensor, fake: Tensor) -> Tensor:
        ours, theirs = self._project(fake), self._project(real)
        target = torch.zeros_like(ours).scatter(-1, ours.argsort(-1), theirs.sort(-1).values)
        return ((ours - target) ** 2).mean(-2)

    def witness(self, x: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        """Integrate T(u) - u in each direction, with T the monotone step function that takes fake to real."""
        u, theirs, ours = (
            self._project(x),
            self._project(real).sort(-1).values,
            self._project(fake).sort(-1).values,
        )
        breaks = (ours[..., 1:] + ours[..., :-1]) / 2
        offsets = torch.nn.functional.pad((theirs.diff(dim=-1) * breaks).cumsum(-1), (1, 0))
        step = torch.searchsorted(breaks, u)
        return (theirs.gather(-1, step) * u - offsets.gather(-1, step) - u**2 / 2).mean(1)

    def _project(self, x: Tensor) -> Tensor:
        """Project x `(P, n, dim)` on every direction, as `(P, directions, n)`."""
        dim = x.shape[-1]
        if dim == 1:
            return x.mT.contiguous()
        if dim == 2:
            angle = math.pi * (torch.arange(self.directions, dtype=torch.float64) + 0.5) / self.directions
            along = torch.stack([angle.cos(), angle.sin()], dim=-1)
        else:
            drawn = torch.randn(self.directions, dim, generator=torch.Generator().manual_seed(0))
            along = drawn / drawn.norm(dim=-1, keepdim=True)
        return (along.to(x) @ x.mT).contiguous()


DISTANCES: dict[str, Loss] = {
    "energy-distance": EnergyDistance(),
    "mmd": MMD(),
    "sliced-wasserstein": SlicedWasserstein(),
}
