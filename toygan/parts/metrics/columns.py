"""Metrics of columns one by one, of the link between them, and of data with columns of different size."""

from __future__ import annotations

import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.metrics.base import AXIS_UNITS, DATA_UNITS, Metric
from toygan.parts.metrics.inputs import FEW, MetricInputs
from toygan.parts.metrics.memo import cache_by_data
from toygan.parts.metrics.samples import SAMPLE_METRICS, off_data

SETS = 8  # of true samples behind the distances of linked and of unlinked columns
CLEAR = 5.0  # standard deviations between these distances, from which on columns count as linked
THINNEST = 0.03  # spread of an own axis over that of the longest one, below which it is left out
MANY = 2**16  # true samples behind the own axes
STANDARDISED = "standardised-"  # before the name of a metric that is taken per standardised axis


def read_as(metric: str, data: Distribution) -> str:
    """Return the metric that is read instead: the standardised one, if there is one and columns differ in size."""
    twin = STANDARDISED + metric
    return twin if data.uneven and twin in COLUMN_METRICS else metric


def several_columns(e: MetricInputs) -> bool:
    """Tell if samples have columns, and not pixels."""
    return e.data.dim > 1 and e.data.picture is None


def uneven(e: MetricInputs) -> bool:
    """Tell if the columns differ in size by more than 1.5 times, and distances are in the data's own units."""
    return e.data.uneven


def has_width(e: MetricInputs) -> bool:
    """Tell if samples have columns, and not pixels, and are not all one point."""
    return several_columns(e) and bool(e.data.varies.any())


def linked(e: MetricInputs) -> bool:
    """Tell if the data has no modes, and shuffling its columns apart would move its points off the data."""
    if not several_columns(e) or len(e.data.modes):
        return False
    true, shuffled, noise = _distances_if_shuffled(e.data, min(e.n, FEW))
    return shuffled - true > CLEAR * noise


def many_columns(e: MetricInputs) -> bool:
    """Tell if samples have three columns or more, and not pixels, and the data has neither modes nor categories."""
    return several_columns(e) and e.data.dim > 2 and not len(e.data.modes) and e.data.layout is None


def _distances(e: MetricInputs) -> Tensor:
    """Compute the Wasserstein-1 distance of each column in its own spreads `(P, dim)`."""
    return e.of_columns.double().abs().mean(-1)


def _of_worst(e: MetricInputs, values: Tensor) -> Tensor:
    """Choose, from values `(P, dim)`, those of the column that differs most from the data's `(P,)`."""
    return values.gather(1, _distances(e).nan_to_num().argmax(-1, keepdim=True))[:, 0]


def worst_column(e: MetricInputs) -> Tensor:
    """The number of the column that differs most from the data's, counted from 1: that of `column-w1`."""
    return _distances(e).nan_to_num().argmax(-1).double() + 1


def column_w1(e: MetricInputs) -> Tensor:
    """Wasserstein-1 distance of the column that differs most from the data's, in spreads of that column."""
    return _distances(e).amax(-1)


def column_offset(e: MetricInputs) -> Tensor:
    """Mean of the column that differs most, minus that of the data's column, in spreads of that column."""
    mean, scale = (x.to(e.samples.device) for x in (e.data.moments[0], e.data.scales))
    return _of_worst(e, (e.samples.double().mean(1) - mean) / scale)


def column_spread(e: MetricInputs) -> Tensor:
    """Standard deviation of the column that differs most, over that of the data's column; below 1 is too narrow."""
    return _of_worst(e, e.samples.double().std(1, correction=0) / e.data.scales.to(e.samples.device))


def categories(e: MetricInputs) -> bool:
    """Tell if the data is a table with categories."""
    return e.data.layout is not None


def level_error(e: MetricInputs) -> Tensor:
    """Total variation between true and generated shares of the levels, of the category that differs most (our own).

    The level of a sample is that of its largest number.
    """
    layout = e.data.layout
    assert layout is not None
    true = e.data.moments[0].to(e.samples.device)
    found = []
    for (_, levels), span in zip(layout.columns, layout.spans, strict=True):
        if levels:
            chosen = torch.nn.functional.one_hot(e.samples[..., span].nan_to_num().argmax(-1), len(levels))
            found.append((chosen.double().mean(1) - true[span]).abs().sum(-1) / 2)
    return torch.stack(found).amax(0)


def link_error(e: MetricInputs) -> Tensor:
    """Share of the link between columns that is lost: 0 as in true samples, 1 as if each column was shuffled (our own).

    It is `off-data`, per standardised axis if the columns differ in size, between its values for both.
    """
    true, shuffled, _ = _distances_if_shuffled(e.data, min(e.n, FEW))
    return (off_data(e.by_axis) - true) / (shuffled - true)


def link_distance(e: MetricInputs) -> Tensor:
    """Difference of the link between two columns from that in the data, of the pair that differs most (our own).

    A link is the 9 covariances of the first 3 Legendre polynomials of the ranks in both columns: 0 if there is none.
    The difference is the length of that of all 9. Each number counts as the nearest one of true samples: so noise about
    numbers that repeat, such as 0 and 1, is no link, and a column that is constant in the data has none.
    """
    return _differences_of_links(e).amax((1, 2))


def worst_link(e: MetricInputs) -> Tensor:
    """The pair of columns that `link-distance` is about: of columns i < j of d, counted from 0, the number d i + j."""
    return _differences_of_links(e).flatten(1).argmax(-1).double()


def _differences_of_links(e: MetricInputs) -> Tensor:
    """Compute how far the links between all columns i < j are from the data's `(P, dim, dim)`; 0 for other pairs."""
    dim, true = e.data.dim, e.reference.mT.sort(-1).values
    ours, theirs = (_links(_to_nearest(x.nan_to_num().mT.contiguous(), true)) for x in (e.samples, e.reference))
    varies = e.data.varies.to(ours.device)
    apart = (ours - theirs).reshape(-1, 3, dim, 3, dim).square().sum((1, 3)).sqrt()
    return (apart * varies * varies[:, None]).triu(1)


def _to_nearest(x: Tensor, true: Tensor) -> Tensor:
    """Replace each number of columns x `(P, dim, n)` by the nearest of the sorted true ones `(1 or P, dim, n)`."""
    true = true.expand(len(x), -1, -1).contiguous()
    above = torch.searchsorted(true, x).clamp(1, true.shape[-1] - 1)
    low, high = true.gather(-1, above - 1), true.gather(-1, above)
    return torch.where(x - low < high - x, low, high)


def _links(x: Tensor) -> Tensor:
    """Compute the covariances of the Legendre polynomials of the ranks in x `(P, dim, n)`, `(P, 3 dim, 3 dim)`."""
    ordered, n = x.sort(-1).values, x.shape[-1]
    below, to = (torch.searchsorted(ordered, x, right=right).double() for right in (False, True))
    u = (below + to) / n - 1
    polynomials = torch.cat([3**0.5 * u, 5**0.5 * (3 * u**2 - 1) / 2, 7**0.5 * (5 * u**3 - 3 * u) / 2], 1)
    polynomials = polynomials - polynomials.mean(-1, keepdim=True)
    return polynomials @ polynomials.mT / n


def axis_ratio(e: MetricInputs) -> Tensor:
    """Spread along one of the data's own axes over that of the data there: of the axis where it differs most from 1.

    The own axes are the eigenvectors of the covariance, per standardised axis if the columns differ in size. Axes on
    which the data has less than 3 % of its largest spread are left out. So data that is long and thin is seen across.
    """
    own = e.by_axis
    axes, spreads = (x.to(e.samples.device) for x in _own_axes(e.data, own.scales is not None))
    along = own.measured.double() - own.measured.double().mean(1, keepdim=True)
    ratios = (along @ axes).square().mean(1).sqrt() / spreads
    return ratios.gather(1, ratios.log().abs().nan_to_num().argmax(-1, keepdim=True))[:, 0]


@cache_by_data
def _own_axes(data: Distribution, per_axis: bool) -> tuple[Tensor, Tensor]:
    """Return the own axes of the data `(dim, a)` and its spreads along them `(a,)`."""
    x = MetricInputs(data.sample(MANY, torch.Generator().manual_seed(0))[None], data, per_axis=per_axis).measured[0]
    variances, axes = torch.linalg.eigh(x.double().T.cov(correction=0).reshape(data.dim, data.dim))
    wide = variances > THINNEST**2 * variances[-1].clamp(min=1e-12)
    return axes[:, wide], variances[wide].sqrt()


@cache_by_data
def _distances_if_shuffled(data: Distribution, n: int) -> tuple[float, float, float]:
    """Return `off-data` of n true samples, of true columns that are shuffled apart, and the first's deviation."""
    rng = torch.Generator().manual_seed(0)
    x, other = (torch.stack([draw(n, rng) for _ in range(SETS)]) for draw in (data.sample_apart, data.sample))
    order = torch.rand(x.shape, generator=rng).argsort(1)
    true, shuffled = (off_data(MetricInputs(y, data, compared_with=other).by_axis) for y in (x, x.gather(1, order)))
    return float(true.mean()), float(shuffled.mean()), float(true.std())


def _standardised(name: str) -> Metric:
    """Return the metric of that name, taken per standardised axis."""
    metric = SAMPLE_METRICS[name]

    def of(e: MetricInputs) -> Tensor:
        return metric.of(e.by_axis)

    of.__doc__ = f"The same as `{name}` with each column in units of its own spread: no column outweighs another."
    unit = AXIS_UNITS if metric.unit == DATA_UNITS else metric.unit
    return Metric(of, unit, metric.better, uneven)


COLUMN_METRICS: dict[str, Metric] = {
    "worst-column": Metric(worst_column, "", "", several_columns),
    "column-w1": Metric(column_w1, "spreads of the column", "low", several_columns),
    "column-offset": Metric(column_offset, "spreads of the column", "", several_columns),
    "column-spread": Metric(column_spread, "", "", several_columns),
    "level-error": Metric(level_error, "share", "low", categories),
    "axis-ratio": Metric(axis_ratio, "", "", has_width),
    "link-distance": Metric(link_distance, "", "low", many_columns),
    "worst-link": Metric(worst_link, "", "", many_columns),
    "link-error": Metric(link_error, "", "low", linked),
    **{
        STANDARDISED + name: _standardised(name)
        for name in ("sliced-w1", "mean-offset", "spread-ratio", "off-data", "gaps", "drift")
    },
}
