"""What a user installs: the wheel, its lessons, the tested versions, and the two commands that set all up."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
REQUIREMENTS = [Requirement(line) for line in [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder], cwd=ROOT, check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_the_package_its_lessons_and_no_tests(wheel: Path) -> None:
    names = {str(path.relative_to(wheel)) for path in wheel.rglob("*") if path.is_file()}
    assert {f"toygan/_lessons/{path.name}" for path in (ROOT / "lessons").glob("*.ipynb")} <= names
    assert {"toygan/py.typed", "toygan/cli/__init__.py"} <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests")]


def test_the_installed_package_finds_its_lessons(wheel: Path, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "toygan", "lab", "mine", "--copy-only"]
    subprocess.run(words, cwd=tmp_path, check=True, env={**os.environ, "PYTHONPATH": str(wheel)})
    copied = {path.name: path.read_bytes() for path in (tmp_path / "mine").glob("*.ipynb")}
    assert copied == {path.name: path.read_bytes() for path in (ROOT / "lessons").glob("*.ipynb")}


def pins() -> dict[str, str]:
    """The tested version of each package, by canonical name."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("==") for line in lines if not line.startswith("#"))
    return {str(canonicalize_name(name)): version for name, version in pairs}


def test_every_requirement_has_a_tested_version_within_its_range() -> None:
    for requirement in REQUIREMENTS:
        version = pins()[str(canonicalize_name(requirement.name))]
        assert requirement.specifier.contains(version), f"{requirement} is tested with {version}"


def test_the_tested_versions_fit_every_python_that_is_promised() -> None:
    """Some packages ask for 3.11.5, and Debian 12 has 3.11.2."""
    oldest = PROJECT["requires-python"].removeprefix(">=") + ".0"
    for package in distributions():
        name, wants = str(canonicalize_name(package.name)), package.metadata.get("Requires-Python")
        if wants and pins().get(name) == package.version:
            assert SpecifierSet(wants).contains(oldest), f"{name} {package.version} asks for Python {wants}"


def test_every_requirement_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").splitlines()
    for requirement in REQUIREMENTS:
        listed = [line for line in lines if re.match(rf'\s*"{re.escape(requirement.name)}[<>=]', line)]
        assert listed, f"{requirement.name}: where?"
        assert all(re.search(r"# \w+", line) for line in listed), f"{requirement.name}: what for?"


@pytest.mark.skipif(shutil.which("make") is None, reason="no make")
def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    old = tmp_path / "python2"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 2.7.18" && exit\nexit 1\n')
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path)
    made = subprocess.run(["make", "lab", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True)
    assert made.returncode != 0
    assert "needs Python 3.11" in made.stderr
    assert "Python 2.7.18" in made.stderr
    assert not (tmp_path / ".venv").exists()
