"""What CONTRIBUTING, CHANGELOG and CITATION say is so."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from test_architecture import ARROWS

import toygan

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_version_is_the_same_everywhere_and_is_said_without_torch() -> None:
    code = "import sys, toygan; print(toygan.__version__); sys.exit('torch' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == toygan.__version__ == VERSION
    assert f"\nversion: {VERSION}\n" in read("CITATION.cff")
    assert re.findall(r"^## (.*)$", read("CHANGELOG.md"), flags=re.M)[:2] == ["Unreleased", VERSION]


def floors() -> list[list[str]]:
    """The rows of the table of floors, from the ground up."""
    table = read("CONTRIBUTING.md").partition("## The floors")[2].partition("##")[0]
    return [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table.splitlines() if row.startswith("| `")]


def test_the_floors_are_those_of_the_package() -> None:
    folder = ROOT / "toygan"
    there = {path.stem for path in folder.glob("*.py")} | {path.parent.name for path in folder.glob("*/__init__.py")}
    assert sorted(name for floor in floors() for name in floor) == sorted(there - {"__init__"})


def test_a_floor_imports_from_below() -> None:
    height = {name: i for i, floor in enumerate(floors()) for name in floor}
    for layer, imported in ARROWS.items():
        assert all(height[other] <= height[layer] for other in imported), layer


def test_every_file_and_folder_that_is_named_is_there() -> None:
    named = set(re.findall(r"`((?:toygan|tests|assets|findings)/[\w/.]*)`", read("CONTRIBUTING.md"))) - {"findings/"}
    assert len(named) >= 12
    for place in named:
        assert (ROOT / place).exists(), place


def test_every_target_of_make_is_there() -> None:
    targets = re.findall(r"^(\w+):", read("Makefile"), flags=re.M)
    assert set(re.findall(r"`?\bmake (\w+)", read("CONTRIBUTING.md"))) <= set(targets)
