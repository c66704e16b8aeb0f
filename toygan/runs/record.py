"""A record: the metrics of members as they trained, held in memory or in a file."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from toygan.parts.metrics import METRICS
from toygan.parts.metrics.columns import STANDARDISED
from toygan.recipe import Recipe
from toygan.runs.course import ROWS, Course
from toygan.runs.trajectory import Trajectory
from toygan.text import load_json
from toygan.training import Snapshot

FEWEST_ROWS = 16  # that a record keeps, however many members
SAMPLES = 2500  # behind a measurement that does not say how many
DISTANCE = "sliced-w1"  # by which the diagnosis judges samples, and the best iteration is chosen


def distance(values: Mapping[str, np.ndarray]) -> np.ndarray:
    """Return the distance to the data, per standardised axis for members whose columns differ in size; or NaN."""
    own, standardised = (np.asarray(values.get(name, np.nan), float) for name in (DISTANCE, STANDARDISED + DISTANCE))
    return np.where(np.isfinite(standardised), standardised, own)


class Record:
    """The metrics of P members over the iterations at which they were measured.

    With a `limit` it holds at most that many rows and the newest one, for a run of any length. When they no longer fit,
    every second row is dropped, and from then on only every second snapshot is added (then every fourth ...). So the
    rows are evenly spread from the first snapshot to the newest, which is always there. With `limit=None` every row is
    held. For pictures it also has the `course` of each metric, which keeps the extremes of what was dropped, and what
    `follow` adds; `bound` limits the bytes of all this. Raises ValueError for a limit below 2.
    """

    def __init__(self, limit: int | None = 1000) -> None:
        if limit is not None and limit < 2:
            raise ValueError(f"limit={limit!r}: must be at least 2")
        self.limit = limit
        self.recipes: tuple[Recipe, ...] = ()  # of the newest snapshot
        self.diverged_at = np.zeros(0, dtype=np.int64)  # the iteration at which a member diverged, or -1 (P,)
        self.n = SAMPLES  # samples behind the newest measurement
        self.last: Snapshot | None = None  # the newest snapshot
        self.since = 0  # the iteration of the first snapshot under its recipes: what was before is another game
        self.path = Trajectory()
        self.best_at = np.zeros(0, dtype=np.int64)  # the iteration of each member's least distance, or -1 (P,)
        self._least = np.zeros(0)  # that distance (P,)
        self._rows, self._stride, self._most = 0, 1, math.inf
        self._serial = 0  # of the newest snapshot, counted from the first; row i before it holds number i * stride
        self._steps = np.zeros(FEWEST_ROWS, dtype=np.int64)
        self._columns: dict[str, np.ndarray] = {}
        self._courses: dict[str, Course] = {}

    @staticmethod
    def from_arrays(
        recipes: Sequence[Recipe],
        steps: Sequence[int] | np.ndarray,
        metrics: Mapping[str, np.ndarray],
        diverged_at: Sequence[int] | np.ndarray | None = None,
    ) -> Record:
        """Return a record of given numbers: iterations `(T,)` and metrics `(T, P)`."""
        record = Record(limit=None)
        record.recipes = tuple(recipes)
        record.diverged_at = np.full(len(recipes), -1) if diverged_at is None else np.asarray(diverged_at)
        for row, step in enumerate(steps):
            record._append(int(step), {name: values[row] for name, values in metrics.items()})
        return record

    def select(self, members: Sequence[int]) -> Record:
        """Return the measurements of some members, by number."""
        chosen, record = list(members), Record(self.limit)
        record.n, record.since, record._most = self.n, self.since, self._most
        if not self._rows:
            return record
        record.recipes, record.diverged_at = tuple(self.recipes[i] for i in chosen), self.diverged_at[chosen]
        record._rows, record._stride, record._serial = self._rows, self._stride, self._serial
        record._steps = self._steps.copy()
        record._columns = {name: column[:, chosen] for name, column in self._columns.items()}
        record._courses = {name: course.select(chosen) for name, course in self._courses.items()}
        record.last = None if self.last is None else self.last.select(chosen)
        record.best_at, record._least = self.best_at[chosen], self._least[chosen]
        return record

    def __len__(self) -> int:
        return self._rows

    def bound(self, most: float) -> None:
        """Take at most so many bytes from now on, as long as there are more than the fewest rows."""
        self._most = most
        for course in self._courses.values():
            course.bound(self._room)

    @property
    def _room(self) -> int:
        """The rows that there is room for: a column has room for up to as many again, and a course has its own."""
        row = 3 * 8 * max(1, len(self.recipes)) * max(1, len(self._columns))
        fit = ROWS if self._most == math.inf else max(FEWEST_ROWS, int(self._most / row))
        return fit if self.limit is None else min(self.limit, fit)

    def _make_room(self) -> None:
        """Drop rows until there is room for one more."""
        if self.limit is None:
            return
        while self._rows >= self._room:
            self._thin()

    @property
    def nbytes(self) -> int:
        """The bytes that its rows and courses take."""
        columns = sum(column.nbytes for column in self._columns.values())
        return columns + sum(course.nbytes for course in self._courses.values())

    def add(self, snapshot: Snapshot) -> None:
        """Add a snapshot; one of an iteration that is held already replaces the rows from there on.

        Raises ValueError if the number of members differs from that of the rows held.
        """
        if self.recipes and len(self.recipes) != len(snapshot.recipes):
            raise ValueError(f"snapshot: {len(snapshot.recipes)} members; this record holds {len(self.recipes)}")
        self.forget_after(snapshot.step - 1)
        self.since = min(self.since, snapshot.step) if self.recipes == snapshot.recipes else snapshot.step
        self.recipes, self.diverged_at, self.n = snapshot.recipes, snapshot.diverged_at, snapshot.samples.shape[1]
        self._append(snapshot.step, _finite(snapshot))
        self.last = snapshot

    def follow(self, snapshot: Snapshot) -> None:
        """Add a snapshot to the courses alone: rows, and all that is concluded from them, stay as they are."""
        self._add_to_courses(snapshot.step, _finite(snapshot))

    def _add_to_courses(self, step: int, values: Mapping[str, np.ndarray]) -> None:
        for name, new in values.items():
            if name not in self._courses:
                self._courses[name] = Course(self._room)
            self._courses[name].add(step, np.where(np.isfinite(new), new, np.nan))

    def course(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the iterations `(R,)` and the values `(R, P)` of a metric, to be drawn; see `Course`."""
        if name not in self._courses:
            return self.steps, self.metric(name)
        return self._courses[name].steps, self._courses[name].values

    def _append(self, step: int, values: Mapping[str, np.ndarray]) -> None:
        """Append a row; a value that is missing or not finite is NaN."""
        serial = self._serial + 1 if self._rows else 0
        if self._rows and self._serial % self._stride:
            self._rows -= 1  # the newest row so far falls between two that are kept
        self._make_room()
        row, members = self._rows, len(self.recipes)
        if row == len(self._steps):
            self._steps = np.concatenate([self._steps] * 2)  # room for as many again
            self._columns = {name: np.concatenate([column] * 2) for name, column in self._columns.items()}
        for name in values:
            if name not in self._columns:
                self._columns[name] = np.full((len(self._steps), members), np.nan)
        for name, column in self._columns.items():
            new = np.asarray(values.get(name, np.nan), dtype=float)
            column[row] = np.where(np.isfinite(new), new, np.nan)
        self._steps[row], self._serial, self._rows = step, serial, row + 1
        self._choose_best(step, values)
        self._add_to_courses(step, {name: np.asarray(new, dtype=float) for name, new in values.items()})

    def _choose_best(self, step: int, values: Mapping[str, np.ndarray]) -> None:
        """Note the members that are closer to the data than ever before."""
        if len(self.best_at) != len(self.recipes):
            self.best_at, self._least = np.full(len(self.recipes), -1), np.full(len(self.recipes), np.inf)
        now = distance(values)
        self.best_at = np.where(now < self._least, step, self.best_at)
        self._least = np.fmin(now, self._least)

    def _thin(self) -> None:
        """Drop every second row and double the stride."""
        self._stride *= 2
        rows, self._rows = self._rows, (self._rows + 1) // 2
        for column in (self._steps, *self._columns.values()):
            column[: self._rows] = column[:rows:2].copy()

    def forget_after(self, step: int) -> None:
        """Forget what was measured after an iteration."""
        for course in self._courses.values():
            course.forget_after(step)
        held = int(np.searchsorted(self.steps, step, side="right"))
        if held < self._rows:
            self._rows, self._serial = held, (held - 1) * self._stride
        if self.last is not None and self.last.step > step:
            self.last = None
        self._least = np.where(self.best_at > step, np.inf, self._least)
        self.best_at = np.where(self.best_at > step, -1, self.best_at)

    @property
    def steps(self) -> np.ndarray:
        """The iterations held, rising `(T,)`."""
        return self._steps[: self._rows]

    @property
    def names(self) -> list[str]:
        """The metrics that were taken, in the order in which they came."""
        return list(self._columns)

    def metric(self, name: str) -> np.ndarray:
        """Return a metric over the iterations held `(T, P)`.

        It is NaN if it was not taken or is not finite, and for a member that had diverged.
        """
        if name in self._columns:
            return self._columns[name][: self._rows]
        return np.full((self._rows, len(self.recipes)), np.nan)

    @property
    def late(self) -> slice:
        """The rows of the last fifth of a run: the last iterates, without a choice of the best."""
        return slice(-max(1, self._rows // 5), None)

    def find_stall(self, measurements: int) -> int | None:
        """Return the first row at which no member has come closer to the data in so many rows; None if there is none.

        A member that has diverged comes no closer.
        """
        start = np.full((1, len(self.recipes)), np.inf)
        least = np.fmin.accumulate(np.vstack([start, distance({name: self.metric(name) for name in self.names})]))
        number = np.arange(self._rows)[:, None]
        newest_best = np.maximum.accumulate(np.where(least[1:] < least[:-1], number, -1))
        stalled = (number - newest_best >= measurements).all(1)
        return int(stalled.argmax()) if stalled.any() else None

    def rows(self) -> list[dict[str, Any]]:
        """Return a row per iteration and member: step, seed, iteration of divergence, every metric; None for NaN."""
        columns = {name: self.metric(name) for name in self.names}
        return [
            {
                "step": int(step),
                "seed": recipe.seed,
                "diverged-at": int(at) if 0 <= at <= step else None,
                **{name: float(v) if math.isfinite(v := x[row, member]) else None for name, x in columns.items()},
            }
            for row, step in enumerate(self.steps)
            for member, (recipe, at) in enumerate(zip(self.recipes, self.diverged_at, strict=True))
        ]

    def to_json(self) -> str:
        """Return the rows as a JSON list, one line a row, which can also be compared line by line."""
        lines = ",\n".join(json.dumps(row, allow_nan=False) for row in self.rows())
        return f"[\n{lines}\n]\n"

    @staticmethod
    def from_json(text: str, recipe: Recipe) -> Record:
        """Return the record that `to_json` wrote of a recipe under several seeds; ValueError for any other text."""
        return Record.from_rows(load_json(text), recipe)

    @staticmethod
    def from_rows(rows: Any, recipe: Recipe) -> Record:
        """Return the record of a recipe, from rows of each seed at the same iterations; ValueError for others."""
        if not isinstance(rows, list) or not rows or not all(map(_is_row, rows)):
            raise ValueError("must be a list of rows with seed, step, diverged-at and numbers")
        placed = {(row["step"], row["seed"]): row for row in rows}
        steps, seeds = sorted({step for step, _ in placed}), list(dict.fromkeys(row["seed"] for row in rows))
        if not len(steps) * len(seeds) == len(placed) == len(rows):
            raise ValueError("every seed must have one row for each of the same iterations")
        names = [name for name in dict.fromkeys(name for row in rows for name in row) if _is_metric(name)]
        metrics = {
            name: np.array([[placed[step, seed].get(name) for seed in seeds] for step in steps], dtype=float)
            for name in names
        }
        ends = [placed[steps[-1], seed]["diverged-at"] for seed in seeds]
        return Record.from_arrays(
            [recipe.but(seed=seed) for seed in seeds], steps, metrics, [-1 if at is None else at for at in ends]
        )


def _finite(snapshot: Snapshot) -> dict[str, np.ndarray]:
    """Return the metrics of a snapshot, NaN for members that have diverged."""
    return {name: np.where(snapshot.alive, x, np.nan) for name, x in snapshot.metrics.items()}


def _is_metric(name: str) -> bool:
    return name.removeprefix("average-") in METRICS


def _is_row(row: Any) -> bool:
    """True if it holds the keys of a row, and only numbers for the metrics (None is a NaN)."""
    if not isinstance(row, dict) or "diverged-at" not in row:
        return False
    counts = [row.get("seed"), row.get("step"), 0 if row["diverged-at"] is None else row["diverged-at"]]
    numbers = [value for name, value in row.items() if _is_metric(name) and value is not None]
    return all(type(x) is int and 0 <= x < 2**63 for x in counts) and all(
        type(x) in (int, float) and abs(x) <= sys.float_info.max for x in numbers
    )
