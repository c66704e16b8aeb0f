"""A run of a file is continued with the rows that it began with, or refused in one line."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.shell import refused, toygan

from toygan.cli import run_folder
from toygan.runs.run import Run

RUN = ["train", "--data", "file(path='d.csv')", "--width", 4, "--batch", 4, "--seeds", 1, "--steps", 6, "--every", 2]
OUT = ["--out", "run"]


class Killed(BaseException):
    """What ends a process at once."""


def write(offset: float) -> None:
    points = np.random.default_rng(0).normal(size=(30, 2)) + offset
    np.savetxt("d.csv", points, delimiter=",", header="x,y", comments="")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(run_folder, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(run_folder, "TIME_SHARE", np.inf)
    write(0)


def interrupt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin the run, and end it before iteration 4."""
    whole = Run.step

    def step(self: Any) -> None:
        if self.steps == 3:
            raise Killed
        whole(self)

    with monkeypatch.context() as patch, contextlib.suppress(Killed):
        patch.setattr(Run, "step", step)
        toygan(*RUN, *OUT)


def test_a_run_is_not_continued_with_other_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    assert toygan(*RUN, "--out", "whole").exit_code == 0
    interrupt(monkeypatch)
    begun = Path("run/metrics.json").read_text()
    write(5)
    words = refused(toygan(*RUN, *OUT, "--resume"))
    assert "data=\"file(path='d.csv')\": its file has changed); use --force to start over" in words
    assert Path("run/metrics.json").read_text() == begun
    write(0)  # as it was
    assert toygan(*RUN, *OUT, "--resume").exit_code == 0
    assert Path("run/metrics.json").read_text() == Path("whole/metrics.json").read_text()


def test_a_run_ends_as_it_began_if_its_file_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert toygan(*RUN, "--out", "whole", "--html").exit_code == 0
    whole = Run.step

    def step(self: Any) -> None:
        Path("d.csv").unlink(missing_ok=True)
        whole(self)

    monkeypatch.setattr(Run, "step", step)
    done = toygan(*RUN, *OUT, "--html")
    assert done.exit_code == 0, done.output
    assert Path("run/metrics.json").read_text() == Path("whole/metrics.json").read_text()


def test_a_finished_run_of_other_rows_is_not_what_was_asked_for() -> None:
    assert toygan(*RUN, *OUT).exit_code == 0
    assert "finished already" in toygan(*RUN, *OUT, "--resume").output
    write(5)
    words = refused(toygan(*RUN, *OUT, "--resume"))
    assert "is finished, and data=\"file(path='d.csv')\": its file has changed since; use --force" in words
    assert "its file has changed since it was trained" in refused(toygan("play", "run", "there", "--copy-only"))
    assert not Path("there").exists()
    Path("d.csv").unlink()
    assert "No such file" in refused(toygan("play", "run", "there", "--copy-only"))


def test_metrics_are_numbers_of_one_file() -> None:
    toygan(*RUN, *OUT)
    first = json.loads(Path("run/metrics.json").read_text())
    write(5)
    assert toygan(*RUN, *OUT, "--force").exit_code == 0
    second = json.loads(Path("run/metrics.json").read_text())
    assert [row["step"] for row in first] == [row["step"] for row in second] == [0, 2, 4, 6]
    assert all(abs(a["sliced-w1"] - b["sliced-w1"]) > 0.1 for a, b in zip(first, second, strict=True))
