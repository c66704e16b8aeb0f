"""What real data is: samples of a distribution whose modes and density are known."""

from __future__ import annotations

import math
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

BLOCK = 2**18  # pairs of a point and a centre that are looked at together: memory stays bounded, and in the cache


class Distribution:
    """Real data: points in `dim` dimensions, with what is known of them."""

    dim: int
    sigma: float  # the standard deviation of a mode, or of the noise around a curve, per axis; 0 where there is none
    has_density: ClassVar[bool] = True  # whether log_prob is exact; False where the data has no density

    @property
    def modes(self) -> Tensor:
        """Centres of the modes `(K, dim)`; K is 0 for data that has no modes to count."""
        return torch.empty(0, self.dim)

    @property
    def weights(self) -> Tensor:
        """Probability of each mode `(K,)`."""
        return torch.full((len(self.modes),), 1 / max(len(self.modes), 1))

    @property
    def sigmas(self) -> Tensor:
        """Standard deviation of each mode `(K,)`."""
        return torch.full((len(self.modes),), self.sigma)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        """n independent points `(n, dim)`; all randomness comes from `generator`."""
        raise NotImplementedError

    def log_prob(self, x: Tensor) -> Tensor:
        """The exact log density in nats at x `(..., dim)`, as `(...)`."""
        raise NotImplementedError

    @property
    def outline(self) -> Tensor:
        """Points `(n, dim)` that a picture has to contain: the modes, and the origin, around which generators start."""
        return torch.cat([self.modes, torch.zeros(1, self.dim)])

    @cached_property
    def extent(self) -> tuple[tuple[float, float], ...]:
        """The window, per axis, in which a picture shows the data with room around it."""
        low, high = self.outline.min(0).values, self.outline.max(0).values
        room = 0.3 * float((high - low).max()) + 5 * self.sigma or 2.0
        return tuple((float(a) - room, float(b) + room) for a, b in zip(low, high, strict=True))


def log_density(x: Tensor, centres: Tensor, sigmas: Tensor, weights: Tensor) -> Tensor:
    """Log density at x `(..., dim)` of round Gaussians at `centres` `(K, dim)` with `sigmas` and `weights` `(K,)`.

    Computed in float64, where -|x - c|^2 / (2 sigma^2) may be a matrix product: [x, |x|^2, 1] by its coefficients.
    """
    c, s, w = (t.to(x.device, torch.float64) for t in (centres, sigmas, weights))
    last = w.log() - x.shape[-1] * (s.log() + math.log(2 * math.pi) / 2) - (c**2).sum(-1) / (2 * s**2)
    coefficients = torch.cat([c.T / s**2, -1 / (2 * s**2)[None], last[None]])
    points = x.reshape(-1, x.shape[-1]).double()
    rows = torch.cat([points, (points**2).sum(-1, keepdim=True), torch.ones_like(points[:, :1])], dim=-1)
    step = max(1, BLOCK // len(c))
    parts = [torch.logsumexp(rows[i : i + step] @ coefficients, dim=-1) for i in range(0, max(len(rows), 1), step)]
    return torch.cat(parts).reshape(x.shape[:-1]).to(x)


class Mixture(Distribution):
    """A weighted mixture of round Gaussians; subclasses say where its modes are."""

    @property
    def dim(self) -> int:  # type: ignore[override]
        return self.modes.shape[1]

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        mode = torch.multinomial(self.weights, n, replacement=True, generator=generator)
        noise = torch.randn(n, self.dim, generator=generator)
        return self.modes[mode] + self.sigmas[mode, None] * noise

    def log_prob(self, x: Tensor) -> Tensor:
        return log_density(x, self.modes, self.sigmas, self.weights)
