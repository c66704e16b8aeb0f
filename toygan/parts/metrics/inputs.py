"""What metrics look at: generated samples, the true distribution, and of a game D's logits and both gradients."""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.parts.distributions.base import EXACT
from toygan.parts.losses import LogitPair, Loss

FEW = 500  # samples whose distances a playing run can afford
QUALITY = 3.0  # a sample within this many sigmas of its nearest mode is of high quality (VEEGAN, PacGAN)
BRIDGED, DETOUR = 9, 1.1  # modes to which a bridge may lead, and how much longer than straight the way over it may be


def _sort(x: Tensor) -> Tensor:
    """x `(..., n)` in rising order; on the CPU by numpy, which is ten times as fast."""
    return torch.from_numpy(np.sort(x.numpy())) if x.device.type == "cpu" else torch.sort(x).values


@cache
def directions(dim: int, count: int) -> Tensor:
    """So many fixed directions `(dim, count)`; on a line there is only one."""
    if dim == 1:
        return torch.ones(1, 1)
    ways = torch.randn(dim, count, generator=torch.Generator().manual_seed(0))
    return ways / ways.square().sum(0).sqrt()


@cache
def _next_modes(data: Distribution) -> tuple[Tensor, Tensor]:
    """For every mode the distances to the nearest other ones, and which they are, both `(K, b)`."""
    apart = torch.cdist(data.modes, data.modes, compute_mode=EXACT).fill_diagonal_(math.inf)
    near = apart.topk(min(BRIDGED, len(data.modes) - 1), largest=False)
    return near.values, near.indices


@dataclass(frozen=True)
class GameState:
    """The two players at one moment, on one batch: D's inputs `(P, n, dim)` and its logits there `(P, n)`."""

    loss: Loss
    x_real: Tensor
    x_fake: Tensor
    logits: LogitPair
    weight_g: Tensor  # mean size of dL_G / d logit over generated samples (P,)
    losses: tuple[Tensor, Tensor]  # G's and D's, each (P,)
    gradients: tuple[Tensor, Tensor]  # G's (P, n_g) and D's (P, n_d)
    rates: tuple[Tensor, Tensor]  # G's and D's learning rate, each (P,)
    on_training: Callable[[], Tensor] | None  # D's logits on points of the training set (P, n), where there is one
    ahead: Callable[[], tuple[Tensor, Tensor]]  # works out `next_gradients`, for those who ask

    @cached_property
    def next_gradients(self) -> tuple[Tensor, Tensor]:
        """G's and D's gradient at the parameters that the next step would reach, on the same batch."""
        return self.ahead()


@dataclass(frozen=True)
class Earlier:
    """Where the samples were earlier `(P, n, dim)`, and how many iterations ago."""

    samples: Tensor
    iterations: int


@dataclass
class MetricInputs:
    """Generated samples `(P, n, dim)` beside the true distribution, with what several metrics need computed once."""

    samples: Tensor
    data: Distribution
    game: GameState | None = None
    earlier: Earlier | None = None
    compared_with: Tensor | None = None  # as many true samples of each member's own (P, n, dim), in place of the usual

    @property
    def n(self) -> int:
        """Samples per member."""
        return self.samples.shape[1]

    @cached_property
    def finite(self) -> Tensor:
        """Members whose samples are all finite `(P,)`."""
        return torch.isfinite(self.samples).all(-1).all(-1)

    @cached_property
    def nearest(self) -> tuple[Tensor, Tensor]:
        """Index of each sample's nearest mode `(P, n)`, and the distance to it in that mode's sigmas `(P, n)`."""
        return self.data.nearest_mode(self.samples)

    @cached_property
    def good(self) -> Tensor:
        """Which samples are of high quality `(P, n)`."""
        return self.nearest[1] <= QUALITY

    @cached_property
    def between_modes(self) -> Tensor:
        """Which samples lie between their nearest mode and one of the next nine `(P, n)`, where there are several."""
        index, modes = self.nearest[0], self.data.modes.to(self.samples)
        gaps, others = (x.to(self.samples.device) for x in _next_modes(self.data))
        distance = torch.cdist(self.samples, modes.expand(len(self.samples), -1, -1), compute_mode=EXACT)
        way = distance.gather(-1, index.unsqueeze(-1)) + distance.gather(-1, others[index])
        between: Tensor = (way <= DETOUR * gaps[index]).any(-1)
        return between

    @cached_property
    def counts(self) -> Tensor:
        """High-quality samples of each mode `(P, K)`."""
        modes = torch.zeros(len(self.samples), len(self.data.modes)).to(self.samples)
        if not modes.shape[1]:
            return modes
        return modes.scatter_add(1, self.nearest[0], self.good.to(self.samples))

    @cached_property
    def shares(self) -> Tensor:
        """Share of all samples that are high-quality samples of each mode `(P, K)`; sums to the high-quality share."""
        return self.counts / self.n

    @cached_property
    def places(self) -> Tensor:
        """Share of all samples, good or not, that are nearest to each mode `(P, K)`; sums to 1."""
        one = torch.full_like(self.nearest[1], 1 / self.n)
        return torch.zeros_like(self.counts).scatter_add(1, self.nearest[0], one)

    @cached_property
    def mixture(self) -> Tensor:
        """Share of the high-quality samples that each mode has `(P, K)`; sums to 1, NaN where there is none."""
        return self.counts / self.counts.sum(-1, keepdim=True)

    @cached_property
    def reference(self) -> Tensor:
        """As many true samples `(1, n, dim)`, the same for every member and every call with this n, unless given."""
        if self.compared_with is not None:
            return self.compared_with
        rng = torch.Generator().manual_seed(zlib.crc32(f"reference {self.data!r} {self.n}".encode()))
        return self.data.sample(self.n, rng).to(self.samples)[None]

    @cached_property
    def from_means(self) -> Tensor:
        """Distance of each sample to the mean of those that are nearest to the same mode `(P, n)`.

        Where there are no modes, all samples are one group.
        """
        x = self.samples.double()
        which = self.nearest[0] if len(self.data.modes) else torch.zeros_like(x[..., 0], dtype=torch.long)
        count = torch.zeros(len(x), max(1, len(self.data.modes)), dtype=x.dtype, device=x.device)
        count.scatter_add_(1, which, torch.ones_like(x[..., 0]))
        index = which.unsqueeze(-1).expand_as(x)
        sums = torch.zeros(*count.shape, x.shape[-1], dtype=x.dtype, device=x.device).scatter_add(1, index, x)
        means = sums / count.clamp(min=1).unsqueeze(-1)
        away: Tensor = (x - means.gather(1, index)).norm(dim=-1)
        return away

    def sorted_differences(self, count: int) -> Tensor:
        """Generated minus reference samples, both sorted along each of `count` fixed directions, `(P, count, n)`."""
        ways = directions(self.data.dim, count).to(self.samples)
        ours, theirs = (_sort((x @ ways).mT) for x in (self.samples, self.reference))
        return ours - theirs

    @cached_property
    def between_few(self) -> Tensor:
        """Distances of the first 500 generated to the first 500 reference samples `(P, m, m)`."""
        x, y = self.samples[:, :FEW], self.reference[:, :FEW].expand(len(self.samples), -1, -1)
        return torch.cdist(x, y, compute_mode=EXACT)

    @cached_property
    def to_reference(self) -> Tensor:
        """Distance of every generated to every reference sample `(P, n, n)`."""
        return torch.cdist(self.samples, self.reference.expand_as(self.samples), compute_mode=EXACT)

    @cached_property
    def within(self) -> Tensor:
        """Distances among generated samples `(P, n, n)`."""
        return torch.cdist(self.samples, self.samples, compute_mode=EXACT)

    @cached_property
    def within_reference(self) -> Tensor:
        """Distances among reference samples `(1, n, n)`."""
        return torch.cdist(self.reference, self.reference, compute_mode=EXACT)
