"""A fault is named by undoing it, and several are compared in widths of the band of true samples."""

from __future__ import annotations

import pytest
import torch
from support.made import made_by_hand

from toygan import DISTRIBUTIONS
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.faults import only_fault, sizes_of_faults, undo
from toygan.measure.recent import Recent
from toygan.studies.faults.trial import record_of


def seen(data: str, fault: str, size: float) -> Recent:
    return Recent(record_of(data, made_by_hand(data, fault, size)))


@pytest.mark.parametrize(
    ("fault", "size", "name"),
    [("wider", 2.0, "too wide"), ("narrower", 0.5, "too narrow"), ("moved", 1.0, "off centre")],
)
@pytest.mark.parametrize("data", ["two-moons", "exponential", "grid25"])
def test_what_is_undone_leaves_the_distance_of_true_samples(data: str, fault: str, size: float, name: str) -> None:
    r = seen(data, fault, size)
    assert undo(r)[name].now > 2
    assert undo(r)[name].undone < 0.5
    assert only_fault(r) == name


def test_true_samples_have_no_fault() -> None:
    for data in ("two-moons", "ring8", "laplace"):
        assert only_fault(seen(data, "none", 0.0)) == ""


def test_part_of_the_data_is_not_a_narrow_copy_of_it() -> None:
    """Both lie where the data is; one half of an interval is also off centre, its narrow copy is not."""
    assert only_fault(seen("uniform", "left out", 0.5)) == "parts missing"
    assert only_fault(seen("uniform", "narrower", 0.5)) == "too narrow"


def test_a_gaussian_of_the_datas_covariance_is_not_the_data_with_its_link_broken() -> None:
    """The columns of the data have other shapes: a link is broken only if each column by itself is right."""
    true = DISTRIBUTIONS.make("two-moons").sample(20_000, torch.Generator().manual_seed(1))
    noise = torch.randn(2500, 2, generator=torch.Generator().manual_seed(2))
    cloud = true.mean(0) + noise @ torch.linalg.cholesky(true.T.cov()).T
    assert only_fault(Recent(record_of("two-moons", cloud[None]))) != "link broken"
    assert diagnose_all(record_of("two-moons", cloud[None]))[0].verdict == "wrong shape"


def test_samples_in_the_middle_of_the_only_mode_are_narrow_and_those_on_one_side_are_not() -> None:
    true = DISTRIBUTIONS.make("gaussian1d").sample(4000, torch.Generator().manual_seed(1))[:, 0].sort().values
    middle, side = torch.cat([true[700:850], true[2300:2650]]), true[2000::4]
    for x, verdict in ((middle, "too narrow"), (side, "parts missing")):
        assert diagnose_all(record_of("gaussian1d", x[None, :, None]))[0].verdict == verdict


def test_of_several_faults_the_one_farthest_beyond_true_samples_is_named() -> None:
    """From a report: two moons that are five times too wide, and off centre by a fifth."""
    wide = made_by_hand("two-moons", "wider", 5.0) + 0.2
    moved = made_by_hand("two-moons", "wider", 1.1) + 2.0
    for x, name in ((wide, "too wide"), (moved, "off centre")):
        record = record_of("two-moons", x)
        sizes = sizes_of_faults(Recent(record))
        assert max(sizes, key=sizes.__getitem__) == name
        assert diagnose_all(record)[0].verdict == name


def test_a_few_rows_again_and_again_are_memorised_and_a_spot_is_not() -> None:
    assert only_fault(seen("ring8", "memorised", 30.0)) == "memorised"
    assert only_fault(seen("two-moons", "memorised", 1.0)) != "memorised"
    spot = torch.linspace(1, 1.002, 500)[None, :, None]  # equal to 1e-5 of the spread, but at 200 places
    assert only_fault(Recent(record_of("gaussian1d(mean=1.0,sigma=1.0)", spot))) != "memorised"


@pytest.mark.parametrize("size", [1.3, 2.0, 5.0, 20.0])
def test_moons_that_are_too_wide_are_not_called_parts_missing(size: float) -> None:
    assert diagnose_all(record_of("two-moons", made_by_hand("two-moons", "wider", size)))[0].verdict == "too wide"
