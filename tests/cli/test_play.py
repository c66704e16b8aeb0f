"""`toygan play`: a notebook that continues a finished run, written beside others and never over them."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from support.folders import SMALL, contents
from support.shell import refused, toygan

from toygan import Playground, Population, Recipe, State
from toygan.cli.lab import build_command

OLD = Path(__file__).parents[1] / "old/0.1.0"


@pytest.fixture
def run(tmp_path: Path) -> Path:
    out = tmp_path / "my run"
    assert toygan("train", *SMALL, "--steps", 3, "--out", out).exit_code == 0
    return out


def test_its_notebook_starts_a_playground_from_the_run(run: Path, tmp_path: Path) -> None:
    result = toygan("play", run, tmp_path / "books", "--copy-only")
    assert result.exit_code == 0, result.output
    (file,) = (tmp_path / "books").iterdir()
    assert (file.name, result.stdout) == ("my run.ipynb", f"Notebook: {file}\n")
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    about, code = notebook.cells
    assert "2 seeds, from iteration 3: run the cell" in about.source
    names: dict[str, object] = {}
    exec(code.source.replace("Playground(state", "made = Playground(state"), names)
    made = names["made"]
    assert isinstance(made, Playground)
    assert (made.session.iteration, made.session.seeds) == (3, 2)
    made.close()


def test_no_notebook_is_overwritten(run: Path, tmp_path: Path) -> None:
    books = tmp_path / "books"
    for _ in range(2):  # the same one is used again
        assert toygan("play", run, books, "--copy-only").exit_code == 0
    (books / "my run.ipynb").write_text("edited")
    before = contents(books)
    assert toygan("play", run, books, "--copy-only").exit_code == 0
    after = contents(books)
    assert {name: after[name] for name in before} == before
    assert after.keys() - before.keys() == {Path("my run-2.ipynb")}


def test_without_a_folder_it_is_a_temporary_one(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = set(tmp_path.iterdir())
    assert toygan("play", run, "--copy-only").exit_code == 0
    (made,) = set(tmp_path.iterdir()) - before
    assert [path.name for path in made.iterdir()] == ["my run.ipynb"]


def test_it_plays_a_file_of_a_state(tmp_path: Path) -> None:
    Population(Recipe(width=4, batch=4)).state.save(tmp_path / "mine.state")
    assert toygan("play", tmp_path / "mine.state", tmp_path, "--copy-only").exit_code == 0
    assert (tmp_path / "mine.ipynb").exists()


def test_what_is_not_a_finished_run_is_refused_in_a_line(tmp_path: Path) -> None:
    assert "finished: has no state.safetensors; must be" in refused(toygan("play", OLD / "finished", "--copy-only"))
    assert "not a state of toygan" in refused(toygan("play", OLD / "recipe.json", "--copy-only"))
    Population([Recipe(width=4), Recipe(width=4, lr_g=0.5)]).state.save(tmp_path / "two.state")
    assert "member 1 has lr_g=0.5" in refused(toygan("play", tmp_path / "two.state", "--copy-only"))
    assert not list(tmp_path.glob("*.ipynb"))


def test_jupyter_opens_it_behind_the_same_token() -> None:
    usual, opened = (build_command(Path("books"), False, name) for name in ("", "my run.ipynb"))
    assert opened == [*usual, "--LabApp.default_url=/lab/tree/my%20run.ipynb"]


def test_it_plays_the_best_iteration_of_a_seed(run: Path, tmp_path: Path) -> None:
    result = toygan("play", run, tmp_path / "books", "--best", "--of", 1, "--copy-only")
    assert result.exit_code == 0, result.output
    best = State.load(run, best=True, seed=1)
    about, code = nbformat.read(tmp_path / "books/my run.ipynb", as_version=4).cells
    assert f"seed 1, from its best iteration {best.steps}:" in about.source
    names: dict[str, object] = {}
    exec(code.source.replace("Playground(state", "made = Playground(state"), names)
    made = names["made"]
    assert isinstance(made, Playground)
    assert (made.session.iteration, made.session.seeds, made.session.recipe.seed) == (best.steps, 1, 1)
    made.close()
    assert "--of needs --best" in refused(toygan("play", run, "--of", 1, "--copy-only"))
