"""Counts are noticed, have no modes, and are rounded on request; codes of a few levels stay modes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from toygan import DISTRIBUTIONS, Population, Recipe, points
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.words import status
from toygan.runs.record import Record
from toygan.studies.faults.trial import record_of

VISITS = np.random.default_rng(0).poisson(6, 500)
SPEC = points(VISITS)


def between(x: torch.Tensor) -> float:
    """The largest distance of any of these numbers from a whole one."""
    return float((x - x.round()).abs().max())


@pytest.mark.parametrize(
    ("rows", "count"),
    [
        (range(11), True),
        (range(10), False),  # few: codes
        ([*range(12), 90], True),
        ([10 * i for i in range(20)], False),  # no neighbours
        ([i + 0.5 for i in range(20)], False),
        ([1, 2, 3, 4] * 50, False),
    ],
)
def test_more_than_ten_whole_numbers_that_are_mostly_neighbours_are_counts_without_modes(
    rows: list[float], count: bool
) -> None:
    data = DISTRIBUTIONS.make(points(rows))
    assert data.counts == ((0,) if count else ())
    assert (len(data.modes) == 0) == count


@pytest.mark.parametrize(("different", "times", "modes"), [(30, 1, 0), (30, 2, 30), (10, 1, 10), (65, 4, 0)])
def test_rows_of_a_file_are_modes_if_they_are_few_or_repeat(
    different: int, times: int, modes: int, tmp_path: Path
) -> None:
    """Thirty measured rows are a small sample; thirty rows that are all there is come again and again."""
    rows = np.repeat(np.random.default_rng(0).normal(size=(different, 2)), times, axis=0)
    np.save(tmp_path / "rows.npy", rows)
    data = DISTRIBUTIONS.make(f"file(path='{tmp_path / 'rows.npy'}')")
    assert len(data.modes) == modes
    assert data.has_modes == (modes > 0)


def test_one_column_of_counts_is_enough_and_is_named() -> None:
    data = DISTRIBUTIONS.make(points([[i, 0.3 * i] for i in range(20)]))
    assert data.counts == (0,)
    assert not data.has_modes
    assert DISTRIBUTIONS.make("stacked(of=points(x=[[1,2],[3,4]]))").counts == ()


def test_numbers_with_noise_are_not_counts() -> None:
    assert DISTRIBUTIONS.make(points(list(range(20)), sigma=0.1)).counts == ()


@pytest.mark.parametrize("form", ["{}", "standardised(of={})", "stacked(of={})", "standardised(of=stacked(of={}))"])
def test_samples_are_rounded_if_asked_for_and_the_data_is_the_same(form: str) -> None:
    plain, rounded = form.format(SPEC), form.format(points(VISITS, round=True))
    pair = [Population(Recipe(data=spec, width=4, batch=8)).snapshot(n=50).samples for spec in (plain, rounded)]
    assert between(pair[0]) > 0.1
    assert torch.equal(pair[0].round(), pair[1])
    assert torch.equal(
        DISTRIBUTIONS.make(plain).sample(20, torch.Generator().manual_seed(0)),
        DISTRIBUTIONS.make(rounded).sample(20, torch.Generator().manual_seed(0)),
    )


def test_only_columns_of_whole_numbers_are_rounded(tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    table = np.c_[VISITS, np.random.default_rng(1).normal(size=500)]
    np.savetxt(file, table, delimiter=",", header="visits,score", comments="")
    data = DISTRIBUTIONS.make(f"file(path='{file}',round=True)")
    x = data.from_players(torch.tensor([[1.4, 1.4], [2.6, 2.6]]))
    assert torch.equal(x, torch.tensor([[1.0, 1.4], [3.0, 2.6]]))
    assert repr(data).endswith("round=True)")
    assert "round" not in repr(DISTRIBUTIONS.make(f"file(path='{file}')"))
    assert data != DISTRIBUTIONS.make(f"file(path='{file}')")


@pytest.mark.parametrize("spec", ["points(x=(0.5,1.5),round=True)", "points(x=(1,2),sigma=0.1,round=True)"])
def test_what_is_not_whole_cannot_be_rounded(spec: str) -> None:
    with pytest.raises(ValueError, match="round=True: "):
        DISTRIBUTIONS.make(spec)


def test_rows_between_the_numbers_are_healthy_and_the_words_say_where_they_lie() -> None:
    """SDV#1647 and others: counts of a table are learned by a smooth generator."""
    smooth = torch.as_tensor(VISITS + np.random.default_rng(2).uniform(-0.5, 0.5, 500)).float()[None, :, None]
    found = diagnose_all(record_of(SPEC, smooth))[0]
    assert found.verdict == "healthy"
    assert "whole numbers (column 1); samples lie between them: round=True" in found.cause
    rounded = diagnose_all(record_of(points(VISITS, round=True), smooth.round()))[0]
    assert (rounded.verdict, rounded.cause) == ("healthy", "")


def test_the_status_names_columns_of_counts() -> None:
    snapshot = Population(Recipe(data=SPEC, width=4, batch=8)).snapshot(n=50)
    record = Record()
    record.add(snapshot)
    assert status(snapshot, 0, record.diverged_at).startswith("counts in column 1, samples lie between them; generated")
