"""Columns are measured one by one and in their own units: no column outweighs another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor

from toygan import DISTRIBUTIONS, METRICS, Distribution, evaluate
from toygan.parts.metrics import live_metrics, measure
from toygan.parts.metrics.columns import STANDARDISED
from toygan.parts.metrics.inputs import Earlier, MetricInputs
from toygan.parts.metrics.samples import spread_of

TWINS = [name for name in METRICS if name.startswith(STANDARDISED)]


@dataclass(frozen=True)
class Normal(Distribution):
    """Independent normal columns of given means and spreads."""

    mean: tuple[float, ...] = (0.0, 0.0)
    spread: tuple[float, ...] = (1.0, 1.0)

    dim, sigma = 2, 0.0

    @property
    def moments(self) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        return torch.tensor(self.mean).double(), torch.tensor(self.spread).double()

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.tensor(self.mean) + torch.tensor(self.spread) * torch.randn(n, 2, generator=generator)

    def log_prob(self, x: Tensor) -> Tensor:
        return -(((x - torch.tensor(self.mean)) / torch.tensor(self.spread)) ** 2).sum(-1) / 2


class Pixels(Normal):
    """Images of two pixels."""

    picture = (1, 2)


UNIT, TABLE = Normal(), Normal((1000.0, 0.0), (350.0, 0.35))


def normal(seed: int, n: int = 200) -> Tensor:
    return torch.randn(1, n, 2, generator=torch.Generator().manual_seed(seed))


def inputs(data: Normal, x: Tensor, reference: Tensor, earlier: Tensor) -> MetricInputs:
    scaled = [torch.tensor(data.mean) + torch.tensor(data.spread) * y for y in (x, reference, earlier)]
    return MetricInputs(scaled[0], data, earlier=Earlier(scaled[2], 50), compared_with=scaled[1])


def test_a_standardised_metric_of_stretched_columns_is_that_of_equal_ones() -> None:
    x, reference, earlier = 0.8 * normal(0) + 0.3, normal(1), normal(2)
    assert TABLE.uneven
    twins = measure(inputs(TABLE, x, reference, earlier), TWINS)
    plain = measure(inputs(UNIT, x, reference, earlier), [name.removeprefix(STANDARDISED) for name in TWINS])
    assert len(twins) == len(TWINS)
    for name, value in twins.items():
        assert value == pytest.approx(plain[name.removeprefix(STANDARDISED)], rel=1e-3), name


def test_standardised_data_is_measured_as_if_it_was_standardised_by_hand() -> None:
    data = DISTRIBUTIONS.make("standardised(of=function(f=sine,low=-30.0,high=30.0))")
    x = torch.stack([data.sample(150, torch.Generator().manual_seed(i)) for i in (0, 1)])
    x[:, :, 1] *= 1.5
    by_hand = data.players_see(x)
    names = ["w1", "sliced-w1", "energy-distance", "mmd", "recall", "coverage", "off-data", "gaps"]
    theirs = measure(MetricInputs(by_hand[:1], UNIT, compared_with=by_hand[1:]), names)
    ours = measure(MetricInputs(x[:1], data, compared_with=x[1:]), names)
    for name, value in ours.items():
        assert value == pytest.approx(theirs[name], rel=1e-3), name
    assert spread_of(data) == pytest.approx(2**0.5)


def test_other_data_keeps_its_own_units() -> None:
    x = TABLE.sample(100, torch.Generator().manual_seed(0))[None]
    moved = MetricInputs(x + torch.tensor([350.0, 0.0]), TABLE, compared_with=x)
    assert measure(moved, ["w1"])["w1"] == pytest.approx(350)
    assert measure(moved, ["mean-offset"])["mean-offset"] == pytest.approx(1, abs=0.2)


@pytest.mark.parametrize(
    ("data", "uneven"),
    [
        (Normal(spread=(1.0, 1.49)), False),
        (Normal(spread=(1.51, 1.0)), True),
        (Normal(spread=(1.0, 0.0)), False),
        (DISTRIBUTIONS["gaussian1d"], False),
        (DISTRIBUTIONS["ring8"], False),
        (DISTRIBUTIONS.make("function(low=-30.0,high=30.0)"), True),
        (DISTRIBUTIONS.make("standardised(of=function(low=-30.0,high=30.0))"), False),
        (Pixels(spread=(1.0, 9.0)), False),
    ],
)
def test_columns_differ_in_size_from_half_as_much_again(data: Distribution, uneven: bool) -> None:
    assert data.uneven is uneven


def test_a_table_of_equal_rows_is_measured_and_its_own_axes_are_not() -> None:
    data = DISTRIBUTIONS.make(f"points(x={((0.1, 0.7),) * 30})")
    measured = measure(MetricInputs(torch.zeros(1, 30, 2), data), live_metrics())
    assert measured["off-data"].item() == pytest.approx(0.5**0.5)  # the distance from 0 to (.1, .7)
    assert "axis-ratio" not in measured


def test_a_constant_column_keeps_its_scale() -> None:
    data = DISTRIBUTIONS.make("points(x=((1.0, 5.1), (2.0, 5.1), (3.0, 5.1)))")
    assert data.scales.tolist() == pytest.approx([(2 / 3) ** 0.5, 1.0])
    assert not data.uneven


@pytest.mark.parametrize(("column", "shift"), [(0, -700.0), (1, 0.7)])
def test_a_column_that_is_moved_is_the_worst_by_as_many_of_its_spreads(column: int, shift: float) -> None:
    x = TABLE.sample(4000, torch.Generator().manual_seed(0))[None]
    y = x.clone()
    y[..., column] += shift
    y[..., 1 - column] *= 1.2
    e = MetricInputs(y, TABLE, compared_with=x)
    names = ["worst-column", "column-w1", "column-offset", "column-spread"]
    number, distance, offset, spread = (measure(e, [name])[name][0] for name in names)
    assert number == column + 1
    assert distance == pytest.approx(2, rel=1e-3)
    assert offset == pytest.approx(2 if shift > 0 else -2, abs=0.06)
    assert spread == pytest.approx(1, abs=0.03)


@pytest.mark.parametrize("data", ["function(f=sine,low=-30.0,high=30.0)", "banana", "two-moons"])
def test_the_link_is_whole_in_true_samples_and_lost_if_columns_are_shuffled(data: str) -> None:
    g = torch.Generator().manual_seed(3)
    x = torch.stack([DISTRIBUTIONS.make(data).sample(500, g) for _ in range(8)])
    shuffled = x.gather(1, torch.rand(x.shape, generator=g).argsort(1))
    assert evaluate(x, data, ["link-error"])["link-error"].mean() == pytest.approx(0, abs=0.1)
    assert evaluate(shuffled, data, ["link-error"])["link-error"].mean() == pytest.approx(1, abs=0.2)


@dataclass(frozen=True)
class Twins(Distribution):
    """A normal column, one that is independent of it, and a copy of the first."""

    dim, has_density = 3, False

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        x = torch.randn(n, 2, generator=generator)
        return torch.stack([x[:, 0], x[:, 1], x[:, 0].exp()], -1)


@dataclass(frozen=True)
class Rows(Distribution):
    """Rows that are equally likely."""

    rows: tuple[tuple[float, ...], ...]

    dim, has_density = 3, False

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        return torch.tensor(self.rows)[torch.randint(len(self.rows), (n,), generator=generator)]


def test_of_several_columns_the_pair_with_the_wrong_link_is_named() -> None:
    """The first three Legendre polynomials of equal ranks have unit products; those of independent ones have none."""
    g = torch.Generator().manual_seed(0)
    true, apart = Twins().sample(4000, g), Twins().sample(4000, g)
    apart[:, 2] = apart[torch.randperm(4000, generator=g), 2]
    names = ["link-distance", "worst-link"]
    whole, lost = (evaluate(x, Twins(), names) for x in (true, apart))
    assert whole["link-distance"].item() < 0.2
    assert lost["link-distance"].item() == pytest.approx(3**0.5, abs=0.1)
    assert divmod(lost["worst-link"].item(), 3) == (0, 2)
    assert evaluate(true[:, :2], TABLE, names) == {}


def test_noise_about_numbers_that_repeat_is_no_link() -> None:
    rng = np.random.default_rng(0)
    rows = np.c_[rng.integers(0, 2, (400, 2)), np.full(400, 7.0)]
    data = Rows(tuple(map(tuple, rows.tolist())))
    noisy = rows[rng.permutation(400)] + 0.1 * rng.normal(size=(400, 1))
    assert evaluate(noisy, data, ["link-distance"])["link-distance"].item() < 0.2


def test_columns_that_are_independent_have_no_link() -> None:
    x = np.random.default_rng(0).normal(size=(100, 2))
    assert evaluate(x, TABLE, ["link-error", "column-w1"]).keys() == {"column-w1"}


@pytest.mark.parametrize(("along", "across"), [(1.0, 0.5), (1.0, 0.0), (1.3, 1.1), (0.9, 1.6)])
def test_the_spread_along_an_own_axis_is_that_of_the_one_that_differs_most(along: float, across: float) -> None:
    """A Gaussian whose long axis, at 45 degrees, is four times its short one; samples are stretched along both."""
    data = DISTRIBUTIONS["gaussian2d"]
    x = data.sample(20_000, torch.Generator().manual_seed(0))
    half = x.flip(-1) / 2  # the mirror image at the long axis
    stretched = along * (x / 2 + half) + across * (x / 2 - half)
    worst = across if abs(np.log(max(across, 1e-9))) > abs(np.log(along)) else along
    assert evaluate(stretched, data, ["axis-ratio"])["axis-ratio"] == pytest.approx(worst, abs=0.03)


def test_an_axis_of_almost_no_spread_is_left_out() -> None:
    rows = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    data = DISTRIBUTIONS.make("gaussian2d(widths=(1.0,0.02))")
    assert evaluate(rows, data, ["axis-ratio"])["axis-ratio"] == pytest.approx(1, abs=0.1)
