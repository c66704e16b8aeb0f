"""The contract of `fit`: a table in, rows of the same kind out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.shell import refused
from support.shell import toygan as command

import toygan

TIMES = np.random.default_rng(0).uniform(-3, 3, 200)
TABLE = pd.DataFrame({"income": 1000 + 200 * TIMES, "score": 0.5 * np.sin(TIMES)}, index=range(7, 207))
FEW = {"iterations": 30, "compiled": False}


@pytest.fixture(scope="module")
def model() -> toygan.Model:
    return toygan.fit(TABLE, **FEW)


def test_rows_have_the_columns_and_the_units_of_the_table(model: toygan.Model) -> None:
    rows = model.sample(1000)
    assert list(rows.columns) == ["income", "score"]
    assert len(rows) == 1000
    assert rows["income"].mean() == pytest.approx(1000, abs=346)  # a spread
    assert rows["score"].abs().max() < 5
    assert not rows.equals(model.sample(1000))


def test_a_seed_gives_the_same_model_and_the_same_rows(model: toygan.Model) -> None:
    again, other = toygan.fit(TABLE, **FEW), toygan.fit(TABLE, seed=10, **FEW)
    assert again.sample(5, seed=1).equals(model.sample(5, seed=1))
    assert not other.sample(5, seed=1).equals(model.sample(5, seed=1))


def test_a_fifth_of_the_rows_is_held_out_for_the_report(model: toygan.Model) -> None:
    data = model.recipe.distribution
    assert len(data.training_set) == 160
    report = model.report()
    assert list(report.columns.index) == ["income", "score"]
    assert list(report.links.index) == ["income, score"]
    assert str(model.report()) == str(report)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE[:1], "table: 1 row; must be at least 20"),
        (TABLE.where(TABLE["income"] < 1500), "table: no number in row "),
        (TABLE.assign(score=1j), "table: column 'score' must hold numbers, not complex128"),
        (TABLE.assign(score=np.inf), "table: row 1 of column 'score' is not finite"),
        (np.zeros((40, 65)), "table: 40 rows of 65 columns; must be"),
        (np.zeros((40, 2, 2)), r"table: shape \(40, 2, 2\); must be"),
        ([["a", "b"]] * 40, "table=.*: must be a DataFrame, an array of numbers"),
        (np.full(40, 1j), "table=.*: must be a DataFrame, an array of numbers"),
        (TABLE[[]], "table: 200 rows of 0 columns; must be"),
        (np.where(np.eye(40, 2), np.inf, 0), "table: row 1 of column 1 is not finite"),
        (1e9 + np.eye(40, 2), "table: column 1 is 1,000,000,000 with a spread of 0.156"),
        ("missing.csv", "path='missing.csv': cannot be read"),
    ],
    ids=[
        "one row",
        "missing",
        "complex",
        "infinite",
        "wide",
        "cube",
        "words",
        "complex array",
        "nothing",
        "infinite array",
        "far",
        "no file",
    ],
)
def test_what_is_no_table_is_refused_in_one_line(table: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}") as error:
        toygan.fit(table, **FEW)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("labels", [[2019, 2020], ["1.5", ""], [("a", 1), ("a", 1)]])
def test_columns_keep_labels_that_no_file_holds(labels: list[Any]) -> None:
    table = TABLE.set_axis(pd.Index(labels, tupleize_cols=False), axis=1)
    model = toygan.fit(table, iterations=1, compiled=False)
    assert list(model.sample(2).columns) == labels
    assert len(model.report().columns) == 2


def test_a_model_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(ValueError, match="no number in row"):
        toygan.fit(TABLE.where(TABLE["income"] < 1500), **FEW)
    assert not list(tmp_path.iterdir())
    model = toygan.fit(TABLE, iterations=1, compiled=False)
    assert len(list(tmp_path.iterdir())) == 1
    del model
    assert not list(tmp_path.iterdir())


def test_a_folder_holds_all_that_a_model_is(model: toygan.Model, tmp_path: Path) -> None:
    out = tmp_path / "model"
    model.save(out)
    loaded = toygan.load(out)
    assert loaded.sample(5, seed=1).equals(model.sample(5, seed=1))
    assert str(loaded.report()) == str(model.report())
    assert (out / "report.txt").read_text(encoding="utf-8") == f"{model.report()}\n"
    assert toygan.Playground(state=out).session.iteration == model.state.steps
    with pytest.raises(FileExistsError, match="exists; choose a new or an empty folder"):
        model.save(out)


def test_a_run_without_rows_held_out_has_rows_and_no_report(tmp_path: Path) -> None:
    file = tmp_path / "run.state"
    toygan.Population(toygan.Recipe(width=4, batch=8)).state.save(file)
    model = toygan.load(file)
    assert model.sample(3).shape == (3, 2)
    with pytest.raises(ValueError, match="data='ring8': holds out no rows"):
        model.report()


def test_the_shell_fits_a_file_and_samples_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TABLE.assign(name="x").to_csv("it's.csv", index=False)
    quick = ("--columns", "score,income", "--iterations", 20, "--no-compile", "--out", "model")
    done = command("fit", "it's.csv", *quick)
    assert done.exit_code == 0, done.output
    assert "verdict: " in done.stdout
    assert command("sample", "model", "--n", 50, "--out", "rows.csv").exit_code == 0
    assert list(pd.read_csv("rows.csv").columns) == ["score", "income"]
    assert command("diagnose", "model").exit_code == 0
    assert "exists; use" in refused(command("fit", "it's.csv", *quick))
    before = Path("model/state.safetensors").read_bytes()
    assert command("fit", "it's.csv", *quick, "--seed", 10, "--force").exit_code == 0
    assert Path("model/state.safetensors").read_bytes() != before


def test_the_shell_refuses_what_is_no_table_and_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("text.csv").write_text("a,b\n1,x\n2,3\n", encoding="utf-8")
    assert "line 2 of column 'b' holds 'x'" in refused(command("fit", "text.csv", "--out", "model"))
    assert not Path("model").exists()


@pytest.mark.slow
def test_two_modes_of_which_one_is_rare_are_both_kept_and_the_table_is_as_close_as_its_rows() -> None:
    rng = np.random.default_rng(3)
    rare = rng.random(2000) < 0.1
    table = pd.DataFrame({"x": np.where(rare, 2, -2) + 0.5 * rng.normal(size=2000)})
    rows = toygan.fit(table, compiled=False).sample(2000, seed=0)["x"]
    assert (rows > 0).mean() == pytest.approx(0.1, abs=0.03)
