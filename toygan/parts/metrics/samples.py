"""Metrics of any samples: likelihood, transport and kernel distances, and what nearest neighbours tell."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.metrics.base import Metric
from toygan.parts.metrics.inputs import MetricInputs

WASSERSTEIN_LIMIT = 1000  # samples; the exact assignment takes n ** 3 operations
DIRECTIONS = 128  # of sliced W2


def always(e: MetricInputs) -> bool:
    """Any samples will do."""
    return True


def density_known(e: MetricInputs) -> bool:
    """Data whose exact density is known."""
    return bool(e.data.has_density)


def assignable(e: MetricInputs) -> bool:
    """No more samples than an exact assignment can take."""
    return e.n <= WASSERSTEIN_LIMIT


@cache
def mean_log_density(data: Distribution) -> float:
    """E log p under the data itself, in nats: minus its entropy, over 2^14 samples."""
    x = data.sample(2**14, torch.Generator().manual_seed(0))
    return float(data.log_prob(x.double()).mean())


def log_likelihood_gap(e: MetricInputs) -> Tensor:
    """Mean true log density of generated samples minus that of true ones: below 0 off the data, above 0 too sharp."""
    return e.data.log_prob(e.samples.double()).mean(-1) - mean_log_density(e.data)


def _assignment(cost: Tensor) -> Tensor:
    """The least mean cost of matching generated to reference samples one to one `(P,)`, by scipy's exact solver."""
    from scipy.optimize import linear_sum_assignment  # here: it takes longer to load than the whole package

    best = [float(c[linear_sum_assignment(c)].mean()) if np.isfinite(c).all() else math.nan for c in cost.cpu().numpy()]
    return torch.tensor(best, dtype=torch.float64)


def w1(e: MetricInputs) -> Tensor:
    """Exact Wasserstein-1 distance to as many true samples: the mean way that mass has to go."""
    return _assignment(e.to_reference)


def w2(e: MetricInputs) -> Tensor:
    """Exact Wasserstein-2 distance to as many true samples: the root mean square way that mass has to go."""
    return _assignment(e.to_reference**2).sqrt()


def sliced_w2(e: MetricInputs) -> Tensor:
    """Root mean square Wasserstein-2 distance of the projections on 128 fixed directions (Rabin et al. 2012)."""
    directions = torch.randn(e.data.dim, DIRECTIONS, generator=torch.Generator().manual_seed(0)).to(e.samples)
    directions = directions / directions.square().sum(0).sqrt()
    ours, theirs = (torch.sort(x @ directions, dim=1).values for x in (e.samples, e.reference))
    return (ours - theirs).square().mean((1, 2)).sqrt()


def _off_diagonal_mean(x: Tensor) -> Tensor:
    """Mean over pairs of two different samples `(P,)`: the U-statistic."""
    n = x.shape[-1]
    return (x.sum((-1, -2)) - x.diagonal(dim1=-2, dim2=-1).sum(-1)) / (n * (n - 1))


def energy_distance(e: MetricInputs) -> Tensor:
    """2 E|x-y| - E|x-x'| - E|y-y'| to as many true samples, unbiased, so that it may fall below 0 (Szekely 2003)."""
    across = e.to_reference.mean((-1, -2))
    return 2 * across - _off_diagonal_mean(e.within) - _off_diagonal_mean(e.within_reference)


def mmd(e: MetricInputs) -> Tensor:
    """Squared MMD, unbiased, Gaussian kernel as wide as the true samples' median distance (Gretton et al. 2012)."""
    width = e.within_reference.flatten().median()
    cross, ours, theirs = ((-(d**2) / (2 * width**2)).exp() for d in (e.to_reference, e.within, e.within_reference))
    return _off_diagonal_mean(ours) + _off_diagonal_mean(theirs) - 2 * cross.mean((-1, -2))


def _reach(distances: Tensor, k: int) -> Tensor:
    """Distance from each sample to its k-th neighbour, itself not counted `(P, n)`."""
    return distances.kthvalue(min(k + 1, distances.shape[-1]), dim=-1).values


def precision(e: MetricInputs) -> Tensor:
    """Share of generated samples inside the true samples' 3-neighbour balls (Kynkaanniemi et al. 2019)."""
    return (e.to_reference <= _reach(e.within_reference, 3)[:, None, :]).any(-1).double().mean(-1)


def recall(e: MetricInputs) -> Tensor:
    """Share of true samples inside the generated samples' 3-neighbour balls (Kynkaanniemi et al. 2019)."""
    return (e.to_reference <= _reach(e.within, 3)[:, :, None]).any(-2).double().mean(-1)


def density(e: MetricInputs) -> Tensor:
    """Mean number of true 5-neighbour balls that a generated sample is in, over 5 (Naeem et al. 2020)."""
    return (e.to_reference <= _reach(e.within_reference, 5)[:, None, :]).double().sum(-1).mean(-1) / 5


def coverage(e: MetricInputs) -> Tensor:
    """Share of true samples whose 5-neighbour ball holds a generated one (Naeem et al. 2020)."""
    return (e.to_reference.min(-2).values <= _reach(e.within_reference, 5)).double().mean(-1)


SAMPLE_METRICS: dict[str, Metric] = {
    "log-likelihood-gap": Metric(log_likelihood_gap, "nats", "", density_known, expensive=True),
    "sliced-w2": Metric(sliced_w2, "data units", "low", always, expensive=True),
    "w1": Metric(w1, "data units", "low", assignable, expensive=True),
    "w2": Metric(w2, "data units", "low", assignable, expensive=True),
    "energy-distance": Metric(energy_distance, "data units", "low", always, expensive=True),
    "mmd": Metric(mmd, "", "low", always, expensive=True),
    "precision": Metric(precision, "share", "high", always, expensive=True),
    "recall": Metric(recall, "share", "high", always, expensive=True),
    "density": Metric(density, "", "high", always, expensive=True),
    "coverage": Metric(coverage, "share", "high", always, expensive=True),
}
