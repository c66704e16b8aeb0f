"""Scores of a perfect generator: every metric of true samples, and its range over sets of samples."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.losses import LOSSES, LogitPair
from toygan.parts.menu import Itself
from toygan.parts.metrics import METRICS, Metric, default_metrics, measure
from toygan.parts.metrics.game import GAME_METRICS
from toygan.parts.metrics.inputs import Earlier, GameState, MetricInputs
from toygan.text import format_number

DRAWS = {False: (8, 16), True: (16, 1)}  # times sets of true samples behind a band; fewer if a metric is expensive
JUDGED = 128  # samples of each kind that D classifies, as in a snapshot
MANY = 2**16  # true samples behind the share of each mode
WITHIN = 1.645  # standard deviations, to both sides, that hold 90 % of normal numbers
FEW, STUDENT = (
    32,
    1.81,
)  # fewer sets get normal bounds: t_15 (0.95) sqrt(1 + 1/16) for one more score


class ReferenceBand(NamedTuple):
    """The mean score of true samples, and the range of 90 % of such sets."""

    low: float
    mean: float
    high: float

    def describe(self, digits: int = 3) -> str:
        """Return the range in words, or one number if both ends are written alike."""
        return " to ".join(dict.fromkeys(format_number(end, digits) for end in (self.low, self.high)))


def _perfect(samples: Tensor, data: Distribution, rng: torch.Generator) -> MetricInputs:
    """Build games at equilibrium: generated samples `(P, n, dim)` are true, all logits and gradients are 0.

    Each set of samples is compared with true samples of its own, since one fixed set may be an outlier.
    """
    fake = samples[:, :JUDGED]
    real = data.sample(fake[..., 0].numel(), rng).reshape(fake.shape)
    undecided = torch.zeros(fake.shape[:2])
    nothing, still = undecided[:, 0], undecided[:, :1]
    loss = LOSSES["non-saturating"]
    nowhere = (still, still)
    game = GameState(
        loss=loss,
        x_real=real,
        x_fake=fake,
        logits=LogitPair(undecided, undecided),
        weight_g=nothing,
        losses=(nothing, nothing),
        rates=(nothing, nothing),
        on_training=None if data.training_set is None else lambda: undecided,
        slopes=lambda: nowhere,
        ahead=lambda: nowhere,
    )
    fresh = torch.stack([data.sample(samples.shape[1], rng) for _ in samples])
    return MetricInputs(samples, data, game, Earlier(samples, iterations=1), compared_with=fresh)


def _as_key(data: str | Distribution) -> Distribution | Itself:
    """Return the data that a spec names, or the given data, as a key of a cache: other rows of a file are others."""
    found = DISTRIBUTIONS.make(data) if isinstance(data, str) else data
    try:
        hash(found)
    except TypeError:
        return Itself(found)
    return found


def _from_key(key: Distribution | Itself) -> Any:
    return key.part if isinstance(key, Itself) else key


@lru_cache(maxsize=256)
def _bands(
    key: Distribution | Itself, n: int, rows: tuple[tuple[str, Metric], ...], times: int, sets: int
) -> dict[str, ReferenceBand]:
    """Compute the bands of the rows; these are a key of the cache, since a user may change them."""
    names = [name for name, _ in rows]
    distribution: Distribution = _from_key(key)
    rng = torch.Generator().manual_seed(1)
    draws = (torch.stack([distribution.sample_apart(n, rng) for _ in range(sets)]) for _ in range(times))
    found = [measure(_perfect(samples, distribution, rng), names) for samples in draws]
    scores = {name: np.concatenate([row[name] for row in found]) for name in found[0]}
    return {name: _band(x) for name, x in scores.items() if np.isfinite(x).all()}


def _band(scores: np.ndarray) -> ReferenceBand:
    """Compute the range of 90 % of scores: quantiles, or normal bounds if there are few."""
    mean, few = float(scores.mean()), len(scores) < FEW
    reach = STUDENT * float(scores.std(ddof=1)) if few else 0.0
    low, high = (mean - reach, mean + reach) if few else np.quantile(scores, (0.05, 0.95))
    return ReferenceBand(float(low), mean, float(high))


def reference_band(metric: str, data: str | Distribution, n: int) -> ReferenceBand | None:
    """Return the scores of n true samples: the floor of a distance, the ceiling of a share; None if there are none.

    The `data` is a spec, or the distribution itself, such as that of a run: its file may have changed since.
    A metric of the game has a band only if it has a better direction; losses and gradients depend on the recipe. Bands
    are computed once per distribution and n. Raises ValueError for an unknown metric or distribution.
    """
    row = METRICS.make(metric)
    if metric in GAME_METRICS and not row.better:
        return None
    names = [metric] if row.expensive else default_metrics()
    rows = tuple((name, METRICS[name]) for name in names)
    return _bands(_as_key(data), n, rows, *DRAWS[row.expensive]).get(metric)


def reference_shares(data: str | Distribution, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return low, mean and high share of each mode `(K,)` among n true samples, for 90 % of such sets (normal bounds).

    Gaussian modes may overlap; the same points are used around each, so that equal modes get equal shares.
    """
    return _shares(_as_key(data), n)


@lru_cache(maxsize=256)
def _shares(key: Distribution | Itself, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    d: Distribution = _from_key(key)
    around = torch.randn(MANY // len(d.modes), d.dim, generator=torch.Generator().manual_seed(1))
    of_mode = [MetricInputs(x[None], d).shares[0] for x in d.around_modes(around)]
    share = (d.weights @ torch.stack(of_mode)).double().numpy()
    spread = WITHIN * np.sqrt(share * (1 - share) / n)
    return (share - spread).clip(0), share, share + spread
