"""`toygan sample` writes rows of a finished run, which can be read again as data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.folders import SMALL
from support.shell import refused, toygan

from toygan import DISTRIBUTIONS, Population, State

NAMES = ["income", "score"]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    rows = np.random.default_rng(0).normal([1000, 0], [300, 0.1], (50, 2))
    pd.DataFrame(rows, columns=NAMES).to_csv("d.csv")
    done = toygan("train", *SMALL, "--steps", 4, "--data", "standardised(of='d.csv')", "--out", "run")
    assert done.exit_code == 0, done.output
    return tmp_path / "run"


def test_rows_are_written_in_the_units_and_names_of_the_file_and_are_data(run: Path) -> None:
    done = toygan("sample", "run", "--n", 300, "--seed", 5, "--out", "rows.csv")
    assert done.exit_code == 0, done.output
    rows = Population.restore(State.load(run)).table(300, seed=5)
    data = DISTRIBUTIONS.make("rows.csv")
    assert list(data.axis_names) == list(rows) == NAMES
    np.testing.assert_array_equal(data.outline.numpy(), rows.to_numpy())


def test_each_call_writes_new_rows_and_says_how_to_have_them_again(run: Path) -> None:
    first = toygan("sample", "run", "--out", "a.csv")
    toygan("sample", "run", "--out", "b.csv")
    assert Path("a.csv").read_text() != Path("b.csv").read_text()
    assert len(pd.read_csv("a.csv")) == 1000
    seed = first.stdout.split("--seed ")[1].split()[0]
    toygan("sample", "run", "--seed", seed, "--out", "c.csv")
    assert Path("a.csv").read_text() == Path("c.csv").read_text()


def test_any_seed_of_the_run_can_be_chosen(run: Path) -> None:
    state = State.load(run)
    last = state.recipes[-1].seed
    toygan("sample", "run", "--n", 5, "--seed", 1, "--of", last, "--out", "a.csv")
    rows = Population.restore(state).table(5, 1, len(state.recipes) - 1)
    np.testing.assert_array_equal(DISTRIBUTIONS.make("a.csv").outline.numpy(), rows.to_numpy())
    assert "--of 99: must be a seed of the run" in refused(toygan("sample", "run", "--of", 99, "--out", "b.csv"))


def test_what_cannot_be_written_is_refused_before_any_work(run: Path) -> None:
    Path("there.csv").write_text("mine")
    assert "exists" in refused(toygan("sample", "run", "--out", "there.csv"))
    assert Path("there.csv").read_text() == "mine"
    assert "must end in .csv" in refused(toygan("sample", "run", "--out", "rows.txt"))
    assert "must be a state" in refused(toygan("sample", ".", "--out", "rows.csv"))
    Path("d.csv").unlink()
    assert "No such file" in refused(toygan("sample", "run", "--out", "rows.csv"))


def test_rows_of_the_best_iteration_are_those_of_its_state(run: Path) -> None:
    state = State.load(run, best=True, seed=1)
    done = toygan("sample", "run", "--n", 5, "--seed", 1, "--of", 1, "--best", "--out", "a.csv")
    assert done.exit_code == 0, done.output
    assert f"5 rows of seed 1 at its best iteration, {state.steps};" in done.stdout
    rows = Population.restore(state).table(5, 1)
    np.testing.assert_array_equal(DISTRIBUTIONS.make("a.csv").outline.numpy(), rows.to_numpy())
    assert "seed=99: must be one of 0, 1" in refused(toygan("sample", "run", "--best", "--of", 99, "--out", "b.csv"))
