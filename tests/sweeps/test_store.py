"""A store keeps results for anyone to read, and is never made of, or damaged by, anything else."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from toygan.recipe import Recipe
from toygan.sweeps.piece import Piece, run
from toygan.sweeps.store import TABLES, VERSION, Store, StoreError

PIECE = Piece(tuple(Recipe(width=4, batch=4).seeds(2)), 4, 2, n=50)


def test_what_was_put_in_comes_out_as_it_was(tmp_path: Path) -> None:
    store, results = Store(tmp_path / "s.db"), run(PIECE.to_json())
    assert store.get(PIECE) is None
    store.put(PIECE, results)
    store.put(PIECE, results)
    again = Store(tmp_path / "s.db")
    for found in (again.get(PIECE), again.results()):
        assert found is not None
        assert [r.recipe for r in found] == list(PIECE.recipes)
        for ours, theirs in zip(results, found, strict=True):
            assert (ours.n, ours.diverged_at, ours.verdict) == (theirs.n, theirs.diverged_at, theirs.verdict)
            np.testing.assert_array_equal(ours.steps, theirs.steps)
            assert ours.metrics.keys() == theirs.metrics.keys()
            assert theirs.engines == ours.engines == ((0, "step by step"),)
            for name in ours.metrics:
                np.testing.assert_array_equal(ours.metrics[name], theirs.metrics[name])
    assert again.get(PIECE._replace(n=60)) is None
    assert again.get(PIECE._replace(every=1)) is None


def test_it_keeps_what_computed_each_stretch_and_a_store_that_does_not_is_read_and_filled(tmp_path: Path) -> None:
    changed = ((0, "step by step"), (2, "compiled"))
    results = [result._replace(engines=changed) for result in run(PIECE.to_json())]
    store = Store(tmp_path / "s.db")
    store.put(PIECE, results)
    assert [found.engines for found in store.results()] == [changed, changed]
    store.close()
    with sqlite3.connect(tmp_path / "s.db") as older:
        older.execute("DROP TABLE engines")
    older.close()
    store = Store(tmp_path / "s.db")
    assert [found.engines for found in store.results()] == [(), ()]
    store.put(PIECE._replace(every=1), results)
    assert [found.engines for found in store.results()] == [(), (), changed, changed]


def test_any_program_can_read_it(tmp_path: Path) -> None:
    Store(tmp_path / "s.db").put(PIECE, run(PIECE.to_json()))
    rows = sqlite3.connect(tmp_path / "s.db").execute(
        'SELECT seed, step, "loss-d" FROM runs JOIN measurements ON run = id ORDER BY seed, step'
    )
    assert [(seed, step) for seed, step, _ in rows] == [(seed, step) for seed in (0, 1) for step in (0, 2, 4)]


def test_results_of_other_code_are_kept_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, results = Store(tmp_path / "s.db"), run(PIECE.to_json())
    store.put(PIECE, results)
    monkeypatch.setattr("toygan.sweeps.store.read_versions", lambda: ("other", "2.0"))
    assert store.get(PIECE) is None
    store.put(PIECE, results)
    assert len(store.results()) == 2
    assert len(store.results(every_version=True)) == 4


def foreign(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE mine (x)")
    base.commit()
    base.close()


def newer(path: Path) -> None:
    Store(path).close()
    base = sqlite3.connect(path)
    base.execute(f"PRAGMA user_version = {VERSION + 1}")
    base.commit()
    base.close()


def damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\x00" + bytes(range(256)) * 20)


def text(path: Path) -> None:
    path.write_text("mine")


def changed(*statements: str) -> Callable[[Path], None]:
    """A store of one piece, in which another program ran these statements."""

    def change(path: Path) -> None:
        store = Store(path)
        store.put(PIECE, run(PIECE.to_json()))
        store.close()
        base = sqlite3.connect(path)
        for statement in statements:
            base.execute(statement)
        base.commit()
        base.close()

    return change


no_runs, no_measurements = (changed(f"DROP TABLE {table}") for table in ("runs", "measurements"))
no_verdict = changed("ALTER TABLE runs DROP COLUMN verdict")
no_step = changed("DROP TABLE measurements", "CREATE TABLE measurements (run INTEGER PRIMARY KEY, w1 REAL)")
needy = changed("DROP TABLE runs", TABLES.split(";")[0].replace("seed", "mood TEXT NOT NULL, seed", 1))


@pytest.mark.parametrize("make", [foreign, newer, damaged, text, no_runs, no_measurements, no_verdict, no_step, needy])
def test_what_is_no_store_is_refused_and_left_as_it_is(make: object, tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    make(path)  # type: ignore[operator]
    before = path.read_bytes()
    with pytest.raises(StoreError, match=r"s\.db: is"):
        Store(path)
    assert path.read_bytes() == before


def test_what_is_written_stays_where_others_open_and_close_it_meanwhile(tmp_path: Path) -> None:
    path, later = tmp_path / "s.db", PIECE._replace(steps=2)
    first = Store(path)
    first.put(PIECE, run(PIECE.to_json()))
    store = Store(path)  # a second one in this process
    looks = f"import sqlite3; b = sqlite3.connect({str(path)!r}); b.execute('SELECT * FROM runs').fetchall(); b.close()"
    subprocess.run([sys.executable, "-c", looks], check=True)  # the last one to close the file tidies it up
    store.put(later, run(later.to_json()))
    counts = f"from toygan.sweeps import Store; print(len(Store({str(path)!r}).results()))"
    assert subprocess.run([sys.executable, "-c", counts], check=True, capture_output=True, text=True).stdout == "4\n"


def test_two_processes_share_a_store(tmp_path: Path) -> None:
    code = (
        "import sys; from toygan.sweeps.store import Store; from toygan.sweeps.piece import Piece, run; "
        "from toygan.recipe import Recipe; pieces = [Piece.from_json(line) for line in sys.stdin]; "
        "run(pieces[0].to_json()); store = Store(sys.argv[1])\n"
        "for piece in pieces: store.put(piece, run(piece.to_json()))"
    )
    path, pieces = tmp_path / "s.db", [Piece((one,), 2, 1, n=20) for one in Recipe(width=4, batch=4).seeds(6)]
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        other.stdin.write("\n".join(piece.to_json() for piece in pieces))
        other.stdin.close()
        while not path.exists():
            assert other.poll() is None
        store = Store(path)
        for piece in pieces:
            store.put(piece, run(piece.to_json()))
    assert other.returncode == 0
    assert [r.recipe.seed for r in Store(tmp_path / "s.db").results()] == list(range(6))


@pytest.mark.parametrize(
    "column",
    [
        "ALTER TABLE runs ADD COLUMN host TEXT",
        "ALTER TABLE runs ADD COLUMN host TEXT NOT NULL DEFAULT 'here'",
        "ALTER TABLE measurements ADD COLUMN seconds TEXT",
    ],
)
def test_columns_of_a_newer_version_are_left_alone(column: str, tmp_path: Path) -> None:
    path, later = tmp_path / "s.db", PIECE._replace(steps=2)
    changed(column)(path)
    store, results = Store(path), run(later.to_json())
    before = store.get(PIECE)
    assert before is not None
    store.put(later, results)
    found = store.get(later)
    assert found is not None
    for ours, theirs in zip(results, found, strict=True):
        assert ours.metrics.keys() == theirs.metrics.keys() == before[0].metrics.keys()
        np.testing.assert_array_equal(ours.steps, theirs.steps)
    assert len(Store(path, readonly=True).results()) == 4


def test_columns_in_another_order_are_read_and_written_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    names = "verdict TEXT, diverged_at INTEGER, torch TEXT, code TEXT, device TEXT, samples INTEGER, every INTEGER, "
    names += "iterations INTEGER, seed INTEGER, recipe TEXT, key TEXT UNIQUE, id INTEGER PRIMARY KEY"
    changed("DROP TABLE runs", f"CREATE TABLE runs ({names})", "DELETE FROM measurements")(path)
    store, results = Store(path), run(PIECE.to_json())
    store.put(PIECE, results)
    found = store.get(PIECE)
    assert found is not None
    assert [(r.recipe, r.verdict, r.n) for r in found] == [(r.recipe, r.verdict, r.n) for r in results]


@pytest.mark.parametrize("emptied", [["runs"], ["measurements"], ["runs", "measurements"]])
def test_a_table_that_was_emptied_is_filled_again(emptied: list[str], tmp_path: Path) -> None:
    path, results = tmp_path / "s.db", run(PIECE.to_json())
    changed(*(f"DELETE FROM {table}" for table in emptied))(path)
    store = Store(path)
    assert store.get(PIECE) is None
    store.put(PIECE, results)
    for found in (store.get(PIECE), Store(path, readonly=True).results()):
        assert found is not None
        for ours, theirs in zip(results, found, strict=True):
            np.testing.assert_array_equal(ours.metrics["loss-d"], theirs.metrics["loss-d"])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX has named pipes")
@pytest.mark.parametrize("readonly", [False, True])
def test_a_pipe_a_folder_and_a_missing_folder_are_no_store(readonly: bool, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.db")
    for path in (tmp_path / "pipe.db", tmp_path, tmp_path / "no" / "s.db"):
        with pytest.raises(OSError, match=r"must be a regular file|is a folder|no such folder|No such file"):
            Store(path, readonly)


def test_a_name_that_is_not_utf_8_is_a_name(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "s") + b"\xff.db"))
    Store(path).put(PIECE, run(PIECE.to_json()))
    assert len(Store(path, readonly=True).results()) == 2


def test_a_store_with_any_byte_changed_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path, moments = tmp_path / "s.db", random.Random(0)
    Store(path).close()
    whole, said = path.read_bytes(), list[str]()
    for _ in range(300):
        at = moments.choice([moments.randrange(100), moments.randrange(3000, len(whole))])
        path.write_bytes(whole[:at] + bytes([moments.randrange(256)]) + whole[at + 1 :])
        for readonly in (True, False):
            try:
                store = Store(path, readonly)
                store.results()
            except (StoreError, OSError) as error:
                said.append(str(error))
            else:
                store.close()
    assert len(said) > 100
    assert not [words for words in said if len(words.splitlines()) != 1]
