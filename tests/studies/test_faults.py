"""Faults made by hand differ from true samples as they say, and only those that can be told from these are judged."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner

from toygan import DISTRIBUTIONS
from toygan.cli import main
from toygan.measure.diagnosis import VERDICTS
from toygan.studies.faults import trial
from toygan.studies.faults.made import FAULTS, units
from toygan.studies.faults.trial import Made, MadeFaults, make_sets, record_of

MOONS = DISTRIBUTIONS["two-moons"]


def make(fault: str, size: float = 1.0, data: str = "two-moons", n: int = 2000) -> torch.Tensor | None:
    return FAULTS[fault].make(DISTRIBUTIONS.make(data), n, size, torch.Generator().manual_seed(0))


def made(fault: str, size: float = 1.0, data: str = "two-moons", n: int = 2000) -> torch.Tensor:
    x = make(fault, size, data, n)
    assert x is not None
    return x


def test_a_fault_changes_what_it_names_and_nothing_else() -> None:
    true = made("none")
    assert torch.allclose(made("wider", 3.0).std(0), 3 * true.std(0))
    assert torch.allclose(made("moved", 2.0).std(0), true.std(0), rtol=1e-4)
    moved = (made("moved", 2.0).mean(0) - true.mean(0)).norm()
    assert 1.0 < moved < 3.0  # two spreads, longer along a column that spreads more
    assert torch.allclose(made("link broken").sort(0).values, true.sort(0).values)
    assert len(made("memorised", 12.0).unique(dim=0)) == 12
    assert sorted((made("constant").std(0) > 0.1).tolist()) == [False, True]
    unit = units(MOONS)
    turned = (made("rotated", 90.0) / unit)[:, [1, 0]] * torch.tensor([1.0, -1.0])  # and back
    assert torch.allclose(turned, true / unit, atol=1e-5)


def test_a_part_is_a_mode_or_what_lies_farthest_on_one_side() -> None:
    ring = DISTRIBUTIONS["ring8"]
    on = ring.nearest_mode(made("left out", 0.5, "ring8")[None])[0]
    assert len(on.unique()) == 4
    assert made("left out", 0.5, "uniform").std() < 0.35  # of .58: one half of the interval


@pytest.mark.parametrize(
    ("fault", "data"),
    [("rotated", "uniform"), ("memorised", "points"), ("link broken", "gaussian1d"), ("constant", "gaussian1d")],
)
def test_a_fault_that_data_cannot_have_is_not_made(fault: str, data: str) -> None:
    assert make(fault, 10.0, data, 50) is None


def test_what_the_exact_distance_does_not_tell_from_true_samples_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "TRUE_SETS", 20)
    some = {name: FAULTS[name] for name in ("none", "moved", "rotated", "link broken")}
    of_circle = Counter(name for name, *_ in make_sets("circle", range(2), some, 60))
    of_grid = Counter(name for name, *_ in make_sets("grid25", range(2), some, 60))
    assert of_circle["moved"] >= 4
    assert (of_circle["none"], of_circle["rotated"], of_grid["link broken"]) == (2, 0, 0)


def test_columns_that_spread_unlike_count_in_their_own_spreads() -> None:
    assert units(DISTRIBUTIONS["ring8"]).tolist() == [1, 1]
    assert units(DISTRIBUTIONS["funnel"]).tolist() == [1, 1]
    unlike = DISTRIBUTIONS.make("function(low=-30.0,high=30.0)")
    assert torch.equal(units(unlike), unlike.moments[1].float())


def test_a_record_of_samples_stands_still() -> None:
    record = record_of("ring8", torch.stack([made("none", data="ring8", n=100)] * 2))
    assert record.n == 100
    assert (record.metric("sliced-w1") == record.metric("sliced-w1")[0, 0]).all()


def test_the_report_counts_by_fault_by_size_and_by_data() -> None:
    found = MadeFaults(
        {
            "ring8": (Made("wider", 2.0, 0, "too wide"), Made("wider", 5.0, 0, "healthy")),
            "uniform": (Made("none", 0.0, 0, "healthy"),),
        }
    )
    assert found.confusion == {"none": {"healthy": 1}, "wider": {"too wide": 1, "healthy": 1}}
    text = repr(found)
    assert "| **ring8** | wider: healthy (1) | 2 | 50 % |" in text
    assert "| **wider** | 5 times as wide | 1 | 0 % |" in text
    assert "2 of 3 right (67 %; mean over rows 75 %), 0 undetermined, 1 wrong" in found.summary


def test_the_shell_tests_the_diagnosis_on_faults_made_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "DISTRIBUTIONS", type(DISTRIBUTIONS)({"uniform": DISTRIBUTIONS["uniform"]}))
    monkeypatch.setattr(trial, "UNLIKE_DATA", ())
    monkeypatch.setattr(trial, "TRUE_SETS", 4)
    monkeypatch.setattr(trial, "SAMPLES", 40)
    ran = CliRunner().invoke(main, ["gallery", "--made", "--seeds", "1", "--first-seed", "100", "--markdown"])
    assert ran.exit_code == 0, ran.output
    assert "| **wider** | 20 times as wide | 1 |" in ran.output
    refused = CliRunner().invoke(main, ["gallery", "--made", "--random", "2"])
    assert refused.exit_code == 2
    assert "nothing is trained" in refused.stderr


def test_right_verdicts_are_those_that_there_are() -> None:
    assert {verdict for fault in FAULTS.values() for verdict in fault.right} <= VERDICTS.keys()


def test_nearly_all_faults_on_moons_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trial, "TRUE_SETS", 10)
    found = trial.judge("two-moons", range(200, 201))
    assert len(found) > 15
    assert sum(one.right for one in found) >= 0.95 * len(found)


@pytest.mark.slow
def test_nearly_all_faults_on_all_data_are_named() -> None:
    every = trial.measure_made(range(200, 202)).every
    assert sum(one.right for one in every) >= 0.95 * len(every)


def test_the_table_that_is_kept_has_every_fault_in_every_size() -> None:
    kept = (Path(__file__).parents[2] / "assets/faults.md").read_text(encoding="utf-8")
    rows = [
        f"| **{name}** | {fault.words.format(f'{size:g}')} |" for name, fault in FAULTS.items() for size in fault.sizes
    ]
    assert [row for row in rows if row not in kept] == [], "toygan gallery --made --first-seed 100 > assets/faults.md"
