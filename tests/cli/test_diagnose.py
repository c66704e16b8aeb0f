"""`toygan diagnose` reads what a run has written, and needs neither its data nor its parts."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from support.folders import SMALL, whole
from support.shell import refused, toygan

from toygan import LOSSES
from toygan.cli import run_files
from toygan.measure.diagnosis import Diagnosis

RUN = ["train", *SMALL, "--steps", 4, "--every", 2]


@pytest.fixture
def there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a file of points, in which commands run."""
    monkeypatch.chdir(tmp_path)
    np.savetxt("d.csv", np.random.default_rng(0).normal(size=(50, 2)), delimiter=",", header="x,y", comments="")
    return tmp_path


def test_a_run_is_diagnosed_without_its_data_file_and_from_another_folder(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained = toygan(*RUN, "--data", "file(path='d.csv')", "--out", "run")
    assert trained.exit_code == 0, trained.output
    first = toygan("diagnose", "run").stdout
    (line,) = [line for line in trained.stdout.splitlines() if line.startswith("diagnosis: ")]
    assert first.splitlines()[0] == line.removeprefix("diagnosis: ")
    (there / "d.csv").unlink()
    (there / "other").mkdir()
    monkeypatch.chdir(there / "other")
    assert toygan("diagnose", "../run").stdout == first


def test_a_changed_data_file_does_not_change_a_diagnosis_that_was_made(there: Path) -> None:
    toygan(*RUN, "--data", "file(path='d.csv')", "--out", "run")
    first = toygan("diagnose", "run").stdout
    np.savetxt("d.csv", 1e3 + np.arange(100).reshape(50, 2), delimiter=",", header="x,y", comments="")
    assert toygan("diagnose", "run").stdout == first


def test_a_run_with_an_own_part_is_diagnosed_where_nobody_knows_the_part(
    there: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as here:
        here.setitem(LOSSES, "mine", LOSSES["least-squares"])
        toygan(*RUN, "--loss", "mine", "--out", "run")
        first = toygan("diagnose", "run").stdout
    assert "seed 1: " in first
    assert toygan("diagnose", "run").stdout == first


def test_a_run_whose_data_file_is_gone_can_be_replaced_and_is_not_resumed_as_another(there: Path) -> None:
    toygan(*RUN, "--data", "file(path='d.csv')", "--out", "run")
    (there / "d.csv").unlink()
    assert "is finished and differs" in refused(toygan(*RUN, "--out", "run", "--resume"))
    assert toygan(*RUN, "--out", "run", "--force").exit_code == 0
    assert whole(there / "run", steps=4) == 4


def test_a_folder_of_an_older_version_is_diagnosed_from_its_numbers(there: Path) -> None:
    toygan(*RUN, "--out", "run")
    first = toygan("diagnose", "run").stdout
    (there / "run/diagnosis.json").unlink()
    assert toygan("diagnose", "run").stdout == first


@pytest.mark.parametrize("damage", ["", "[]", "{}", "[" * 9999, '[{"seed": 1}]', "[1]", "null", "\x1b"])
def test_a_damaged_diagnosis_is_one_line(damage: str, there: Path) -> None:
    toygan(*RUN, "--steps", 1, "--seeds", 1, "--out", "run")
    (there / "run/diagnosis.json").write_text(damage)
    assert "diagnosis.json is not of toygan" in refused(toygan("diagnose", "run"))


def test_a_diagnosis_prints_no_control_sequence_of_a_stranger(there: Path) -> None:
    toygan(*RUN, "--steps", 1, "--seeds", 1, "--out", "run")
    rows = json.loads((there / "run/diagnosis.json").read_text(encoding="utf-8"))
    rows[0]["cause"] = "\x1b]0;mine\x07"
    (there / "run/diagnosis.json").write_text(json.dumps(rows))
    assert "is not of toygan" in refused(toygan("diagnose", "run"))


def test_what_is_written_of_a_diagnosis_is_all_of_it() -> None:
    found = {3: Diagnosis("healthy", ("sliced-w1 0.1 (true samples 0.05)",), "", "nothing")}
    assert run_files.decode_diagnoses(run_files.encode_diagnoses(found).decode()) == found
