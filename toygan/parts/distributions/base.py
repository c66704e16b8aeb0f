"""What real data is: samples of a distribution whose modes and density are known."""

from __future__ import annotations

import math
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from toygan.parts.menu import Menu

EXACT = "donot_use_mm_for_euclid_dist"  # the fast way to distances loses the last digits, and a mode is small
BLOCK = 2**18  # pairs of a point and a centre that are looked at together: memory stays bounded, and in the cache


class Distribution:
    """Real data: points in `dim` dimensions, with what is known of them."""

    dim: int
    sigma: float  # the standard deviation of a mode, or of the noise around a curve, per axis; 0 where there is none
    has_density: ClassVar[bool] = True  # whether log_prob is exact; False where the data has no density
    picture: tuple[int, int] | None = None  # rows and columns of pixels, where a sample is an image
    atoms: bool = False  # whether two samples may be the same point

    def refuses(self) -> str | None:
        """Why there is no such data here, as where a package is missing, or None where there is."""
        return None

    @cached_property
    def has_modes(self) -> bool:
        """Whether mode metrics have a meaning: there are modes, and they have a width."""
        return len(self.modes) > 0 and bool((self.sigmas > 0).all())

    @property
    def mode_names(self) -> tuple[str, ...]:
        """What a picture calls each mode: 1, 2, 3 ..."""
        return tuple(str(k + 1) for k in range(len(self.modes)))

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

    @property
    def stale(self) -> bool:
        """Whether what it was made from has changed, such as a file."""
        return False

    @property
    def training_set(self) -> Tensor | None:
        """The points `(n, dim)` that a run is trained on, where they are finitely many; None where each is new."""
        return None

    def players_see(self, x: Tensor) -> Tensor:
        """x `(..., dim)` in the units in which the players see it."""
        return x

    def from_players(self, x: Tensor) -> Tensor:
        """The way back: what the players make, in the units of the data."""
        return x

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of each axis, each `(dim,)`; by 2^18 samples where there is no formula."""
        x = self.sample(2**18, torch.Generator().manual_seed(0)).double()
        return x.mean(0), x.std(0, correction=0)

    def nearest_mode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Index of the mode nearest to each x `(P, n, dim)`, and the distance to it in that mode's sigmas, `(P, n)`."""
        modes = self.modes.to(x).expand(len(x), -1, -1)
        distance, index = torch.cdist(x, modes, compute_mode=EXACT).min(-1)
        return index, distance / self.sigmas.to(x)[index]

    def around_modes(self, x: Tensor) -> Tensor:
        """Standard normal points x `(n, dim)` as points of every mode `(K, n, dim)`."""
        return self.modes[:, None] + self.sigmas[:, None, None] * x

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


# Filled in the package, where the families are; it stands here because a row may name another one.
DISTRIBUTIONS: Menu[Distribution] = Menu(aliases={"ring": "ring8", "grid": "grid25"})


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


def mixture_moments(centres: Tensor, variances: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation per axis of a mixture with these centres and variances `(K, dim)`."""
    c, v, w = centres.double(), variances.double(), weights.double()[:, None]
    mean = (w * c).sum(0)
    return mean, (w * (v + (c - mean) ** 2)).sum(0).sqrt()


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

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        variances = self.sigmas.double()[:, None].square().expand_as(self.modes)
        return mixture_moments(self.modes, variances, self.weights)
