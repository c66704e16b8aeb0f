"""What a perfect generator scores: every metric of true samples, with the spread that their number leaves."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.losses import LOSSES, LogitPair
from toygan.parts.metrics import METRICS, default_metrics, measure
from toygan.parts.metrics.game import GAME_METRICS
from toygan.parts.metrics.inputs import Earlier, GameState, MetricInputs

DRAWS = {False: (4, 16), True: (16, 1)}  # times sets of true samples behind a band; fewer where a metric is expensive
JUDGED = 128  # samples of each kind that D is asked about, as in a snapshot
MANY = 2**16  # true samples behind the share of each mode
WITHIN = 1.645  # standard deviations, to both sides, that hold 90 % of normal numbers


class Band(NamedTuple):
    """The mean score of true samples, and the range that 90 % of such sets fall in: "low to high" in a text."""

    low: float
    mean: float
    high: float

    def __format__(self, spec: str) -> str:
        return " to ".join(dict.fromkeys(format(end, spec) for end in (self.low, self.high)))


def _arrived(samples: Tensor, data: Distribution, rng: torch.Generator) -> MetricInputs:
    """Games that have arrived: generated samples `(P, n, dim)` are true, D cannot tell them, and nothing moves."""
    fake = samples[:, :JUDGED]
    real = data.sample(fake[..., 0].numel(), rng).reshape(fake.shape)
    undecided = torch.zeros(fake.shape[:2])
    nothing, still = undecided[:, 0], undecided[:, :1]
    loss = LOSSES["non-saturating"]
    nowhere = (still, still)
    game = GameState(
        loss, real, fake, LogitPair(undecided, undecided), nothing, (nothing, nothing), nowhere, lambda: nowhere
    )
    return MetricInputs(samples, data, game, Earlier(samples, iterations=1))


@cache
def _bands(data: str, n: int, names: tuple[str, ...], times: int, sets: int) -> dict[str, Band]:
    distribution = DISTRIBUTIONS.make(data)
    rng = torch.Generator().manual_seed(1)
    draws = (torch.stack([distribution.sample(n, rng) for _ in range(sets)]) for _ in range(times))
    rows = [measure(_arrived(samples, distribution, rng), names) for samples in draws]
    scores = {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
    return {
        name: Band(float(np.quantile(x, 0.05)), float(x.mean()), float(np.quantile(x, 0.95)))
        for name, x in scores.items()
        if np.isfinite(x).all()
    }


def reference_band(metric: str, data: str, n: int) -> Band | None:
    """What n true samples score: the floor of a distance, the ceiling of a share; None where the metric has no meaning.

    A metric of the game has one only where a way is better: what losses and gradients are depends on the recipe.
    Computed once per distribution and n. Raises ValueError for an unknown metric or distribution.
    """
    row = METRICS.make(metric)
    if metric in GAME_METRICS and not row.better:
        return None
    return _bands(data, n, (metric,) if row.expensive else tuple(default_metrics()), *DRAWS[row.expensive]).get(metric)


@cache
def reference_shares(data: str, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Low, mean and high share of each mode `(K,)` among n true samples, for 90 % of such sets (normal bounds).

    For round Gaussian modes, which may overlap; the same points around each, so that equal modes get equal shares.
    """
    d = DISTRIBUTIONS.make(data)
    around = torch.randn(MANY // len(d.modes), d.dim, generator=torch.Generator().manual_seed(1))
    of_mode = [MetricInputs((m + s * around)[None], d).shares[0] for m, s in zip(d.modes, d.sigmas, strict=True)]
    share = (d.weights @ torch.stack(of_mode)).double().numpy()
    spread = WITHIN * np.sqrt(share * (1 - share) / n)
    return (share - spread).clip(0), share, share + spread
