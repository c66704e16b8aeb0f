"""The inputs of metrics: generated samples, the true distribution, and D's logits and both gradients of a game."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.parts.distributions.base import EXACT
from toygan.parts.losses import LogitPair, Loss
from toygan.parts.metrics.directions import directions
from toygan.parts.metrics.distances import lengths, to_nearest
from toygan.parts.metrics.memo import remember

PROJECTIONS, QUANTILES = 16, 256  # directions at least, and numbers along each at most, by which faults are told apart
FEW = 500  # samples whose distances a playing run can afford
QUALITY = 3.0  # sigmas from its nearest mode within which a sample is of high quality (VEEGAN, PacGAN)
BRIDGED, DETOUR = (
    9,
    1.1,
)  # modes to which a bridge may lead, and the largest ratio of the way over a sample to the straight one


def _sort(x: Tensor) -> Tensor:
    """Sort x `(..., n)`; on the CPU by numpy, which is ten times as fast."""
    return torch.from_numpy(np.sort(x.numpy())) if x.device.type == "cpu" else torch.sort(x).values


@lru_cache(maxsize=256)
def _next_modes(data: Distribution) -> tuple[Tensor, Tensor]:
    """Return each mode's distances to the nearest other modes, and the indices of these, both `(K, b)`."""
    apart = torch.cdist(data.modes, data.modes, compute_mode=EXACT).fill_diagonal_(math.inf)
    near = apart.topk(min(BRIDGED, len(data.modes) - 1), largest=False)
    return near.values, near.indices


@dataclass(frozen=True)
class GameState:
    """The two players at one iteration, on one batch: D's inputs `(P, n, dim)` and its logits there `(P, n)`."""

    loss: Loss
    x_real: Tensor
    x_fake: Tensor
    logits: LogitPair
    weight_g: Tensor  # mean size of dL_G / d logit over generated samples (P,)
    losses: tuple[Tensor, Tensor]  # G's and D's, each (P,)
    rates: tuple[Tensor, Tensor]  # G's and D's learning rate, each (P,)
    on_training: (
        Callable[[], Tensor] | None
    )  # computes D's logits on points of the training set (P, n), if there is one
    slopes: Callable[[], tuple[Tensor, Tensor]]  # computes `gradients` when they are read
    ahead: Callable[[], tuple[Tensor, Tensor]]  # computes `next_gradients` when they are read

    @cached_property
    def gradients(self) -> tuple[Tensor, Tensor]:
        """G's gradient `(P, n_g)` and D's `(P, n_d)`."""
        return self.slopes()

    @cached_property
    def next_gradients(self) -> tuple[Tensor, Tensor]:
        """G's and D's gradient at the parameters after the next step, on the same batch."""
        return self.ahead()


@dataclass(frozen=True)
class Earlier:
    """Samples of an earlier iteration `(P, n, dim)`, and the number of iterations since."""

    samples: Tensor
    iterations: int


@dataclass
class MetricInputs:
    """Generated samples and the true distribution, with quantities that several metrics share computed once.

    Args:
        samples: Generated samples `(P, n, dim)`, in the data's units.
        data: The true distribution.
        game: Losses, logits and gradients of a run, or None for samples alone [default: None].
        earlier: Samples of an earlier iteration, or None [default: None].
        compared_with: True samples of each member `(P, n, dim)`, in place of the usual ones [default: None].
        per_axis: True to measure each axis in units of its own spread, whatever the data says [default: False].
    Example:
        >>> import torch
        >>> from toygan import DISTRIBUTIONS, MetricInputs
        >>> e = MetricInputs(torch.tensor([[[1.0, 0.0], [0.0, 1.0], [0.0, 0.0]]]), DISTRIBUTIONS["ring8"])
        >>> e.n, e.good.tolist(), int(e.counts.sum())
        (3, [[True, True, False]], 2)
    """

    samples: Tensor
    data: Distribution
    game: GameState | None = None
    earlier: Earlier | None = None
    compared_with: Tensor | None = None
    per_axis: bool = False

    @property
    def n(self) -> int:
        """The number of samples per member."""
        return self.samples.shape[1]

    @cached_property
    def scales(self) -> Tensor | None:
        """The units of the axes `(dim,)` in which distances are taken; None for the data's own."""
        return self.data.scales if self.per_axis or self.data.per_axis else None

    def convert(self, x: Tensor) -> Tensor:
        """Convert x `(..., dim)` from the data's units to those in which distances are taken."""
        return x if self.scales is None else (x - self.data.moments[0].to(x)) / self.scales.to(x)

    @cached_property
    def spread(self) -> float:
        """The data's root mean square distance from its mean, in units of distances; 1 if all data is one point."""
        spread = self.data.moments[1]
        if not self.data.varies.any():
            return 1.0
        return float((spread if self.scales is None else spread / self.scales).square().sum().sqrt())

    @cached_property
    def measured(self) -> Tensor:
        """The generated samples in units of distances `(P, n, dim)`."""
        return self.convert(self.samples)

    @cached_property
    def measured_reference(self) -> Tensor:
        """The true samples `reference` in units of distances."""
        return self.convert(self.reference)

    @cached_property
    def by_axis(self) -> MetricInputs:
        """These inputs in the units of the diagnosis: of each axis's own spread if the axes differ much in size."""
        if self.per_axis or not self.data.uneven:
            return self
        return replace(self, compared_with=self.reference, per_axis=True)

    def _sort_along(self, x: Tensor, ways: Tensor) -> Tensor:
        """Sort samples x `(P, n, dim)`, in the data's units, along directions `(dim, count)`, as `(P, count, n)`."""
        units = None if self.scales is None else self.data
        return remember(x, ("sorted", ways.shape[1], units), lambda: _sort((self.convert(x) @ ways).mT))

    @cached_property
    def finite(self) -> Tensor:
        """True for members whose samples are all finite `(P,)`."""
        return torch.isfinite(self.samples).all(-1).all(-1)

    @cached_property
    def nearest(self) -> tuple[Tensor, Tensor]:
        """The index of each sample's nearest mode, and the distance to it in that mode's sigmas, both `(P, n)`."""
        return self.data.nearest_mode(self.samples)

    @cached_property
    def good(self) -> Tensor:
        """True for samples of high quality `(P, n)`: within 3 sigmas of their nearest mode."""
        return self.nearest[1] <= QUALITY

    @cached_property
    def between_modes(self) -> Tensor:
        """True for samples between their nearest mode and one of its nine neighbours `(P, n)`; needs several modes."""
        index, modes = self.nearest[0], self.data.modes.to(self.samples)
        gaps, others = (x.to(self.samples.device) for x in _next_modes(self.data))
        distance = torch.cdist(self.samples, modes.expand(len(self.samples), -1, -1), compute_mode=EXACT)
        way = distance.gather(-1, index.unsqueeze(-1)) + distance.gather(-1, others[index])
        between: Tensor = (way <= DETOUR * gaps[index]).any(-1)
        return between

    @cached_property
    def counts(self) -> Tensor:
        """The number of high-quality samples of each mode `(P, K)`."""
        modes = torch.zeros(len(self.samples), len(self.data.modes)).to(self.samples)
        if not modes.shape[1]:
            return modes
        return modes.scatter_add(1, self.nearest[0], self.good.to(self.samples))

    @cached_property
    def shares(self) -> Tensor:
        """The share of high-quality samples of each mode among all samples `(P, K)`; sums to the high-quality share."""
        return self.counts / self.n

    @cached_property
    def places(self) -> Tensor:
        """The share of all samples, of any quality, that are nearest to each mode `(P, K)`; sums to 1."""

        def compute() -> Tensor:
            one = torch.full_like(self.nearest[1], 1 / self.n)
            nothing = torch.zeros(len(self.samples), len(self.data.modes)).to(self.samples)
            return nothing.scatter_add(1, self.nearest[0], one)

        return remember(self.samples, ("places", self.data), compute)

    @cached_property
    def mixture(self) -> Tensor:
        """The share of each mode among the high-quality samples `(P, K)`; sums to 1, or NaN if there are none."""
        return self.counts / self.counts.sum(-1, keepdim=True)

    @cached_property
    def reference(self) -> Tensor:
        """True samples `(1, n, dim)`, the same for every member and every call with this n; or `compared_with`."""
        if self.compared_with is not None:
            return self.compared_with
        # A class's name seeds these samples: to rename a distribution would change what metrics give.
        rng = torch.Generator().manual_seed(zlib.crc32(f"reference {self.data!r} {self.n}".encode()))
        return self.data.sample(self.n, rng).to(self.samples)[None]

    @cached_property
    def from_means(self) -> Tensor:
        """The distance of each sample to the mean of the samples of its nearest mode `(P, n)`.

        If there are no modes, all samples are one group.
        """
        x = self.samples.double()
        which = self.nearest[0] if len(self.data.modes) else torch.zeros_like(x[..., 0], dtype=torch.long)
        count = torch.zeros(len(x), max(1, len(self.data.modes)), dtype=x.dtype, device=x.device)
        count.scatter_add_(1, which, torch.ones_like(x[..., 0]))
        index = which.unsqueeze(-1).expand_as(x)
        sums = torch.zeros(*count.shape, x.shape[-1], dtype=x.dtype, device=x.device).scatter_add(1, index, x)
        means = sums / count.clamp(min=1).unsqueeze(-1)
        return lengths(x - means.gather(1, index))

    def sorted_differences(self, count: int) -> Tensor:
        """Compute generated minus true samples, both sorted along each of `count` fixed directions, `(P, count, n)`.

        If there are many axes, there are at least two directions for each.
        """
        count = max(count, 2 * self.data.dim)
        ways = directions(self.data.dim, count).to(self.samples)
        return self._sort_along(self.samples, ways) - self._sort_along(self.reference, ways)

    def project(self, x: Tensor) -> Tensor:
        """Return quantiles of x `(P, n, dim)` along the directions of `sliced-w1`, in spreads from the data's mean."""
        ways = directions(self.data.dim, max(PROJECTIONS, 2 * self.data.dim)).to(x)
        centre = self.convert(self.data.moments[0].to(x)) @ ways
        places = torch.linspace(0, x.shape[1] - 1, min(x.shape[1], QUANTILES), device=x.device).round().long()
        return (self._sort_along(x, ways)[..., places] - centre[:, None]) / self.spread

    @cached_property
    def projections(self) -> tuple[Tensor, Tensor]:
        """The same of generated and of true samples."""
        return self.project(self.samples), self.project(self.reference)

    @cached_property
    def of_columns(self) -> Tensor:
        """Compute generated minus true samples, both sorted along each axis, in that axis's spreads `(P, dim, n)`."""
        ours, theirs = (_sort(x.mT) for x in (self.samples, self.reference))
        return (ours - theirs) / self.data.scales.to(ours)[:, None]

    @cached_property
    def nearest_few(self) -> tuple[Tensor, Tensor]:
        """The distances to the nearest of the other kind, of the first 500 generated and reference samples `(P, m)`."""
        return to_nearest(self.measured[:, :FEW], self.measured_reference[:, :FEW])

    @cached_property
    def between_few(self) -> Tensor:
        """The distances of the first 500 generated to the first 500 reference samples `(P, m, m)`."""
        x, y = self.measured[:, :FEW], self.measured_reference[:, :FEW].expand(len(self.measured), -1, -1)
        return torch.cdist(x, y, compute_mode=EXACT)

    @cached_property
    def to_reference(self) -> Tensor:
        """The distances of all generated to all reference samples `(P, n, n)`."""
        x = self.measured
        return torch.cdist(x, self.measured_reference.expand(len(x), -1, -1), compute_mode=EXACT)

    @cached_property
    def within(self) -> Tensor:
        """The distances among generated samples `(P, n, n)`."""
        return torch.cdist(self.measured, self.measured, compute_mode=EXACT)

    @cached_property
    def within_reference(self) -> Tensor:
        """The distances among reference samples `(1, n, n)`."""
        return torch.cdist(self.measured_reference, self.measured_reference, compute_mode=EXACT)
