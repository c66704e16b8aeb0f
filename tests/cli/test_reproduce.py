"""`toygan reproduce`: theirs and ours side by side; what is finished stays, and never costs what was there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.shell import refused, toygan
from support.toy import TOY

from toygan.runs.run import Run
from toygan.studies.published import PUBLISHED
from toygan.sweeps import execute
from toygan.sweeps.piece import Piece, Result, measure

FAST = ("reproduce", "toy", "--budget", 6, "--seeds", 2, "--jobs", 1)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED, "toy", TOY)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Piece]:
    """The pieces that are trained from here on."""
    pieces: list[Piece] = []

    def noting(piece: Piece, later: int) -> list[Result]:
        pieces.append(piece)
        return measure(piece)

    monkeypatch.setattr(execute, "measure", noting)
    return pieces


def test_without_a_name_it_lists_the_experiments() -> None:
    lines = toygan("reproduce").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(PUBLISHED)
    assert "NAME: is missing" in refused(toygan("reproduce", "--budget", 6))
    help = toygan("reproduce", "--help").stdout
    assert all(name in help for name in PUBLISHED if name != "toy")


def test_it_prints_a_table_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = toygan(*FAST)
    assert result.exit_code == 0, result.output
    assert "6 of 1,000 iterations" in result.stdout
    assert "It does not exist." in result.stdout
    assert not list(tmp_path.iterdir())


def test_the_default_is_the_experiments_own_budget_and_seeds(ran: list[Piece]) -> None:
    assert "10 of 1,000 iterations (1 %), 4 seeds" in toygan("reproduce", "toy", "--jobs", 1).stdout
    assert [piece.recipes for piece in ran] == [tuple(m.recipe.seeds(4)) for m in TOY.methods.values()]


def test_all_is_every_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "step", lambda self: setattr(self.population.game, "steps", self.steps + 1))
    result = toygan("reproduce", "toy", "--budget", "all", "--seeds", 1, "--jobs", 1)
    assert "1,000 of 1,000 iterations" in result.stdout


def test_out_gets_the_table(tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    result = toygan(*FAST, "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(out.read_text(encoding="utf-8"))
    assert {path.name for path in tmp_path.iterdir()} == {"table.md"}


def test_ctrl_c_keeps_what_is_there_and_the_same_command_goes_on(
    tmp_path: Path, ran: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    store, steps, original = tmp_path / "toy.db", 0, Run.step

    def interrupted(self: Run) -> None:
        nonlocal steps
        steps += 1
        if steps == 6 + 3:  # in the second method
            raise KeyboardInterrupt
        original(self)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "step", interrupted)
        result = toygan(*FAST, "--store", store)
    assert result.exit_code == 130
    assert "Cut short: two has 0 of 2 seeds." in result.stdout
    ran.clear()
    again = toygan(*FAST, "--store", store)
    assert again.exit_code == 0, again.output
    assert [piece.recipes[0].loss for piece in ran] == [TOY.methods["two"].recipe.loss]
    assert "Cut short" not in again.stdout
    assert toygan(*FAST).stdout == again.stdout, "an interrupted table is the uninterrupted one"


def test_runs_that_fail_are_named_and_counted_as_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Run.step

    def failing(self: Run) -> None:
        if self.population.recipes[0].loss == "hinge":
            raise MemoryError
        step(self)

    monkeypatch.setattr(Run, "step", failing)
    result = toygan(*FAST)
    assert result.exit_code == 1
    assert "**Cut short: two has 0 of 2 seeds.**" in result.stdout
    assert "failed: two, seeds from 0 (" in result.stderr
    assert "not enough memory (and 1 more)" in result.stderr


def test_a_table_that_is_there_is_left_alone_without_force(tmp_path: Path, ran: list[Piece]) -> None:
    out = tmp_path / "table.md"
    out.write_text("mine")
    assert "--force" in refused(toygan(*FAST, "--out", out))
    assert (out.read_text(), ran) == ("mine", [])
    assert toygan(*FAST, "--out", out, "--force").exit_code == 0
    assert "It does not exist." in out.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["nope"], ["nope", "closest of"]),
        (["pacgan-rin"], ["closest of", "pacgan-ring"]),
        (["toy", "--budget", "0"], ["--budget 0", "1 to 1000"]),
        (["toy", "--budget", "1001"], ["--budget 1001", "1 to 1000", "all"]),
        (["toy", "--budget", "many"], ["--budget many", "all"]),
        (["toy", "--seeds", "0"], ["--seeds"]),
        (["toy", "--device", "tpu"], ["--device", "cuda"]),
        (["toy", "--budget", "1", "--out", "no/such/folder.md"], ["no/such: no such folder"]),
    ],
)
def test_what_cannot_be_is_one_line(
    words: list[str], named: list[str], ran: list[Piece], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refused(toygan("reproduce", *words))
    assert all(word in line for word in named)
    assert not ran
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_cuda_it_says_so() -> None:
    assert "no CUDA device" in refused(toygan("reproduce", "toy", "--device", "cuda"))
