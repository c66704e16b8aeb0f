"""The README keeps what it promises: its code and commands run, and the files that it names are there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from toygan import Playground, Population, Recipe
from toygan.cli import main, marked_pages, menus

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)
COMMANDS = [line.split("#")[0].split() for line in re.findall(r"^toygan .*$", PAGE, flags=re.M)]
# What makes a command short enough for a test: nothing is measured by claims, which `make slow` runs.
SHORTER = {
    "compare": ["--steps", "1", "--seeds", "2"],
    "train": ["--steps", "1"], "play": ["--copy-only"], "claims": ["--list"],
    "remedy": ["--iterations", "1", "--jobs", "1"],
    "sweep": ["--steps", "1", "--seeds", "1", "--jobs", "1"],
    "explore": ["--steps", "1", "--seeds", "1"],
    "reproduce": ["--budget", "2", "--seeds", "1", "--jobs", "1"],
}  # fmt: skip
EXITS = {"remedy": 1}  # so small a budget finds nothing


def test_it_is_short() -> None:
    assert len(PAGE.splitlines()) <= 150


def test_its_python_runs(tmp_path: Path) -> None:
    """From top to bottom, in a process of its own, since an example adds a row to a menu."""
    ran = subprocess.run([sys.executable, "-c", "\n".join(BLOCKS)], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_its_playground_takes_the_arguments_that_it_names(tmp_path: Path) -> None:
    named = {name: ast.literal_eval(value) for name, value in re.findall(r"`(controls|panels)=(\(.*?\))`", PAGE)}
    assert named.keys() == {"controls", "panels"}
    playground = Playground(Recipe(width=4, batch=4), seeds=1, **named)
    (file,) = re.findall(r"`playground.save\(\"(.*?)\"\)`", PAGE)
    playground.save(str(tmp_path / file))
    assert b"<html" in (tmp_path / file).read_bytes()


def test_its_commands_run_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert {words[1] for words in COMMANDS} > SHORTER.keys()
    for words in COMMANDS:
        result = CliRunner().invoke(main, [*words[1:], *SHORTER.get(words[1], [])])
        assert result.exit_code == EXITS.get(words[1], 0), result.output
    assert {path.name for path in tmp_path.iterdir()} >= {"run", "rates.db", "rates.html", "runs.html"}


@pytest.mark.slow
def test_its_claim_is_measured_in_full() -> None:
    (words,) = [words for words in COMMANDS if words[1] == "claims"]
    result = CliRunner().invoke(main, words[1:])
    assert result.exit_code == 0, result.output


def test_its_data_are_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("heights.csv").write_text("height,age\n" + "".join(f"{150 + i},{i}\n" for i in range(50)), encoding="utf-8")
    table = PAGE.partition("| you have |")[2].partition("###")[0]
    specs = re.findall(r'\| `"(.*?)"` \|$', table, flags=re.M)
    assert len(specs) == 5
    for spec in specs:
        population = Population(Recipe(data=spec, width=4, batch=4))
        population.step()
        assert population.generate(2).isfinite().all()


def test_its_share_string_is_the_recipe_above_it() -> None:
    (line,) = re.findall(r"`(loss=\S+)`", PAGE)
    assert Recipe.from_string(line) == Recipe(loss="hinge", regularizers={"r1": 0.1}, width=32, lr_d=2e-3)
    assert Recipe.from_string(line).to_string() == line


def test_the_page_of_the_menus_is_not_stale() -> None:
    page = (ROOT / "assets/menus.md").read_text(encoding="utf-8")
    for name, text in menus.TEXTS.items():
        assert f"<!-- {name}: " in page
        assert text() in page, "a row has changed: run `toygan menus --into assets/menus.md`"
    assert marked_pages.replace_marked(page, menus.TEXTS) == page


def test_its_pictures_and_files_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    here = [link for link in links if "://" not in link]
    assert "assets/ring8.gif" in here
    for link in here:
        assert (ROOT / link).is_file(), link


def test_every_lesson_is_on_the_page_of_the_course() -> None:
    course = (ROOT / "lessons/README.md").read_text(encoding="utf-8")
    names = [path.name for path in sorted((ROOT / "lessons").glob("*.ipynb"))]
    assert re.findall(r"^\| \[.*?\]\((.*?)\)", course, flags=re.M) == names
