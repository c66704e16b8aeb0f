"""The command line: every field has its flag, every mistake is one line, every row of the menus is listed."""

from __future__ import annotations

import errno
import os
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import Mock

import click
import pytest
from support.shell import refused, toygan

from toygan.cli import COMMANDS, menus
from toygan.recipe import FIELDS, KNOBS, Recipe, parse


def another(name: str) -> str:
    """A value of the field that is not its default, as words."""
    how, default = KNOBS[name], getattr(Recipe(), name)
    special = {"regularizers": "r1:0.25,weight-decay:0.001", "generator": "linear", "discriminator": "linear"}
    choices = list(how.menu) if how.menu is not None else [f"{end:g}" for end in how.slider or ()]
    return special.get(name) or next(choice for choice in choices if choice != f"{default}")


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("dash", ["-", "_"])
def test_every_field_has_a_flag(name: str, dash: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Recipe] = []

    def run(recipes: list[Recipe], **how: object) -> None:
        asked.append(recipes[0])
        raise click.Abort

    monkeypatch.setattr("toygan.cli.run_folder.Run", run)
    result = toygan("train", "--" + name.replace("_", dash), another(name))
    assert asked == [Recipe(**{name: parse(name, another(name))})], result.stderr


def test_help_names_every_default_and_choice() -> None:
    words = toygan("train", "--help").output.replace("-\n", "-")
    shown = re.sub(r"\s+", "", words)
    for name, how in KNOBS.items():
        assert re.sub(r"\s+", "", how.help + ";" if name != "regularizers" else how.help) in shown
        for choice in how.menu or ():
            assert choice in shown, f"{name}: {choice}"


def test_flags_change_the_recipe_of_a_file_or_a_share_string(tmp_path: Path) -> None:
    base = Recipe(loss="hinge", regularizers={"r1": 0.5}, seed=7, width=4, batch=4)
    file = tmp_path / "recipe.json"
    file.write_text(base.to_json())
    for i, source in enumerate((["--recipe", file], ["--share", base.to_string()])):
        out = tmp_path / f"run{i}"
        flags = ["--lr-g", "1e-4", "-r", "weight-decay=0.01", "-r", "r1=0.25"]
        result = toygan("train", "--steps", 0, *source, *flags, "--out", out)
        assert result.exit_code == 0, result.output
        expected = base.but(lr_g=1e-4, regularizers={"r1": 0.25, "weight-decay": 0.01})
        assert Recipe.from_json((out / "recipe.json").read_text()) == expected


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--lr-g", "-1"], ["lr_g", "-1", "above 0"]),
        (["--lr-g", "nan"], ["lr_g", "nan", "number"]),
        (["--lr_d", "fast"], ["lr_d", "fast", "number"]),
        (["--d-steps", "1.5"], ["d_steps", "1.5", "whole number"]),
        (["--loss", "hinged"], ["loss", "hinged", "hinge", "wasserstein"]),
        (["--data", "ring(k=)"], ["data", "ring(k=)"]),
        (["--data", "ring(n=3)"], ["data", "n", "radius"]),
        (["--generator", "cnn"], ["generator", "cnn", "mlp"]),
        (["--turns", "simultaneous", "--d-steps", "2"], ["d_steps", "2", "simultaneous"]),
        (["--regularizers", "r1"], ["regularizers", "r1", "strength"]),
        (["-r", "r1"], ["-r", "r1", "name=strength"]),
        (["-r", "r3=0.1"], ["regularizers", "r3", "r1"]),
        (["-r", "r1=-2"], ["regularizers", "r1", "-2", "at least 0"]),
        (["--share", "lr=1"], ["lr", "lr_g"]),
        (["--share", "seed=1", "--recipe", __file__], ["--share", "--recipe"]),
        (["--recipe", __file__], ["recipe", "not JSON"]),
        (["--recipe", "no-such-file"], ["--recipe", "no-such-file", "not exist"]),
        (["--seed", str(2**63 - 1), "--seeds", "2"], ["seed", "2 seeds"]),
        (["--seeds", "0"], ["--seeds", "0", "1<=x"]),
        (["--steps", "many"], ["--steps", "many"]),
        (["--every", "0"], ["--every", "0"]),
        (["--rate", "1"], ["--rate"]),
    ],
)
def test_a_wrong_value_is_one_line_and_leaves_nothing(words: list[str], named: list[str], tmp_path: Path) -> None:
    line = refused(toygan("train", *words, "--out", tmp_path / "run"))
    assert all(name in line for name in named), line
    assert not list(tmp_path.iterdir())


def test_a_mistake_in_a_shell_shows_no_traceback() -> None:
    shell = subprocess.run([sys.executable, "-m", "toygan", "train", "--lr-g", "0"], capture_output=True, text=True)
    assert (shell.returncode, shell.stdout, shell.stderr) == (2, "", "toygan: lr_g=0.0: must be above 0\n")


def test_without_words_it_says_what_there_is() -> None:
    shown = toygan()
    assert shown.exit_code == 0
    assert all(f"{name} " in shown.output for name in COMMANDS)
    assert "fly" in refused(toygan("fly"))


@pytest.mark.parametrize(
    ("trouble", "line"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "menus.md"), "toygan: menus.md: No space left on device"),
        (OSError("no network"), "toygan: the system: no network"),
        (MemoryError(), "toygan: not enough memory"),
    ],
)
def test_trouble_of_the_machine_is_one_line(trouble: Exception, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toygan.cli.menus.list_menus", Mock(side_effect=trouble))
    assert refused(toygan("menus")) == line


def test_a_mistake_of_our_own_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toygan.cli.menus.list_menus", Mock(side_effect=ValueError("a bug")))
    assert isinstance(toygan("menus").exception, ValueError)


def test_the_menus_show_every_row_with_what_it_is() -> None:
    text = toygan("menus").stdout
    for title, rows in menus.list_menus().items():
        for row in rows:
            assert f"  {row.name} " in text or f"  {row.name}\n" in text
            assert row.what, f"{title}: {row.name} does not say what it is"


def test_only_what_stands_between_its_marks_is_renewed(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    marks = "<!-- {0}: written by `make readme` -->{1}<!-- end of {0} -->"
    page.write_text(f"before\n{marks.format('names of the menus', 'old')}\nafter", encoding="utf-8")
    assert toygan("menus", "--into", page).exit_code == 0
    assert page.read_text(encoding="utf-8") == (
        f"before\n{marks.format('names of the menus', chr(10) * 2 + menus.render_names() + chr(10) * 2)}\nafter"
    )
    assert list(tmp_path.iterdir()) == [page]


def test_a_page_without_a_place_for_the_menus_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("mine")
    assert "no place" in refused(toygan("menus", "--into", page))
    assert page.read_text() == "mine"
