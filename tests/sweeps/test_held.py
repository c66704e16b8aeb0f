"""A store returns a result only to a sweep whose files and own parts hold what they held in that run."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support.own_loss import Mine

from toygan import LOSSES, Metric, Recipe, RecipeError, read_sweep, sweep
from toygan.parts.metrics import METRICS
from toygan.sweeps import Store
from toygan.sweeps import execute as module
from toygan.sweeps.piece import Piece
from toygan.sweeps.piece import measure as train
from toygan.sweeps.store import _make_keys, read_versions

SMALL = {"width": 4, "batch": 8}
FILE = "file(path='d.csv')"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Piece]:
    """The pieces that are trained here from now on."""
    pieces: list[Piece] = []

    def noted(piece: Piece, later: int) -> Any:
        pieces.append(piece)
        return train(piece)

    monkeypatch.setattr(module, "measure", noted)
    return pieces


def write(offset: float, columns: int = 2) -> None:
    points = np.random.default_rng(0).normal(size=(30, columns)) + offset
    np.savetxt("d.csv", points, delimiter=",", header=",".join("xyz"[:columns]), comments="")


def measure(**fields: Any) -> pd.DataFrame:
    return sweep([Recipe(**SMALL, **fields)], seeds=2, steps=2, every=1, store="s.db", jobs=1)


def test_a_changed_file_is_measured_again_and_the_old_one_is_known_again(begun: list[Piece]) -> None:
    write(0)
    old = measure(data=FILE)
    write(5)
    new = measure(data=FILE)
    assert len(begun) == 2
    fresh = sweep([Recipe(data=FILE, **SMALL)], seeds=2, steps=2, every=1, jobs=1)
    pd.testing.assert_frame_equal(new, fresh)
    assert abs(new["mean-offset"] - old["mean-offset"]).min() > 0.1
    pd.testing.assert_frame_equal(read_sweep("s.db"), new)
    assert len(read_sweep("s.db", every_version=True)) == len(old) + len(new)
    del begun[:]
    write(0)
    pd.testing.assert_frame_equal(measure(data=FILE), old)
    assert begun == []


def test_a_file_with_its_old_time_and_size_is_read_anew(begun: list[Piece]) -> None:
    write(0)
    times = os.stat("d.csv")
    first = measure(data=FILE)
    text = Path("d.csv").read_text()
    Path("d.csv").write_text(text.replace("e-01", "e+00"))
    os.utime("d.csv", ns=(times.st_atime_ns, times.st_mtime_ns))
    assert (os.stat("d.csv").st_mtime_ns, os.stat("d.csv").st_size) == (times.st_mtime_ns, times.st_size)
    assert not measure(data=FILE).equals(first)
    assert len(begun) == 2


def test_a_run_of_the_old_rows_is_not_read_beside_runs_of_the_new_ones() -> None:
    for offset, rates in ((0, [0.1, 0.2]), (5, [0.2, 0.3])):
        write(offset)
        base = Recipe(data=FILE, **SMALL)
        sweep({"lr_g": rates}, seeds=1, steps=1, base=base, store="s.db", jobs=1)
    measure()  # of no file
    table = read_sweep("s.db")
    assert sorted(table[table["data"] == FILE]["lr_g"].unique()) == [0.2, 0.3]
    assert len(table[table["data"] == "ring8"]) == 6


def test_an_edited_part_is_measured_again(begun: list[Piece], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mine", Mine())
    old = measure(loss="mine")
    pd.testing.assert_frame_equal(measure(loss="mine"), old)
    assert len(begun) == 1

    class Edited(Mine):
        factor = 3.0

    monkeypatch.setitem(LOSSES, "mine", Edited())
    edited = measure(loss="mine")
    assert not edited.equals(old)
    part: Any = LOSSES["mine"]
    part.factor = 1.0  # in place, in the row that the recipe holds
    in_place = measure(loss="mine")
    assert len(begun) == 3
    monkeypatch.setitem(LOSSES, "mine", Mine())
    pd.testing.assert_frame_equal(measure(loss="mine"), old)
    assert len(begun) == 3
    pd.testing.assert_frame_equal(in_place, old)


def test_an_own_metric_is_measured_where_it_was_not(begun: list[Piece], monkeypatch: pytest.MonkeyPatch) -> None:
    assert "height" not in measure()
    monkeypatch.setitem(METRICS, "height", Metric(lambda e: e.samples[..., 1].mean(1)))
    assert "height" in measure()
    assert len(begun) == 2
    measure()
    assert len(begun) == 2
    monkeypatch.delitem(METRICS, "height")
    measure()
    assert len(begun) == 2


def test_a_part_that_cannot_be_read_is_never_reused_and_that_is_said(
    begun: list[Piece], monkeypatch: pytest.MonkeyPatch
) -> None:
    part: Any = Mine()
    part.lock = threading.Lock()
    monkeypatch.setitem(LOSSES, "mine", part)
    for _ in range(2):
        with pytest.warns(UserWarning, match=r"loss='mine': cannot be told .* no later sweep takes them") as said:
            table = measure(loss="mine")
        assert [Path(warning.filename).name for warning in said] == ["test_held.py"]
    assert len(begun) == 2
    pd.testing.assert_frame_equal(read_sweep("s.db"), table)


def test_a_file_that_changes_before_another_process_reads_it_is_refused() -> None:
    write(0)
    text = Piece((Recipe(data=FILE, **SMALL),), 1).begin().to_json()
    assert Piece.from_json(text).begin().to_json() == text
    write(5)
    with pytest.raises(RecipeError, match="has changed since the sweep began"):
        Piece.from_json(text)


def test_a_run_in_this_process_keeps_the_rows_that_the_sweep_began_with() -> None:
    write(0)
    piece = Piece((Recipe(data=FILE, **SMALL),), 1)
    (whole,) = [results for _, results in module.execute([piece], jobs=1)]
    started = module.execute([piece, piece._replace(steps=2)], jobs=1, store=Store("s.db"))
    next(started)
    write(5)
    ((_, (late,)),) = started
    assert late.metrics["mean-offset"][1] == whole[0].metrics["mean-offset"][1]
    assert Store("s.db").get(Piece((Recipe(data=FILE, **SMALL),), 2)) is None
    write(0)
    assert Store("s.db").get(Piece((Recipe(data=FILE, **SMALL),), 2)) is not None


def test_what_names_neither_files_nor_own_parts_is_stored_as_before() -> None:
    measure()
    piece = Piece((Recipe(**SMALL),), 2, 1)
    words = [piece.recipes[0].to_json(), 2, 1, None, 2500, "cpu", *read_versions()]  # the key of 0.1.0
    assert _make_keys(piece.begin()) == [hashlib.sha256(json.dumps(words).encode()).hexdigest()]
    tables = sqlite3.connect("s.db").execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    assert {name for (name,) in tables} == {"runs", "measurements", "engines"}
    assert Store("s.db").get(piece) is not None
