"""The failure gallery: what counts as failed, how often a case fails with and without its remedy, and the tables."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from toygan.cli import gallery as shell
from toygan.cli import main
from toygan.measure.diagnosis import VERDICTS
from toygan.parts.menu import Menu
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.studies.faults.made import FAULTS
from toygan.studies.gallery import case as cases
from toygan.studies.gallery.case import FailureCase, FailureRates, count_failures, healthy, measure_cases, verdicts
from toygan.studies.gallery.cases import GALLERY, above, below, both, broke, swings
from toygan.studies.gallery.report import GalleryReport

TINY = Recipe(width=4, batch=4)
SMALL = FailureCase("not converged yet", "nothing yet", TINY, {"lr_g": 1e-2}, "", below("high-quality", 2.0), steps=2)


def runs(recipe: Recipe | None = None, diverged_at: tuple[int, ...] = (-1, -1), **metrics: list[float]) -> Record:
    """Two seeds that do not move; a metric is a number a seed."""
    steps = np.arange(0, 3001, 100)
    columns = {name.replace("_", "-"): np.tile(values, (31, 1)) for name, values in metrics.items()}
    return Record.from_arrays((recipe or Recipe()).seeds(2), steps, columns, diverged_at)


@pytest.mark.parametrize("name", GALLERY)
def test_a_case_names_its_verdict_and_changes_one_thing(name: str) -> None:
    case = GALLERY[name]
    assert case.verdict in VERDICTS
    assert len(case.remedy) == 1
    assert case.pieces()[0] != case.pieces()[1]
    assert all(sentence.endswith(".") for sentence in (case.symptom, case.why))


def test_every_failure_that_is_diagnosed_has_a_case_or_is_made_by_hand() -> None:
    made = {verdict for fault in FAULTS.values() for verdict in fault.right} - {"healthy"}  # by hand
    assert {case.verdict for case in GALLERY.values()} | made == VERDICTS.keys() - {"healthy", "undetermined"}


def test_signs_are_read_seed_by_seed() -> None:
    low_high = runs(high_quality=[0.1, 0.9], loss_d=[1.0, 1e6], loss_g=[1.0, 1.0])
    assert below("high-quality", 0.5)(low_high).tolist() == [True, False]
    assert above("high-quality", 0.5)(low_high).tolist() == [False, True]
    assert both(above("high-quality", 0.05), below("high-quality", 0.5))(low_high).tolist() == [True, False]
    assert broke(low_high).tolist() == [False, True]
    assert broke(runs(diverged_at=(7, -1), loss_d=[1.0, 1.0], loss_g=[1.0, 1.0])).tolist() == [True, False]
    assert broke(runs(loss_d=[1.0, np.inf], loss_g=[np.nan, 1.0])).tolist() == [True, True]
    steady, moving = np.full(31, 0.5), 0.5 + 0.4 * (-1.0) ** np.arange(31)
    both_seeds = Record.from_arrays(Recipe().seeds(2), range(31), {"high-quality": np.stack([steady, moving], 1)})
    assert swings("high-quality", 0.1)(both_seeds).tolist() == [False, True]


NEAR = {"sliced_w1": [0.05, 0.05], "share_error": [0.02, 0.02], "bridges": [0.01, 0.01]}


def test_healthy_is_all_modes_in_their_shares_and_good_samples() -> None:
    two = Recipe(data="bimodal")
    measured = runs(two, modes_covered_strict=[2.0, 1.0], high_quality=[0.9, 0.9], **NEAR)
    assert healthy(measured).tolist() == [True, False]
    every = {**NEAR, "modes_covered_strict": [2.0, 2.0], "high_quality": [0.9, 0.9]}
    assert healthy(runs(two, **{**every, "share_error": [0.05, 0.2]})).tolist() == [True, False]
    assert healthy(runs(two, **{**every, "bridges": [0.08, 0.2]})).tolist() == [True, False]


def test_healthy_without_modes_is_near_and_without_a_gap() -> None:
    moons = Recipe(data="two-moons")
    assert healthy(runs(moons, sliced_w1=[0.05, 0.05], gaps=[0.05, 0.3])).tolist() == [True, False]
    assert healthy(runs(moons, sliced_w1=[0.05, 0.5], gaps=[0.05, 0.05])).tolist() == [True, False]


def test_a_seed_is_diagnosed_from_its_own_column() -> None:
    assert verdicts(runs(diverged_at=(-1, 500), total_variation=[0.5, 0.5]))[1] == "diverged"


def test_the_matrix_counts_failed_seeds_and_those_that_the_remedy_made_healthy() -> None:
    failing = runs(diverged_at=(500, 500), high_quality=[0.1, 0.9])  # the second is not what the case detects
    remedied = runs(
        Recipe(data="bimodal"),
        modes_covered_strict=[2.0, 1.0],
        high_quality=[3.0, 3.0],
        mode_hopping=[0.0, 0.0],
        total_variation=[0.0, 0.0],
        modes_missing=[0.0, 1.0],
        mean_offset=[0.0, 0.0],
        spread_ratio=[1.0, 1.0],
        within_ratio=[1.0, 1.0],
        **NEAR,
    )
    case = FailureCase("diverged", "", Recipe(), {}, "", below("high-quality", 0.5))
    counted = count_failures(case, failing, remedied)
    assert counted.failed.tolist() == [True, False]
    report = GalleryReport({"one": counted})
    assert report.confusion == {"diverged": {"diverged": 1}, "healthy": {"healthy": 1}}
    assert report.summary.endswith(
        "2 of 2 right (100 %; mean over rows 100 %), 0 undetermined, 0 wrong, on 2,500 samples"
    )
    assert "| **diverged** | **1** |  |" in report._repr_markdown_()


def test_every_case_is_measured_once() -> None:
    told: list[tuple[int, int]] = []
    found = dict(measure_cases({"a": SMALL, "b": SMALL}, 5, progress=lambda *done: told.append(done), seeds=2))
    assert list(found) == ["a", "b"]
    assert told == [(1, 2), (2, 2)]
    assert found["a"].failed.tolist() == [True, True]
    assert len(found["a"].verdicts) == 2


def test_the_shell_prints_rates_and_the_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell, "GALLERY", Menu({"small": SMALL}))
    result = CliRunner().invoke(main, ["gallery", "--seeds", "2", "--jobs", "1"])
    assert result.exit_code == 0, result.output
    assert "2 of 2 [34 %, 100 %]" in result.output
    assert "0 of 2 right" in result.output
    kept = CliRunner().invoke(main, ["gallery", "small", "--seeds", "2", "--jobs", "1", "--markdown"])
    assert "| **small**: not converged yet<br>nothing yet<br>" in kept.output


def test_the_shell_lists_the_gallery_without_measuring() -> None:
    listed = CliRunner().invoke(main, ["gallery", "--list"]).output
    assert [name in listed for name in GALLERY] == [True] * len(GALLERY)


def test_an_interrupt_prints_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(groups: object, *rest: object) -> object:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(cases, "measure_groups", cut)
    result = CliRunner().invoke(main, ["gallery", "too-soon"])
    assert result.exit_code == 130
    assert "not measured: too-soon" in result.output


def test_an_unknown_case_is_refused() -> None:
    result = CliRunner().invoke(main, ["gallery", "main-mode"])
    assert result.exit_code == 2
    assert f"unknown name 'main-mode'; closest of {len(GALLERY)}: main-mode-wins, " in result.stderr


def test_the_table_that_is_kept_has_every_case() -> None:
    kept = (Path(__file__).parents[2] / "assets/gallery.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| \*\*([a-z-]+)\*\*: (.*)$", kept, re.MULTILINE))
    assert list(rows) == list(GALLERY), "toygan gallery --first-seed 300 --markdown > assets/gallery.md"
    for name, case in GALLERY.items():
        assert rows[name].startswith(f"{case.verdict}<br>{case.symptom}<br>{case.setting} | ")
        assert f" | {case.remedy_words}<br>{case.why} | " in rows[name]


def test_a_recipe_can_be_read_to_its_end_in_a_narrow_window() -> None:
    case = GALLERY["means-that-circle"]
    counted = FailureRates(case, np.array([True]), np.array([False]), np.array([True]), ("oscillation",), ("healthy",))
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(GalleryReport({"means-that-circle": counted}).tables[0].rich())
    first = "".join(line[1:24].strip() for line in console.export_text().splitlines())
    assert case.recipe.to_string() in first


@pytest.mark.slow
@pytest.mark.parametrize("name", ["round-noise-for-a-slanted-cloud", "above-the-range-of-tanh"])
def test_a_case_of_own_data_fails_as_it_says_and_its_remedy_helps(name: str) -> None:
    ((_, rates),) = measure_cases({name: GALLERY[name]}, seeds=2)
    assert rates.failed.all()
    assert rates.verdicts == (GALLERY[name].verdict,) * 2
    assert not rates.still_failed.any()
