"""`toygan reproduce`: theirs and ours side by side; what is finished stays, and never costs what was there."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest
import torch
from shell import refused, toygan
from test_reproduce import TOY

from toygan.cli import reproduce
from toygan.runs.run import Run
from toygan.studies.published import PUBLISHED, Method

FAST = ("reproduce", "toy", "--budget", 6, "--seeds", 2)


@pytest.fixture(autouse=True)
def toy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED, "toy", TOY)


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[Method]:
    """The methods that are run from here on."""
    methods: list[Method] = []
    original = reproduce.run

    def noting(setting: Any, method: Method, *rest: Any) -> Any:
        methods.append(method)
        return original(setting, method, *rest)

    monkeypatch.setattr(reproduce, "run", noting)
    return methods


def test_without_a_name_it_lists_the_experiments() -> None:
    lines = toygan("reproduce").stdout.splitlines()
    assert [line.split()[0] for line in lines] == list(PUBLISHED)
    assert "NAME is missing" in refused(toygan("reproduce", "--budget", 6))
    help = toygan("reproduce", "--help").stdout
    assert all(name in help for name in PUBLISHED if name != "toy")


def test_it_prints_a_table_and_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = toygan(*FAST)
    assert result.exit_code == 0, result.output
    assert "6 of 1 000 iterations" in result.stdout
    assert "It does not exist." in result.stdout
    assert not list(tmp_path.iterdir())


def test_the_default_is_the_experiments_own_budget_and_seeds(ran: list[Method]) -> None:
    assert "10 of 1 000 iterations (1 %), 4 seeds" in toygan("reproduce", "toy").stdout
    assert ran == list(TOY.methods.values())


def test_all_is_every_iteration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Run, "step", lambda self: setattr(self.population.game, "steps", self.steps + 1))
    assert "1 000 of 1 000 iterations" in toygan("reproduce", "toy", "--budget", "all", "--seeds", 1).stdout


def test_out_gets_the_table_and_every_seeds_numbers(tmp_path: Path) -> None:
    out = tmp_path / "table.md"
    result = toygan(*FAST, "--out", out)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(out.read_text(encoding="utf-8"))
    kept = json.loads((tmp_path / "table.json").read_text(encoding="utf-8"))
    assert (kept["experiment"], kept["seeds"], kept["iterations"]) == ("toy", 2, 6)
    assert {row["seed"] for rows in kept["results"].values() for row in rows} == {0, 1}
    assert all(rows[-1].keys() >= {"modes-covered", "high-quality"} for rows in kept["results"].values())
    assert {path.name for path in tmp_path.iterdir()} == {"table.md", "table.json"}


def test_ctrl_c_keeps_what_is_there_and_the_same_command_goes_on(
    tmp_path: Path, ran: list[Method], monkeypatch: pytest.MonkeyPatch
) -> None:
    out, steps, original = tmp_path / "table.md", 0, Run.step

    def interrupted(self: Run) -> None:
        nonlocal steps
        steps += 1
        if steps == 6 + 3:  # in the second method
            signal.raise_signal(signal.SIGINT)
        original(self)

    with monkeypatch.context() as patch:
        patch.setattr(Run, "step", interrupted)
        result = toygan(*FAST, "--out", out)
    assert result.exit_code == 130
    assert "Cut short: two at 3." in result.stdout
    assert "Cut short: two at 3." in out.read_text(encoding="utf-8")
    ran.clear()
    again = toygan(*FAST, "--out", out)
    assert again.exit_code == 0, again.output
    assert ran == [TOY.methods["two"]]
    assert "Cut short" not in out.read_text(encoding="utf-8")
    ran.clear()
    assert toygan(*FAST, "--out", out).stdout == again.stdout
    assert not ran
    alone = toygan(*FAST).stdout
    assert alone == out.read_text(encoding="utf-8"), "an interrupted table is the uninterrupted one"


@pytest.mark.parametrize("changes", [("--budget", 7), ("--seeds", 3)])
def test_another_runs_files_are_left_alone_without_force(tmp_path: Path, changes: tuple[Any, ...]) -> None:
    out = tmp_path / "table.md"
    toygan(*FAST, "--out", out)
    before = out.read_text(encoding="utf-8")
    assert "--force" in refused(toygan(*FAST, *changes, "--out", out))
    assert out.read_text(encoding="utf-8") == before
    assert toygan(*FAST, *changes, "--out", out, "--force").exit_code == 0
    assert out.read_text(encoding="utf-8") != before


@pytest.mark.parametrize("name", ["table.md", "table.json"])
@pytest.mark.parametrize("content", ["mine", "{}", "[]", '{"results": 3}'])
def test_a_file_of_ones_own_is_left_alone(tmp_path: Path, name: str, content: str, ran: list[Method]) -> None:
    (tmp_path / name).write_text(content)
    assert "--force" in refused(toygan(*FAST, "--out", tmp_path / "table.md"))
    assert (tmp_path / name).read_text() == content
    assert not ran, "it looked at the files before it trained"


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
        (["toy", "--budget", "1", "--out", "x.json"], ["--out x.json", "Markdown"]),
        (["toy", "--budget", "1", "--out", "no/such/folder.md"], ["--out", "cannot be written"]),
    ],
)
def test_what_cannot_be_is_one_line(
    words: list[str], named: list[str], ran: list[Method], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = refused(toygan("reproduce", *words))
    assert all(word in line for word in named)
    assert not ran
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_without_cuda_it_says_so() -> None:
    assert "no CUDA device" in refused(toygan("reproduce", "toy", "--device", "cuda"))
