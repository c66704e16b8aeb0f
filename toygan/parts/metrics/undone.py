"""Metrics that tell faults apart: the distance that is left once a fault is undone, and the share of repeats."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.metrics.base import Metric
from toygan.parts.metrics.distances import lengths, to_nearest
from toygan.parts.metrics.inputs import FEW, MetricInputs
from toygan.parts.metrics.memo import cache_by_data

RINGS, TURNS = 12, 120  # cells by which the turn of samples is found
ODD = 0x9E3779B97F4A7C15  # 2^64 over the golden ratio
SAME = 1e-5  # of the data's spread, within which two samples are the same


def in_the_plane(e: MetricInputs) -> bool:
    """Tell if samples are points of the plane."""
    return e.data.dim == 2


def several_columns(e: MetricInputs) -> bool:
    """Tell if samples have several columns."""
    return e.data.dim > 1


def columns_without_modes(e: MetricInputs) -> bool:
    """Tell if samples have several columns, and not pixels, and the data has no modes."""
    return e.data.dim > 1 and e.data.picture is None and not len(e.data.modes)


def _differences(x: Tensor, y: Tensor) -> Tensor:
    return (x - y).abs().mean((-1, -2)).double()


def centred_w1(e: MetricInputs) -> Tensor:
    """Sliced distance that is left once samples are moved to the data's mean: small if they are only off centre."""
    ours, theirs = e.by_axis.projections
    return _differences(ours - ours.mean(-1, keepdim=True), theirs)


def scaled_w1(e: MetricInputs) -> Tensor:
    """Sliced distance that is left once samples are scaled to the data's spread: small if only their size is wrong."""
    ours, theirs = e.by_axis.projections
    centre = e.by_axis.convert(e.data.moments[0].to(e.samples))
    size = (e.by_axis.measured - centre).square().sum(-1).mean(-1).sqrt() / e.by_axis.spread
    return _differences(ours / size.clamp(min=1e-12)[:, None, None], theirs)


def matched_w1(e: MetricInputs) -> Tensor:
    """Sliced distance that is left once each column has the data's mean and spread: small if only these are wrong."""
    mean, spread = (x.to(e.samples) for x in e.data.moments)
    x = e.samples - e.samples.mean(1, keepdim=True)
    own = x.square().mean(1, keepdim=True).sqrt().clamp(min=1e-30)
    e = e.by_axis
    return _differences(e.project(mean + x / own * spread), e.projections[1])


def turned_distance(e: MetricInputs) -> Tensor:
    """The larger of `off-data` and `gaps` once samples are turned about the data's mean: small if only rotated."""
    e = e.by_axis
    centre = e.convert(e.data.moments[0].to(e.samples))
    angle = _find_turn(e, (e.measured - centre) / e.spread)
    cos, sin = angle.cos(), angle.sin()
    back = torch.stack([torch.stack([cos, sin], -1), torch.stack([-sin, cos], -1)], -1)
    return _two_ways((e.measured[:, :FEW] - centre) @ back + centre, e.measured_reference[:, :FEW]) / e.spread


def shuffled_distance(e: MetricInputs) -> Tensor:
    """The larger of `off-data` and `gaps` to true columns that are shuffled apart: small if no link is left (our own).

    It is scaled so that true columns which are shuffled apart score what true samples score.
    """
    e = e.by_axis
    shuffled = _shuffle(e.measured_reference[:, :FEW], torch.Generator().manual_seed(0))
    scale = _scale_of_shuffled(e.data, min(e.n, FEW), e.scales is not None)
    return scale * _two_ways(e.measured[:, :FEW], shuffled) / e.spread


def _two_ways(x: Tensor, y: Tensor) -> Tensor:
    there, back = to_nearest(x, y)
    return torch.maximum(there.double().mean(-1), back.double().mean(-1))


def _shuffle(x: Tensor, rng: torch.Generator) -> Tensor:
    """Shuffle each column of x `(P, n, dim)` by itself."""
    order = torch.rand(x.shape[1:], generator=rng).argsort(0).to(x.device)
    return x.gather(1, order.expand_as(x))


@cache_by_data
def _scale_of_shuffled(data: Distribution, n: int, per_axis: bool) -> float:
    """Compute how much closer to one another true samples are than true columns that are shuffled apart."""
    rng = torch.Generator().manual_seed(0)
    draws = [data.sample_apart] * 8 + [data.sample] * 8
    sets = MetricInputs(torch.stack([draw(n, rng) for draw in draws]), data, per_axis=per_axis).measured
    shuffled = torch.stack([_shuffle(x[None], rng)[0] for x in sets])
    true, apart = (float(_two_ways(x[:8], x[8:]).mean()) for x in (sets, shuffled))
    return true / apart if true and apart else 1.0


def _cells(x: Tensor, radii: Tensor) -> Tensor:
    """Find the cell, of rings times angles, of points x `(P, n, 2)` in the plane `(P, n)`."""
    angle = torch.atan2(x[..., 1], x[..., 0]) / (2 * math.pi) * TURNS
    return torch.bucketize(lengths(x).contiguous(), radii.to(x)) * TURNS + angle.round().long() % TURNS


@cache_by_data
def _polar(data: Distribution, per_axis: bool) -> tuple[Tensor, Tensor]:
    """Return the radii between rings, and the log density of turned data in all cells `(cells, turns)`."""
    e = MetricInputs(data.sample(2**15, torch.Generator().manual_seed(0))[None], data, per_axis=per_axis)
    x = (e.measured - e.convert(data.moments[0].to(e.samples))) / e.spread
    radii = torch.quantile(lengths(x)[0, :10_000], torch.linspace(0, 1, RINGS + 1)[1:-1])
    counts = torch.bincount(_cells(x, radii)[0], minlength=RINGS * TURNS).reshape(RINGS, TURNS).float()
    smooth = torch.stack([(3 - abs(by)) * counts.roll(by, 1) for by in (-2, -1, 0, 1, 2)]).sum(0) + 1.0
    density = (smooth / smooth.sum(1, keepdim=True)).log()
    return radii, torch.stack([density.roll(turn, 1).flatten() for turn in range(TURNS)], -1)


def _find_turn(e: MetricInputs, x: Tensor) -> Tensor:
    """Find the angle `(P,)` by which the data has to be turned so that samples x `(P, n, 2)` are likeliest."""
    radii, density = _polar(e.data, e.scales is not None)
    cells = _cells(x.nan_to_num(), radii)
    counts = torch.zeros(len(x), RINGS * TURNS).to(x).scatter_add_(1, cells, torch.ones_like(x[..., 0]))
    return (counts @ density.to(x)).argmax(-1).to(x) * (2 * math.pi / TURNS)


def repeats(e: MetricInputs) -> Tensor:
    """Share of samples that repeat another one, to 1e-5 of the data's spread (our own)."""
    e = e.by_axis
    cells = (e.measured.double() / (SAME * e.spread)).round().nan_to_num().clamp(-(2.0**62), 2.0**62).long()
    # Modulo 2^64, equal rows have equal keys, and others almost never: powers of an odd number have no small relation.
    weights = [(pow(ODD, i + 1, 2**64) + 2**63) % 2**64 - 2**63 for i in range(e.data.dim)]
    keys = (cells * torch.tensor(weights).to(cells)).sum(-1).sort(-1).values
    return (keys[:, 1:] == keys[:, :-1]).double().sum(-1) / e.n


SPREADS = "spreads of the data"
UNDONE_METRICS: dict[str, Metric] = {
    "centred-w1": Metric(centred_w1, SPREADS, "low"),
    "scaled-w1": Metric(scaled_w1, SPREADS, "low"),
    "matched-w1": Metric(matched_w1, SPREADS, "low", columns_without_modes),
    "turned-distance": Metric(turned_distance, SPREADS, "low", in_the_plane),
    "shuffled-distance": Metric(shuffled_distance, "", "", several_columns),
    "repeats": Metric(repeats, "share"),
}
