"""Metrics of modes: their coverage, quality and shares, and the mass that moves between them."""

from __future__ import annotations

import math
from functools import lru_cache

import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.metrics.base import Metric
from toygan.parts.metrics.inputs import MetricInputs


def modes(e: MetricInputs) -> bool:
    """Tell if the data has modes of some width."""
    return e.data.has_modes


def modes_covered(e: MetricInputs) -> Tensor:
    """Modes with at least one high-quality sample nearest to them (Lin et al. 2018, PacGAN)."""
    return (e.counts > 0).sum(-1)


def modes_covered_strict(e: MetricInputs) -> Tensor:
    """Modes with at least 1 % of all samples, high-quality ones only (our own; stricter than `modes-covered`)."""
    return (e.shares >= 0.01).sum(-1)


def high_quality(e: MetricInputs) -> Tensor:
    """Share of samples within 3 sigmas of a mode (Srivastava et al. 2017, VEEGAN; Lin et al. 2018, PacGAN)."""
    return e.good.double().mean(-1)


def effective_modes(e: MetricInputs) -> Tensor:
    """exp(entropy) of the high-quality samples' mode shares: K if they are equal, 1 if one mode has all."""
    return (-torch.xlogy(e.mixture, e.mixture).sum(-1)).exp()


def reverse_kl(e: MetricInputs) -> Tensor:
    """KL(generated || true) over modes, high-quality samples only; log(K / m) for m of K equal modes (PacGAN)."""
    return torch.xlogy(e.mixture, e.mixture / e.data.weights.to(e.samples)).sum(-1)


def forward_kl(e: MetricInputs) -> Tensor:
    """KL(true || generated) over modes; half a sample is added to each mode, so it is finite if one is missing."""
    weights, smoothed = e.data.weights.to(e.samples), e.counts + 0.5
    divergence = torch.xlogy(weights, weights / (smoothed / smoothed.sum(-1, keepdim=True))).sum(-1)
    return torch.where(e.counts.sum(-1) > 0, divergence, math.nan)


def js(e: MetricInputs) -> Tensor:
    """Jensen-Shannon divergence between generated and true mode shares, at most log 2."""
    q, w = e.mixture, e.data.weights.to(e.samples)
    middle = (q + w) / 2
    return (torch.xlogy(q, q / middle) + torch.xlogy(w, w / middle)).sum(-1) / 2


def total_variation(e: MetricInputs) -> Tensor:
    """Total variation between generated and true mode shares, with low-quality samples as one more bin."""
    off = (e.shares - e.data.weights.to(e.samples)).abs().sum(-1)
    return (off + 1 - e.shares.sum(-1)) / 2


def effective_places(e: MetricInputs) -> Tensor:
    """exp(entropy) of the shares of samples nearest to each mode, of any quality: the number of places with mass."""
    return (-torch.xlogy(e.places, e.places).sum(-1)).exp()


def modes_missing(e: MetricInputs) -> Tensor:
    """Modes with less than a tenth of their true share of the samples, of any quality (our own)."""
    return (e.places < e.data.weights.to(e.samples) / 10).sum(-1)


def share_error(e: MetricInputs) -> Tensor:
    """Total variation between the true mode shares and those of the nearest samples, of any quality."""
    return (e.places - e.data.weights.to(e.samples)).abs().sum(-1) / 2


def several(e: MetricInputs) -> bool:
    """Tell if the data has more than one mode."""
    return e.data.has_modes and len(e.data.modes) > 1


def bridges(e: MetricInputs) -> Tensor:
    """Share of low-quality samples between two modes: the way over them is at most a tenth longer than straight.

    The ways are those from the nearest mode to its nine nearest modes. A generator is continuous and its noise
    connected, so some samples lie between modes (Tanielian et al. 2020).
    """
    return (e.between_modes & ~e.good).double().mean(-1)


def tails(e: MetricInputs) -> Tensor:
    """Share of low-quality samples that are not between two modes: those that lie too far out."""
    stray = ~e.good & ~e.between_modes if several(e) else ~e.good
    return stray.double().mean(-1)


def within_ratio(e: MetricInputs) -> Tensor:
    """Median distance of samples to the mean of their mode's samples, over that of true samples; below 1 is too narrow.

    Distances are in each mode's standard deviations. The median keeps stray samples from widening a mode.
    """
    in_sigmas = e.from_means / e.data.sigmas.to(e.samples).double()[e.nearest[0]]
    return in_sigmas.median(-1).values / _median_within(e.data)


@lru_cache(maxsize=256)
def _median_within(data: Distribution) -> float:
    """Compute the same of 2^14 true samples; 1 if the data does not spread within a mode."""
    x = data.sample(2**14, torch.Generator().manual_seed(0))
    e = MetricInputs(x[None], data)
    return float((e.from_means / data.sigmas.double()[e.nearest[0]]).median()) or 1.0


def mode_hopping(e: MetricInputs) -> Tensor:
    """Mass that moved to another mode since the last snapshot, per 100 iterations: half the change of shares."""
    if e.earlier is None:
        return torch.full((len(e.samples),), math.nan)
    then = MetricInputs(e.earlier.samples.to(e.samples), e.data).places
    moved = (e.places - then).abs().sum(-1) / 2
    return moved * 100 / max(e.earlier.iterations, 1)


MODE_METRICS: dict[str, Metric] = {
    "modes-covered": Metric(modes_covered, "modes", "high", modes),
    "modes-covered-strict": Metric(modes_covered_strict, "modes", "high", modes),
    "high-quality": Metric(high_quality, "share", "high", modes),
    "effective-modes": Metric(effective_modes, "modes", "high", modes),
    "reverse-kl": Metric(reverse_kl, "nats", "low", modes),
    "forward-kl": Metric(forward_kl, "nats", "low", modes),
    "js": Metric(js, "nats", "low", modes),
    "total-variation": Metric(total_variation, "share", "low", modes),
    "effective-places": Metric(effective_places, "modes", "high", modes),
    "modes-missing": Metric(modes_missing, "modes", "low", modes),
    "share-error": Metric(share_error, "share", "low", modes),
    "bridges": Metric(bridges, "share", "low", several),
    "tails": Metric(tails, "share", "low", modes),
    "within-ratio": Metric(within_ratio, "", "", modes),
    "mode-hopping": Metric(mode_hopping, "share / 100 iterations", "low", modes),
}
