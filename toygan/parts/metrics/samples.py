"""Metrics of any samples: likelihood, transport and kernel distances, and nearest neighbours."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from toygan.parts.distributions.base import EXACT, Distribution
from toygan.parts.metrics.base import DATA_UNITS, Metric
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.statistics import Balls, energy, gaussian_kernel, least_cost, mean_of_pairs, squared_mmd

WASSERSTEIN_LIMIT = 1000  # samples; the exact assignment takes n ** 3 operations
DIRECTIONS, FEW_DIRECTIONS = 128, 16  # fixed directions along which samples are sorted; few while a run plays
CHUNK = 2**20  # distances a member at a time


def density_known(e: MetricInputs) -> bool:
    """Tell if the exact density of the data is known."""
    return bool(e.data.has_density)


def assignable(e: MetricInputs) -> bool:
    """Tell if an exact assignment of the samples is affordable."""
    return e.n <= WASSERSTEIN_LIMIT


@lru_cache(maxsize=256)
def mean_log_density(data: Distribution) -> float:
    """Estimate E log p under the data itself, in nats (minus its entropy), over 2^14 samples."""
    x = data.sample(2**14, torch.Generator().manual_seed(0))
    return float(data.log_prob(x.double()).mean())


def log_likelihood_gap(e: MetricInputs) -> Tensor:
    """Mean true log density of generated minus that of true samples; below 0 off the data, above 0 too sharp."""
    return e.data.log_prob(e.samples.double()).mean(-1) - mean_log_density(e.data)


def w1(e: MetricInputs) -> Tensor:
    """Exact Wasserstein-1 distance to equally many true samples: the mean distance that mass has to move."""
    return least_cost(e.to_reference)


def w2(e: MetricInputs) -> Tensor:
    """Exact Wasserstein-2 distance to equally many true samples: the root mean square distance that mass moves."""
    return least_cost(e.to_reference**2).sqrt()


def sliced_w2(e: MetricInputs) -> Tensor:
    """Root mean square Wasserstein-2 distance of projections on 128 even directions (Rabin et al. 2012)."""
    return e.sorted_differences(DIRECTIONS).square().mean((1, 2)).sqrt()


def sliced_w1(e: MetricInputs) -> Tensor:
    """Mean Wasserstein-1 distance of projections on 16 even directions; exact on a line (Bonneel et al. 2015)."""
    return e.sorted_differences(FEW_DIRECTIONS).abs().mean((1, 2))


def spread_of(data: Distribution, per_axis: bool = False) -> float:
    """Compute the data's root mean square distance from its mean, in units of distances; 1 if all data is one point."""
    return MetricInputs(torch.empty(1, 1, data.dim), data, per_axis=per_axis).spread


def mean_offset(e: MetricInputs) -> Tensor:
    """Distance of the samples' mean from the data's true mean, in units of the data's spread."""
    away = e.samples.double().mean(1) - e.data.moments[0].to(e.samples.device)
    return (away if e.scales is None else away / e.scales.to(away)).square().sum(-1).sqrt() / e.spread


def spread_ratio(e: MetricInputs) -> Tensor:
    """Root mean square distance of the samples from their mean, over that of the data; below 1 is too narrow."""
    x = e.measured.double()
    return (x - x.mean(1, keepdim=True)).square().sum(-1).mean(-1).sqrt() / e.spread


def off_data(e: MetricInputs) -> Tensor:
    """Mean distance from generated samples to the nearest of 500 true ones, in spreads of the data (our own)."""
    return e.nearest_few[0].double().mean(-1) / e.spread


def gaps(e: MetricInputs) -> Tensor:
    """Mean distance from true samples to the nearest of 500 generated ones, in spreads; large if parts are missing."""
    return e.nearest_few[1].double().mean(-1) / e.spread


def drift(e: MetricInputs) -> Tensor:
    """Sliced distance of the samples from those of the last snapshot, in spreads of the data / 100 iterations."""
    if e.earlier is None:
        return torch.full((len(e.samples),), math.nan)
    then = MetricInputs(e.samples, e.data, compared_with=e.earlier.samples.to(e.samples), per_axis=e.per_axis)
    return sliced_w1(then).double() / e.spread * 100 / max(e.earlier.iterations, 1)


def mean_of_samples(e: MetricInputs) -> Tensor:
    """The samples' mean, for data on a line."""
    return e.samples.double().mean((1, 2))


def spread_of_samples(e: MetricInputs) -> Tensor:
    """The samples' standard deviation, for data on a line."""
    return e.samples.double().std((1, 2), correction=0)


def nearest_training(e: MetricInputs) -> Tensor:
    """Mean distance to the nearest training point, over that of true samples; near 0 if the training set is copied."""
    pool = e.data.training_set
    assert pool is not None
    ours, theirs = (_mean_to_nearest(x, e.convert(pool.to(x))) for x in (e.measured, e.measured_reference))
    return ours / theirs


def _mean_to_nearest(x: Tensor, pool: Tensor) -> Tensor:
    """Compute the mean distance of each member's samples to the nearest point of a pool `(m, dim)`, as `(P,)`."""
    step = max(1, CHUNK // len(pool))
    parts = (x[:, i : i + step] for i in range(0, x.shape[1], step))
    near = [torch.cdist(part, pool.expand(len(x), -1, -1), compute_mode=EXACT).min(-1).values for part in parts]
    return torch.cat(near, dim=1).mean(-1)


def energy_distance(e: MetricInputs) -> Tensor:
    """2 E|x-y| - E|x-x'| - E|y-y'| to equally many true samples; unbiased, so it may be below 0 (Szekely 2003)."""
    return energy(e)


def mmd(e: MetricInputs) -> Tensor:
    """Squared MMD, unbiased; the Gaussian kernel's width is the true median distance (Gretton et al. 2012).

    If half of the true pairs coincide, the width is the median of the others; 1 if all coincide.
    """
    distances = e.within_reference.flatten(1)
    apart = distances.masked_fill(distances == 0, math.nan).nanmedian(-1).values.nan_to_num(1.0)
    width = torch.where((median := distances.median(-1).values) > 0, median, apart)[:, None, None]
    return squared_mmd(*gaussian_kernel(e, width), mean_of_pairs)


def scattered(e: MetricInputs) -> bool:
    """Tell if no two samples of the data are the same point."""
    return not e.data.atoms


def trained_on_few(e: MetricInputs) -> bool:
    """Tell if runs are trained on finitely many points."""
    return e.data.training_set is not None and not e.data.atoms


def on_a_line(e: MetricInputs) -> bool:
    """Tell if the data is on a line."""
    return e.data.dim == 1


def precision(e: MetricInputs) -> Tensor:
    """Share of generated samples inside the true samples' 3-neighbour balls (Kynkaanniemi et al. 2019).

    Here and in the next three, samples that repeat are one neighbour.
    """
    return Balls(3, different=True).precision(e)


def recall(e: MetricInputs) -> Tensor:
    """Share of true samples inside the generated samples' 3-neighbour balls (Kynkaanniemi et al. 2019)."""
    return Balls(3, different=True).recall(e)


def density(e: MetricInputs) -> Tensor:
    """Mean number of true 5-neighbour balls around a generated sample, over 5 (Naeem et al. 2020)."""
    return Balls(5, different=True).density(e)


def coverage(e: MetricInputs) -> Tensor:
    """Share of true samples with a generated one in their 5-neighbour ball (Naeem et al. 2020).

    As many different samples of both kinds are compared, so a generator that repeats itself scores alike for any n.
    """
    return Balls(5, different=True).coverage(e)


SAMPLE_METRICS: dict[str, Metric] = {
    "log-likelihood-gap": Metric(log_likelihood_gap, "nats", "", density_known, expensive=True),
    "sliced-w2": Metric(sliced_w2, DATA_UNITS, "low", expensive=True),
    "w1": Metric(w1, DATA_UNITS, "low", assignable, expensive=True),
    "w2": Metric(w2, DATA_UNITS, "low", assignable, expensive=True),
    "energy-distance": Metric(energy_distance, DATA_UNITS, "low", expensive=True),
    "mmd": Metric(mmd, "", "low", expensive=True),
    "precision": Metric(precision, "share", "high", expensive=True),
    "recall": Metric(recall, "share", "high", expensive=True),
    "density": Metric(density, "", "high", scattered, expensive=True),
    "coverage": Metric(coverage, "share", "high", expensive=True),
    "sliced-w1": Metric(sliced_w1, DATA_UNITS, "low"),
    "mean-offset": Metric(mean_offset, "spreads of the data", "low"),
    "spread-ratio": Metric(spread_ratio),
    "off-data": Metric(off_data, "spreads of the data", "low"),
    "gaps": Metric(gaps, "spreads of the data", "low"),
    "drift": Metric(drift, "spreads of the data / 100 iterations"),
    "mean": Metric(mean_of_samples, DATA_UNITS, "", on_a_line),
    "spread": Metric(spread_of_samples, DATA_UNITS, "", on_a_line),
    "nearest-training": Metric(nearest_training, "", "", trained_on_few, expensive=True),
}
