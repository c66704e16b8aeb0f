"""A store: the results of runs in one SQLite file, which any program can read and several processes can share."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import torch

from toygan.files import refuse_place
from toygan.recipe import Recipe, RecipeError
from toygan.sweeps.piece import FAILED, Piece, Result
from toygan.sweeps.stored import StoredRecipe

APPLICATION, VERSION = 0x746F7967, 1  # "toyg" in the head of the file; the version of the tables below
COLUMNS = "id, recipe, samples, diverged_at, verdict"  # of a run, to read its result
NEEDED = {
    "runs": (
        *("id", "key", "recipe", "seed", "iterations", "every", "samples", "device", "code", "torch"),
        *("diverged_at", "verdict"),
    ),
    "measurements": ("run", "step"),
}  # columns by table; a later version may add others
EMPTIED = "NOT EXISTS (SELECT 1 FROM measurements WHERE run = runs.id)"  # by another program
FREE = "1 + MAX(COALESCE((SELECT MAX(id) FROM runs), 0), COALESCE((SELECT MAX(run) FROM measurements), 0))"
LOCK_SECONDS = 60.0  # to wait for another process that is writing
ENGINE = (
    "recipe.py",
    "knobs.py",
    "randomness.py",
    "parts",
    "training",
    "runs",
    "measure",
)  # the sources that results depend on
TABLES = """
CREATE TABLE runs (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, recipe TEXT NOT NULL, seed INTEGER NOT NULL,
    iterations INTEGER NOT NULL, every INTEGER NOT NULL, samples INTEGER NOT NULL, device TEXT NOT NULL,
    code TEXT NOT NULL, torch TEXT NOT NULL, diverged_at INTEGER NOT NULL, verdict TEXT NOT NULL
);
CREATE TABLE measurements (
    run INTEGER NOT NULL REFERENCES runs, step INTEGER NOT NULL, PRIMARY KEY (run, step)
) WITHOUT ROWID;
"""
# Digests of the files and own parts that a run held, by field and spec; only in a store of such runs.
HELD = """
CREATE TABLE IF NOT EXISTS held (
    run INTEGER NOT NULL REFERENCES runs, name TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (run, name)
) WITHOUT ROWID
"""
# What computed the iterations of a run from `step` on: step by step, captured or compiled. Older stores do not say it.
ENGINES = """
CREATE TABLE IF NOT EXISTS engines (
    run INTEGER NOT NULL REFERENCES runs, step INTEGER NOT NULL, engine TEXT NOT NULL, PRIMARY KEY (run, step)
) WITHOUT ROWID
"""
CHANGED = """
id IN (
    SELECT run FROM held JOIN (SELECT name, digest AS newest, MAX(run) FROM held GROUP BY name) USING (name)
    WHERE digest != newest
)
"""  # of a run: a later one held something else under the same name


class StoreError(ValueError):
    """The error of a file that is not a store, or is a store of another version."""


class Store:
    """Results of runs by recipe, seed, iterations, evaluations, and the versions of toygan's engine and of torch.

    A run of a file is known by its rows, too, and one of your own parts by what these compute: if they change, it is
    another run.

    `sweep(..., store=...)` fills a store, and `read_sweep` reads it.

    Args:
        path: The file; it is made if it does not exist.
        readonly: True only reads a file that exists, also if it may not be written [default: False].
    Raises:
        StoreError: If the file is damaged, belongs to another program or has another version; it is left as it is.
        OSError: If the file cannot be read or written.
    Example:
        >>> import tempfile
        >>> from toygan import Recipe, sweep
        >>> from toygan.sweeps import Store
        >>> store = Store(tempfile.mkdtemp() + "/results.db")
        >>> table = sweep([Recipe(width=4, batch=8)], seeds=2, steps=2, every=1, store=store)
        >>> [(result.recipe.seed, result.steps.tolist()) for result in store.results()]
        [(0, [0, 1, 2]), (1, [0, 1, 2])]
        >>> store.close()
    """

    def __init__(self, path: str | Path, readonly: bool = False) -> None:
        self.path = Path(path)
        if readonly:
            self._open_to_read()
            return
        # Only SQLite may open a file that exists: opening and closing it here would drop the locks that this process
        # holds on it (POSIX), and the next process to close it would delete what others are still writing.
        refuse_place(self.path)
        if not self.path.exists():
            self.path.touch()
        elif not os.access(self.path, os.R_OK | os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path))
        with self._translate_errors():
            self._db = sqlite3.connect(self.path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False)
            self._begin()
            self._db.execute("PRAGMA journal_mode = WAL")

    def _open_to_read(self) -> None:
        """Open a file that exists, without a change to it.

        SQLite needs a file beside a store, to see what another process writes. If it cannot make one, nobody writes
        here: then the file is read as it is, unless the newest results are still in the file beside it.
        """
        if not self.path.exists():
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(self.path))
        if not self.path.is_file():
            raise OSError(errno.EINVAL, "must be a regular file", str(self.path))
        beside = self.path.with_name(self.path.name + "-wal")
        with self._translate_errors():
            try:
                self._connect_to_read("mode=ro")
            except sqlite3.OperationalError as error:
                code = getattr(error, "sqlite_errorcode", 0)  # none if a text is damaged
                if code & 0xFF not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
                    raise
                if not os.access(self.path, os.R_OK):
                    raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self.path)) from None
                if beside.exists() and beside.stat().st_size:
                    remedy = f"copy it and {beside.name} to a folder that can be written, and read it there"
                    raise OSError(None, remedy, str(self.path)) from None
                self._connect_to_read("mode=ro&immutable=1")

    def _connect_to_read(self, how: str) -> None:
        address = f"file:{quote(os.fsencode(self.path.absolute()))}?{how}"
        self._db = sqlite3.connect(
            address, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False, uri=True
        )
        try:
            application, version = self._read_head()
            if application == 0 and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                raise StoreError(f"{self.path}: is empty, and not a store")
            self._refuse_another(application, version)
        except BaseException:
            self._db.close()
            raise

    def _read_head(self) -> tuple[int, int]:
        application, version = (
            self._db.execute(f"PRAGMA {p}").fetchone()[0] for p in ("application_id", "user_version")
        )
        return application, version

    def _refuse_another(self, application: int, version: int) -> None:
        if application != APPLICATION:
            raise StoreError(f"{self.path}: is the database of another program")
        if version != VERSION:
            raise StoreError(f"{self.path}: is a store of version {version}; this toygan reads version {VERSION}")
        for table, needed in NEEDED.items():
            there = self._list_columns(table)
            missing = next((name for name in needed if name not in there), None)
            if missing is not None:
                raise StoreError(f"{self.path}: is damaged: its table {table} has no column {missing}")

    def _refuse_unknown(self) -> None:
        """Raise StoreError if a table needs a value in a column that this version does not know."""
        for table, known in NEEDED.items():
            for _, name, _, not_null, default, _ in self._db.execute(f"PRAGMA table_info({table})"):
                if not_null and default is None and name not in known:
                    raise StoreError(f"{self.path}: is of a newer toygan: its table {table} needs a column {name}")

    def _begin(self) -> None:
        with self._transaction():
            application, version = self._read_head()
            if application == 0 and not self._db.execute("SELECT 1 FROM sqlite_master").fetchone():
                for statement in TABLES.strip().split(";\n"):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION}")
                self._db.execute(f"PRAGMA user_version = {VERSION}")
            else:
                self._refuse_another(application, version)
                self._refuse_unknown()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """Write all of the block, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def _translate_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.OperationalError as error:  # a full disk, a file that is locked for long
            raise OSError(None, str(error), str(self.path)) from None
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            words = " ".join(str(error).split())
            raise StoreError(f"{self.path}: is damaged, or not a store of toygan ({words})") from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def get(self, piece: Piece) -> list[Result] | None:
        """Return the results of a piece, or None if one of its runs is missing."""
        results = []
        with self._translate_errors():
            for key, recipe in zip(_make_keys(piece.begin()), piece.recipes, strict=True):
                row = self._db.execute(f"SELECT {COLUMNS} FROM runs WHERE key = ?", (key,)).fetchone()
                if row is None:
                    return None
                results.append(self._read_result(row, recipe))
                if not len(results[-1].steps):  # another program has deleted its measurements
                    return None
        return results

    def put(self, piece: Piece, results: Sequence[Result]) -> None:
        """Store the results of a piece, all at once; a run that is there already stays as it is, unless it failed."""
        piece = piece.begin()
        with self._translate_errors(), self._transaction():
            names = [name for result in results for name in result.metrics]
            known = self._list_metrics()
            self._db.execute(ENGINES)
            for name in dict.fromkeys(names):
                if name not in known:
                    self._db.execute(f"ALTER TABLE measurements ADD COLUMN {_quote(name)} REAL")
            for key, result in zip(_make_keys(piece), results, strict=True):
                self._put(key, piece, result)

    def _put(self, key: str, piece: Piece, result: Result) -> None:
        recipe, request = result.recipe, (piece.steps, piece.every, result.n, piece.device)
        row = (key, recipe.to_json(), recipe.seed, *request, *read_versions(), result.diverged_at, result.verdict)
        failed = self._db.execute(
            f"SELECT id FROM runs WHERE key = ? AND (verdict LIKE ? OR {EMPTIED})",
            (key, f"{FAILED}%"),
        ).fetchone()
        if failed is None:
            added = self._db.execute(
                f"INSERT OR IGNORE INTO runs ({', '.join(NEEDED['runs'])}) VALUES ({FREE}{', ?' * len(row)})", row
            )
            if not added.rowcount:
                return
            run = added.lastrowid
            self._put_held(run, piece)
        else:
            (run,) = failed
            self._db.execute("DELETE FROM measurements WHERE run = ?", failed)
            self._db.execute("DELETE FROM engines WHERE run = ?", failed)
            self._db.execute("UPDATE runs SET diverged_at = ?, verdict = ? WHERE id = ?", (*row[-2:], run))
        engines = [(run, *change) for change in result.engines]
        self._db.executemany("INSERT OR REPLACE INTO engines (run, step, engine) VALUES (?, ?, ?)", engines)
        names = list(result.metrics)
        columns = ", ".join(map(_quote, ["run", "step", *names]))
        values = (
            np.stack([result.metrics[name] for name in names], axis=1) if names else np.zeros((len(result.steps), 0))
        )
        self._db.executemany(
            f"INSERT INTO measurements ({columns}) VALUES ({', '.join('?' * (2 + len(names)))})",
            [
                (run, int(step), *(None if np.isnan(x) else float(x) for x in row))
                for step, row in zip(result.steps, values, strict=True)
            ],
        )

    def _put_held(self, run: int | None, piece: Piece) -> None:
        if piece.held:
            self._db.execute(HELD)
            self._db.executemany(
                "INSERT OR REPLACE INTO held (run, name, digest) VALUES (?, ?, ?)",
                [(run, *digest) for digest in piece.held],
            )

    def results(self, every_version: bool = False, only_fields: bool = False) -> list[Result]:
        """Return the results of the newest versions of code and torch in the store; of all, if `every_version`.

        Of runs that held other rows of a file, or another own part, under the same name, only the newest are returned.
        The recipe of a result is a `StoredRecipe`, with the same fields, if this process cannot make its parts, or if
        `only_fields` is true.
        """
        from tqdm.auto import tqdm

        with self._translate_errors():
            newest = self._db.execute("SELECT code, torch FROM runs ORDER BY id DESC LIMIT 1").fetchone()
            if newest is None:
                return []
            where = "" if every_version else "WHERE code = ? AND torch = ?"
            if where and self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'held'").fetchone():
                where += f" AND NOT {CHANGED}"
            rows = self._db.execute(f"SELECT {COLUMNS} FROM runs {where}", () if every_version else newest).fetchall()
            restore = StoredRecipe if only_fields else _restore
            bar = tqdm(rows, "reading", unit=" runs", leave=False, disable=None, delay=1)
            return [self._read_result(row, restore) for row in bar]

    def _read_result(self, row: tuple[Any, ...], recipe: Recipe | Callable[[str], Recipe | StoredRecipe]) -> Result:
        run, text, samples, diverged_at, verdict = row
        names = self._list_metrics()
        found = self._db.execute(
            f"SELECT {', '.join(map(_quote, ['step', *names]))} FROM measurements WHERE run = ? ORDER BY step", (run,)
        ).fetchall()
        try:
            table = np.array(found, dtype=float).reshape(len(found), 1 + len(names))
            metrics = dict(zip(names, table.T[1:], strict=True))
            own = recipe if isinstance(recipe, Recipe) else recipe(text)
            steps, engines = table[:, 0].astype(np.int64), self._read_engines(run)
            return Result(own, samples, diverged_at, verdict, steps, metrics, engines)
        except (ValueError, TypeError, RecipeError) as error:
            raise StoreError(f"{self.path}: run {run} cannot be read ({error})") from None

    def _read_engines(self, run: int) -> tuple[tuple[int, str], ...]:
        """Return what computed a run, from which iterations on; nothing if the store does not say it."""
        if not self._list_columns("engines"):
            return ()
        found = self._db.execute("SELECT step, engine FROM engines WHERE run = ? ORDER BY step", (run,))
        return tuple((int(step), str(engine)) for step, engine in found)

    def _list_metrics(self) -> list[str]:
        return [
            name
            for name, kind in self._list_columns("measurements").items()
            if name not in NEEDED["measurements"] and kind == "REAL"
        ]

    def _list_columns(self, table: str) -> dict[str, str]:
        """Return the type of each column of a table, by name; nothing if there is no table."""
        return {name: kind for _, name, kind, *_ in self._db.execute(f"PRAGMA table_info({table})")}


def _restore(text: str) -> Recipe | StoredRecipe:
    """Return the recipe of a run, or its fields if a part or the file of its data is not here."""
    try:
        return Recipe.from_json(text)
    except RecipeError:
        return StoredRecipe(text)


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _make_keys(piece: Piece) -> list[str]:
    """Return the key of each run of a piece."""
    metrics = piece.metrics and sorted(piece.metrics)
    held = [dict(sorted(piece.held))] if piece.held else []
    shared = [piece.steps, piece.every, metrics, piece.n, piece.device, *read_versions(), *held]
    return [hashlib.sha256(json.dumps([recipe.to_json(), *shared]).encode()).hexdigest() for recipe in piece.recipes]


@cache
def read_versions() -> tuple[str, str]:
    """Return the version of the code that results depend on, a digest of its sources, and that of torch."""
    folder, digest = Path(__file__).parent.parent, hashlib.sha256()
    for name in ENGINE:
        files = sorted((folder / name).rglob("*.py")) if (folder / name).is_dir() else [folder / name]
        for file in files:
            digest.update(f"{file.relative_to(folder)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16], torch.__version__
