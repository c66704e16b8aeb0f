"""The README keeps what it promises: its code runs, its lists are those of the menus, its files are there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from toygan.cli import main, marked_pages, menus
from toygan.recipe import Recipe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)
COMMANDS = [line.split("#")[0] for line in re.findall(r"^toygan train .*$", PAGE, flags=re.M)]


def test_its_python_runs(tmp_path: Path) -> None:
    """From top to bottom, in a process of its own, since an example adds a row to a menu."""
    ran = subprocess.run([sys.executable, "-c", "\n".join(BLOCKS)], cwd=tmp_path, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


def test_its_commands_are_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert COMMANDS
    for command in COMMANDS:
        result = CliRunner().invoke(main, [*command.split()[1:], "--steps", "1"])
        assert result.exit_code == 0, result.output


def test_its_share_string_is_the_recipe_above_it() -> None:
    (line,) = re.findall(r"`(loss=\S+)`", PAGE)
    assert Recipe.from_string(line) == Recipe(loss="hinge", regularizers={"r1": 0.1}, width=32, lr_d=2e-3)
    assert Recipe.from_string(line).to_string() == line


@pytest.mark.parametrize("name", ["README.md", "assets/menus.md"])
def test_its_lists_and_tables_are_those_of_the_menus(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    new = marked_pages.replace_marked(page, menus.TEXTS)
    assert new == page, f"a row has changed: run `toygan menus --into {name}`"


def test_its_pictures_and_files_are_there() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", PAGE)
    here = [link for link in links if "://" not in link]
    assert "assets/ring8.gif" in here
    for link in here:
        assert (ROOT / link).is_file(), link


def test_the_places_where_parts_are_added_are_there() -> None:
    places = re.findall(r"`((?:toygan|lessons)/[\w/.]*)`", PAGE)
    assert len(places) >= 12
    for place in places:
        assert (ROOT / place).exists(), place


def test_every_lesson_is_in_its_table() -> None:
    numbers = [path.name[:2] for path in sorted((ROOT / "lessons").glob("*.ipynb"))]
    assert re.findall(r"^\| (\d\d) ", PAGE, flags=re.M) == numbers
