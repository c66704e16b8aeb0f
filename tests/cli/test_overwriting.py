"""No command overwrites a file that it reads, however the two are spelt or linked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from support.shell import refused, toygan

from toygan import Recipe, sweep
from toygan.sweeps import Store

SMALL = Recipe(width=4, batch=8)


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store whose name a report may have."""
    file = tmp_path / "s.html"
    kept = Store(file)
    sweep([SMALL], seeds=1, steps=1, every=1, store=kept, jobs=1)
    kept.close()
    return file


def spellings(file: Path) -> list[Path]:
    soft, hard = file.with_name("soft.html"), file.with_name("hard.html")
    soft.symlink_to(file)
    os.link(file, hard)
    return [file, file.parent / ".." / file.parent.name / file.name, soft, hard, Path(os.path.relpath(file))]


def test_a_report_never_replaces_its_store(store: Path) -> None:
    others = spellings(store)
    before = snapshot(store.parent)
    for out in others:
        line = refused(toygan("report", store, "--out", out, "--force"))
        assert "--out" in line
        assert "is the file of STORE" in line
    assert snapshot(store.parent) == before


@pytest.mark.parametrize("ending", ["", "-wal", "-shm", "-journal"])
def test_reproduce_never_replaces_its_store(store: Path, ending: str) -> None:
    before = snapshot(store.parent)
    words = ("reproduce", "rs-gan-bimodal", "--budget", 1, "--seeds", 1, "--store", store, "--force")
    assert "is the file of --store" in refused(toygan(*words, "--out", f"{store}{ending}"))
    assert snapshot(store.parent) == before


def test_gallery_never_writes_its_odds_over_its_store_even_before_there_is_one(tmp_path: Path) -> None:
    both = tmp_path / "odds.json"
    assert "is the file of --store" in refused(toygan("gallery", "--random", 1, "--store", both, "--odds", both))
    assert list(tmp_path.iterdir()) == []


def test_no_command_writes_over_the_recipe_that_it_reads(tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert toygan("train", "--steps", 1, "--seeds", 1, "--width", 4, "--out", run).exit_code == 0
    recipe, before = run / "recipe.json", snapshot(tmp_path)
    words = ("train", "--steps", 1, "--seeds", 1, "--recipe", recipe, "--lr-g", 0.1, "--out", run, "--force")
    assert "is the file of --recipe" in refused(toygan(*words))
    assert "is the file of --recipe" in refused(toygan("sweep", "--recipe", recipe, "--store", recipe))
    assert snapshot(tmp_path) == before
