"""Files that earlier versions wrote are read, with the same content, and their runs continue to the same result.

A folder for each version; its README.md says how its files were made. They are never written again.
"""

from __future__ import annotations

import base64
import inspect
import json
import re
import shutil
import tarfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.folders import contents
from support.shell import toygan as command_line

import toygan
from toygan import Population, Recipe, State, teach
from toygan.measure import advice
from toygan.recipe import KNOBS
from toygan.sweeps import Store
from toygan.teach import read_answers, read_marks

OLD = Path(__file__).parent / "0.1.0"
RUN = ["train", "--steps", 4, "--every", 2, "--seeds", 2, "--html"]
DRAWN = ["train", "--steps", 4, "--every", 4, "--seeds", 1, "--gif"]
FLAGS = {"interrupted": RUN, "finished": RUN, "drawn": DRAWN}
CLOSE = {"rel": 1e-3, "abs": 1e-3}  # another processor may round otherwise from the first draw on


def stored(name: str) -> Any:
    return json.loads((OLD / name).read_text(encoding="utf-8"))


@pytest.fixture
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The folder of a run, with the name that the test asks for."""
    archive = OLD / f"{request.param}.tar.xz"
    if archive.exists():
        with tarfile.open(archive) as files:
            files.extractall(tmp_path, filter="data")
    else:
        shutil.copytree(OLD / request.param, tmp_path / request.param)
    return tmp_path / request.param


def command(folder: Path) -> list[object]:
    """The command that began the run in this folder."""
    return [*FLAGS[folder.name], "--recipe", folder / "recipe.json", "--out", folder]


def rows(file: Path) -> list[list[float]]:
    """The numbers of a metrics.json, of the metrics that 0.1.0 had; NaN for null."""
    names = list(stored("finished/metrics.json")[0])
    table = json.loads(file.read_text(encoding="utf-8"))
    return [[np.nan if row[name] is None else row[name] for name in names] for row in table]


def frames(page: Path) -> list[int]:
    """The iterations that a recording shows."""
    (coded,) = re.findall(r'id="toygan-frames">\s*([\w+/=]+)', page.read_text(encoding="utf-8"))
    content = zlib.decompress(base64.b64decode(coded))
    length = int.from_bytes(content[:4], "little")
    return [frame["iteration"] for frame in json.loads(content[4 : 4 + length])]


NEWER = ("state.safetensors", "best.npz", "diagnosis.json")  # files of a run that 0.1.0 did not write
REMOVED = ("Population.adopt", "State.mapped")  # methods that only toygan itself called


def test_public_names_are_still_there_with_their_arguments() -> None:
    for name, arguments in stored("names.json").items():
        if name in REMOVED:
            continue
        first, _, member = name.partition(".")
        value = getattr(toygan, first) if first in toygan.__all__ else getattr(teach, first)
        if member:
            assert member in dir(value) or member in getattr(value, "__dataclass_fields__", {}), name
        elif arguments:
            present = list(inspect.signature(value).parameters)
            assert [argument for argument in present if argument in arguments] == arguments, name


@pytest.mark.parametrize("share", stored("shares.json"))
def test_a_share_string_means_the_same_recipe(share: str) -> None:
    recipe = Recipe.from_string(share)
    assert recipe.to_string() == share
    fields = json.loads(recipe.to_json())
    was = stored("shares.json")[share]
    assert {name: fields[name] for name in was} == was
    assert Recipe.from_json(json.dumps(was)) == recipe


def test_every_field_is_changed_by_one_of_the_share_strings() -> None:
    recipes = [Recipe.from_string(share) for share in stored("shares.json")]
    for name in stored("shares.json")[""]:
        assert any(getattr(recipe, name) != getattr(Recipe(), name) for recipe in recipes), name


@pytest.mark.parametrize("field", stored("menus.json"))
def test_every_row_of_a_menu_still_has_its_name(field: str) -> None:
    menu = KNOBS[field].menu
    assert menu is not None
    missing = [name for name in stored("menus.json")[field] if name not in menu]
    assert not missing


def test_a_recipe_file_is_read() -> None:
    recipe = Recipe.from_json((OLD / "recipe.json").read_text(encoding="utf-8"))
    assert recipe == Recipe(data="gaussian1d", width=4, batch=4, ema=0.9, regularizers={"r1": 0.1})


def test_a_state_is_read_and_continues_as_it_did() -> None:
    population = Population.restore(State.load(OLD / "run.state"))
    assert population.steps == 3
    assert [recipe.seed for recipe in population.recipes] == [0, 1]
    population.run(3)
    for role, theta in stored("continued.json").items():
        assert getattr(population, role).theta.tolist() == pytest.approx(np.array(theta), **CLOSE)


def test_a_store_is_read_into_the_same_table(tmp_path: Path) -> None:
    store = shutil.copy(OLD / "rates.db", tmp_path)
    assert command_line("report", store, "--out", tmp_path / "rates.csv").exit_code == 0
    was, found = (pd.read_csv(folder / "rates.csv", keep_default_na=False) for folder in (OLD, tmp_path))
    pd.testing.assert_frame_equal(found[was.columns], was, check_exact=True)
    assert command_line("report", store, "--out", tmp_path / "rates.html").exit_code == 0


def test_a_store_takes_more_results(tmp_path: Path) -> None:
    store = shutil.copy(OLD / "rates.db", tmp_path)
    words = ["sweep", "lr_g=0.1", "--share", "width=4&batch=4", "--seeds", 1, "--steps", 2, "--jobs", 1]
    assert command_line(*words, "--store", store).exit_code == 0
    assert len(Store(store).results(every_version=True)) == 8 + 1


@pytest.mark.parametrize("folder", ["interrupted"], indirect=True)
def test_an_interrupted_run_is_read_and_continues_to_the_same_result(folder: Path) -> None:
    assert command_line("diagnose", folder).exit_code == 0
    resumed = command_line(*command(folder), "--resume")
    assert resumed.exit_code == 0, resumed.output
    assert rows(folder / "metrics.json") == pytest.approx(
        np.array(rows(OLD / "finished/metrics.json")), nan_ok=True, **CLOSE
    )
    assert frames(folder / "run.html") == [0, 1, 2, 3, 4]
    assert not (folder / "checkpoint.npz").exists()


@pytest.mark.parametrize("folder", ["drawn"], indirect=True)
def test_an_animation_that_was_interrupted_gets_its_other_frames(folder: Path, tmp_path: Path) -> None:
    resumed = command_line(*command(folder), "--resume")
    assert resumed.exit_code == 0, resumed.output
    again = [*DRAWN, "--recipe", folder / "recipe.json", "--out", tmp_path / "again"]
    assert command_line(*again).exit_code == 0
    assert frame_count(folder / "training.gif") == frame_count(tmp_path / "again/training.gif") > 1


def frame_count(file: Path) -> int:
    with Image.open(file) as image:
        return int(image.n_frames)  # type: ignore[attr-defined]


@pytest.mark.parametrize("folder", ["finished"], indirect=True)
def test_a_finished_run_is_read_recognised_and_replaced(folder: Path, tmp_path: Path) -> None:
    before = contents(folder)
    diagnosed = command_line("diagnose", folder)
    assert diagnosed.exit_code == 0
    assert re.findall(r"^seed (\d)", diagnosed.stdout, flags=re.M) == ["0", "1"]
    assert "finished already, at iteration 4" in command_line(*command(folder), "--resume").stdout
    assert contents(folder) == before
    recipe = shutil.copy(folder / "recipe.json", tmp_path / "elsewhere.json")  # a command keeps its own input
    replaced = command_line(*FLAGS["finished"], "--recipe", recipe, "--out", folder, "--force")
    assert replaced.exit_code == 0, replaced.output
    assert contents(folder).keys() == before.keys() | {*map(Path, NEWER)}
    assert (folder / "picture.png").stat().st_size > 1000


@pytest.mark.parametrize("folder", ["finished"], indirect=True)
@pytest.mark.parametrize("name", [".toygan-whole", ".toygan-moving"])
def test_a_replacement_that_was_interrupted_is_ended(folder: Path, name: str, tmp_path: Path) -> None:
    new = tmp_path / "new"
    shutil.copytree(folder, new)
    shutil.move(shutil.copytree(folder, tmp_path / "copy"), new / name)
    assert command_line(*FLAGS["finished"], "--recipe", new / "recipe.json", "--out", new, "--resume").exit_code == 0
    assert contents(new) == contents(folder)


def test_the_answers_of_a_class_are_read() -> None:
    (row,) = read_answers([OLD / "ada.json"]).to_dict("records")
    assert row == {
        "learner": "ada", "question": "How many modes are left?", "answer": "at most three", "came true in": 2,
        "runs": 3,
    }  # fmt: skip
    assert read_marks([OLD / "ada.json"]).empty


def test_a_table_of_odds_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """By source, verdict and remedy: how many of the runs it helped and harmed, and of how many."""
    monkeypatch.setattr(advice, "files", lambda package: OLD)
    table = advice.read_odds.__wrapped__()
    assert tuple(table["oscillation"]["strong r1"]) == (3 + 4, 0, 8 + 4)
    names = {remedy for remedies in table.values() for remedy in remedies}
    assert names <= {remedy for verdict in table for remedy in advice.REMEDIES_FOR[verdict]}
