"""Reading a store needs neither the parts nor the files of its runs, and no permission to write."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.shell import refused, toygan

from toygan import LOSSES, Recipe, RecipeError, read_sweep, sweep
from toygan.sweeps import Store, StoreError

SMALL = Recipe(width=4, batch=8)


def fill(file: Path, *recipes: Recipe) -> pd.DataFrame:
    """Measure recipes into a store, and close it."""
    kept = Store(file)
    table = sweep(recipes, seeds=2, steps=2, every=1, store=kept, jobs=1)
    kept.close()
    return table


def test_a_store_is_read_without_the_data_file_and_from_another_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path)
    points = np.random.default_rng(0).normal(size=(50, 2))
    np.savetxt("d.csv", points, delimiter=",", header="x,y", comments="")
    table = fill(tmp_path / "s.db", SMALL.but(data="file(path='d.csv')"), SMALL)
    monkeypatch.chdir(tmp_path / "there")
    pd.testing.assert_frame_equal(read_sweep("../s.db"), table)
    (tmp_path / "d.csv").unlink()
    pd.testing.assert_frame_equal(read_sweep("../s.db"), table)
    assert toygan("report", "../s.db", "--out", "r.html").exit_code == 0
    assert "d.csv" in Path("r.html").read_text(encoding="utf-8")


def test_one_run_with_an_own_part_does_not_hide_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as here:
        here.setitem(LOSSES, "mine", LOSSES["least-squares"])
        own = Recipe(loss="mine", width=4, batch=8)
        table = fill(tmp_path / "s.db", own, SMALL)
    with pytest.raises(RecipeError):
        Recipe.from_json(own.to_json())
    pd.testing.assert_frame_equal(read_sweep(tmp_path / "s.db"), table)
    assert toygan("report", tmp_path / "s.db", "--out", tmp_path / "r.html").exit_code == 0
    assert "loss=mine" in (tmp_path / "r.html").read_text(encoding="utf-8")
    found = [result.recipe for result in Store(tmp_path / "s.db").results()]
    assert sum(isinstance(recipe, Recipe) for recipe in found) == 2
    assert {json.loads(recipe.to_json())["loss"] for recipe in found} == {"mine", "non-saturating"}
    assert own.to_string() in {recipe.to_string() for recipe in found}


def test_reading_writes_nothing_into_the_store(tmp_path: Path) -> None:
    fill(tmp_path / "s.db", SMALL)
    (tmp_path / "s.db").chmod(0o444)
    before = (tmp_path / "s.db").read_bytes()
    kept = Store(tmp_path / "s.db", readonly=True)
    assert len(kept.results()) == 2
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        kept._db.execute("DELETE FROM runs")
    kept.close()
    assert (tmp_path / "s.db").read_bytes() == before


@pytest.fixture
def nothing_can_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite as on a read-only mount: it cannot make a file beside the store."""
    connect = sqlite3.connect

    def refuse(address: Any, **how: Any) -> sqlite3.Connection:
        if "immutable=1" not in str(address):
            error = sqlite3.OperationalError("unable to open database file")
            error.sqlite_errorcode = sqlite3.SQLITE_CANTOPEN
            raise error
        return connect(address, **how)

    monkeypatch.setattr("toygan.sweeps.store.sqlite3.connect", refuse)


def test_a_store_on_a_read_only_mount_is_read(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    file = tmp_path / "a b?%41#.db"
    table = fill(file, SMALL)
    request.getfixturevalue("nothing_can_be_written")
    pd.testing.assert_frame_equal(read_sweep(file), table)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    file.with_name(file.name + "-wal").write_bytes(b"results")
    with pytest.raises(OSError, match="copy it and"):
        read_sweep(file)


def test_what_another_connection_has_just_written_is_read(tmp_path: Path) -> None:
    writer = Store(tmp_path / "s.db")
    table = sweep([SMALL], seeds=2, steps=2, every=1, store=writer, jobs=1)
    assert (tmp_path / "s.db-wal").stat().st_size > 0
    pd.testing.assert_frame_equal(read_sweep(tmp_path / "s.db"), table)
    sweep([SMALL.but(lr_g=0.1)], seeds=2, steps=2, every=1, store=writer, jobs=1)
    assert len(read_sweep(tmp_path / "s.db")) == 2 * len(table)
    writer.close()


def test_a_report_never_turns_an_empty_file_into_a_store(tmp_path: Path) -> None:
    empty = tmp_path / "empty.db"
    empty.touch()
    assert "is empty, and not a store" in refused(toygan("report", empty, "--out", tmp_path / "r.html"))
    with pytest.raises(StoreError, match="is empty"):
        read_sweep(empty)
    assert empty.read_bytes() == b""
    with pytest.raises(FileNotFoundError):
        read_sweep(tmp_path / "none.db")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
