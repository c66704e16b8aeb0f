"""A string that someone has sent opens no file outside the working folder unless the user allows it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.shell import refused, toygan

from toygan import Playground, Recipe, RecipeError, Session
from toygan.cli import run_folder

SMALL = {"width": 4, "batch": 4}


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that are opened from now on; `../out.csv` and `in.csv` exist."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    for name in ("in.csv", "../out.csv"):
        np.savetxt(name, np.eye(2), delimiter=",", header="x,y", comments="")
    names: list[str] = []
    rows = sys.modules["toygan.parts.distributions.rows"]
    read = rows.read_table

    def noted(file: Path, *how: Any) -> object:
        names.append(file.name)
        return read(file, *how)

    monkeypatch.setattr(rows, "read_table", noted)
    return names


def test_a_share_string_is_refused_before_its_file_is_opened(opened: list[str]) -> None:
    line = Recipe(data="standardised(of=file(path='../out.csv'))", **SMALL).to_string()
    del opened[:]
    with pytest.raises(
        RecipeError, match=r"'\.\./out\.csv' is outside the working folder and is not opened; give"
    ) as e:
        Recipe.from_string(line)
    assert "\n" not in str(e.value)
    assert opened == []
    assert Recipe.from_string(line, outside=True).distribution.dim == 2
    assert opened == ["out.csv"]
    assert Recipe.from_string("data=file(path='in.csv')").distribution.dim == 2


@pytest.mark.parametrize("data", ["../out.csv", "standardised(of='../out.csv')"])
def test_a_path_alone_is_refused_too(data: str, opened: list[str]) -> None:
    with pytest.raises(RecipeError, match="is outside the working folder"):
        Recipe.from_string(f"data={data}")
    assert opened == []


def test_a_command_asks_too(opened: list[str]) -> None:
    share = "data=file(path='../out.csv')&width=4&batch=4"
    train = ["train", "--share", share, "--steps", "1", "--seeds", "1"]
    compare = ["compare", share, "width=4", "--metric", "spread-ratio", "--steps", "1", "--seeds", "2"]
    for command in (train, compare, ["sweep", "--share", share]):
        assert "--outside in the shell" in refused(toygan(*command))
    assert opened == []
    for command in (train, compare):
        assert toygan(*command, "--outside").exit_code == 0
    assert toygan("train", "--data", "file(path='../out.csv')", "--steps", "0", "--width", "4").exit_code == 0


def test_what_is_typed_into_a_playground_is_refused_and_what_code_says_is_done(opened: list[str]) -> None:
    playground = Playground(Recipe(**SMALL), controls=("data", "lr_g"), seeds=1)
    control = playground.controls[0]
    control.widget._hear({"typed": "file(path='../out.csv')"})
    assert playground.session.refused
    assert 'call set("data", ...) of the playground' in playground.session.message
    assert playground.session.recipe.data == control.widget.value == "ring8"
    assert opened == []
    control.widget._hear({"typed": "file(path='in.csv')"})
    assert playground.session.recipe.data == "file(path='in.csv')"
    assert playground.set("data", "file(path='../out.csv')")
    playground.controls[1].widget._hear({"typed": "0.01"})
    control.widget._hear({"typed": "file(path='../out.csv')"})  # what it has
    assert not playground.session.refused
    playground.close()


@pytest.mark.usefixtures("opened")
def test_a_page_says_whose_rows_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "MOST_FRAMES", 2)
    data = "standardised(of=file(path='../out.csv'))"
    train = ["train", "--data", data, "--width", "4", "--steps", "1", "--seeds", "2", "--html", "--out", "run"]
    assert toygan(*train).exit_code == 0
    assert "of 2 seeds · holds rows of out.csv · recorded by" in Path("run/run.html").read_text(encoding="utf-8")
    assert Session(Recipe(data=data, **SMALL), seeds=1).about == "seed 0 · holds rows of out.csv"
    assert Session(Recipe(**SMALL), seeds=1).about == "seed 0"
