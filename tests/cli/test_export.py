"""`toygan export` writes a script, a notebook and weights, and replaces nothing without being told to."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import nbformat
import pytest
import torch
from support.folders import SMALL
from support.shell import refused, toygan

from toygan import Population, Recipe, State


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    done = toygan("train", *SMALL, "--steps", 4, "--out", "run")
    assert done.exit_code == 0, done.output
    return tmp_path / "run"


def read_script(path: str) -> dict[str, Any]:
    with torch.random.fork_rng():
        return runpy.run_path(path)


def test_the_generator_of_the_script_has_the_samples_of_the_run_for_the_same_noise(run: Path) -> None:
    seed = State.load(run).recipes[-1].seed
    done = toygan("export", "run", "--out", "gan.py", "--weights", "gan.safetensors", "--of", seed)
    assert done.exit_code == 0, done.output
    gan = read_script("gan.py")
    gan["load"]("gan.safetensors")
    population = Population.restore(State.load(run))
    z = population.probe_batch(64).z[-1]
    torch.testing.assert_close(gan["G"](z), population.generate(64)[-1])
    torch.testing.assert_close(gan["D"](z), population.critic(z)[-1])


def test_a_share_string_and_options_name_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert toygan("export", "loss=hinge", "--lr-d", "0.004", "--out", "gan.py").exit_code == 0
    assert Path("gan.py").read_text() == Recipe(loss="hinge", lr_d=0.004).to_pytorch()
    Path("r.json").write_text(Recipe(data="bimodal").to_json())
    assert toygan("export", "r.json", "--out", "other.py").exit_code == 0
    assert read_script("other.py")["sample_data"](3).shape == (3, 1)


def test_a_notebook_is_valid_and_has_the_code_of_the_script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert toygan("export", "ema=0.9", "--notebook", "--out", "gan.ipynb").exit_code == 0
    notebook = nbformat.read("gan.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    code = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs for cell in notebook.cells if cell.cell_type == "code")
    short = "\n\n\n".join(code).replace("train(2000)", "train(2)")
    space: dict[str, Any] = {"__name__": "gan"}
    with torch.random.fork_rng():
        exec(short, space)
    assert len(space["history"]) == 2
    assert len(space["figure"].axes) == 2


def test_what_cannot_be_done_is_a_line(run: Path) -> None:
    Path("gan.py").write_text("mine")
    assert "gan.py: exists" in refused(toygan("export", "--out", "gan.py"))
    assert Path("gan.py").read_text() == "mine"
    assert toygan("export", "--out", "gan.py", "--force").exit_code == 0
    assert "--out a.txt: must end in .py" in refused(toygan("export", "--out", "a.txt"))
    assert "needs RUN" in refused(toygan("export", "loss=hinge", "--weights", "a.safetensors"))
    both = ("-r", "unrolled=5", "-r", "r1=0.1")
    assert "'unrolled' is written without others" in refused(toygan("export", *both, "--out", "a.py"))
    assert "RUN: has a recipe of its own" in refused(toygan("export", "run", "--loss", "hinge", "--out", "a.py"))
    assert "--out: must name the file" in refused(toygan("export"))
    assert "--of 77: must be a seed" in refused(toygan("export", "run", "--of", 77, "--out", "a.py"))
    assert not Path("a.py").exists()
