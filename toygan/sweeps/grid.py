"""A grid of recipes that trains as a whole, a little of each at a time: what fills a live phase diagram."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

import numpy as np

from toygan.measure.diagnosis import diagnose_all
from toygan.parts.metrics import live_metrics
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.sweeps.design import Axes, designed
from toygan.sweeps.piece import MEMBERS, pieces
from toygan.training.state import State

MOST = 8192  # members that train side by side; a sweep takes more
SAMPLES = 500  # per measurement
SOONEST, LATEST = 20, 100  # iterations from one measurement to the next, early and late
ROWS = 200  # of the history of each member
BURST = 10  # iterations that one part of the grid may be ahead of the others


def interval(step: int) -> int:
    """Iterations from a measurement at iteration `step` to the next."""
    return min(max(step // 10, SOONEST), LATEST)


class LiveGrid:
    """Every recipe of a grid under `seeds` seeds, in lock-step but for a few iterations.

    A cell is a number, counted along the last axis first. Raises RecipeError, before any work, for a grid that no
    recipe allows, and for more members than MOST or than memory holds.
    """

    def __init__(
        self, grid: Axes, seeds: int = 1, base: Recipe = DEFAULT, device: str = "cpu",
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        if not grid:
            raise RecipeError("grid", {}, "must hold at least one axis")
        self.cells = designed(grid, base)
        self.axes = {name: list(values) for name, values in grid.items()}
        if len(self.cells) < (count := math.prod(self.shape)):
            raise RecipeError("grid", count, f"cells, of which only {len(self.cells)} differ; name each value once")
        if (members := count * len(base.seeds(seeds))) > MOST:
            raise RecipeError("grid", members, f"members; at most {MOST:,} train side by side, and a sweep takes more")
        self.seeds, self._device, self._clock = seeds, device, clock
        self.start()

    def start(self) -> None:
        """All members at iteration 0."""
        number = {recipe: cell for cell, recipe in enumerate(self.cells)}
        self._parts = [
            Part([number[recipe] for recipe in piece.recipes], self._run(piece.recipes))
            for piece in pieces(self.cells, 0, 1, members=max(1, MEMBERS // self.seeds))
        ]
        self._told: tuple[tuple[int, ...], list[Counter[str]]] = ((), [])
        for part in self._parts:
            part.run.measure()

    def _run(self, recipes: Sequence[Recipe]) -> Run:
        seeds = [seed for recipe in recipes for seed in recipe.seeds(self.seeds)]
        return Run(seeds, self._device, interval, SAMPLES, live_metrics(), limit=ROWS)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of each axis."""
        return tuple(map(len, self.axes.values()))

    @property
    def iteration(self) -> int:
        """What all members have come to."""
        return min(part.run.steps for part in self._parts)

    @property
    def alive(self) -> bool:
        """Whether any member is finite."""
        return any((part.run.record.diverged_at < 0).any() for part in self._parts)

    def advance(self, seconds: float, until: int) -> None:
        """Iterations of what is behind the rest, until the time is used up or all stand at iteration `until`."""
        end = self._clock() + seconds
        while (run := min((part.run for part in self._parts), key=lambda run: run.steps)).steps < until:
            for _ in range(min(BURST, until - run.steps)):
                run.step()
                if run.due or run.steps == until:
                    run.measure()
                if self._clock() >= end:
                    return

    @property
    def measured(self) -> tuple[int, ...]:
        """The iteration of the newest measurement of each part: equal numbers, nothing new."""
        return tuple(int(part.run.record.steps[-1]) for part in self._parts)

    def step(self) -> None:
        """One iteration of every member, measured."""
        self.advance(math.inf, self.iteration + 1)

    def scores(self, metric: str) -> np.ndarray:
        """The newest value of every cell and seed `(cells, seeds)`; NaN where it has none, or has diverged."""
        newest: np.ndarray = self._by_cell([part.run.record.metric(metric)[-1:] for part in self._parts])[0]
        return newest

    def diverged(self) -> np.ndarray:
        """How many seeds of every cell have left the finite numbers `(cells,)`."""
        gone = self._by_cell([part.run.record.diverged_at[None] >= 0 for part in self._parts])
        return np.asarray(gone[0].sum(-1))

    def course(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """The iterations at which all were measured `(T,)`, and the values there `(T, cells, seeds)`."""
        records = [part.run.record for part in self._parts]
        steps: np.ndarray = reduce(np.intersect1d, [record.steps for record in records])
        return steps, self._by_cell([r.metric(metric)[np.searchsorted(r.steps, steps)] for r in records])

    def _by_cell(self, columns: Sequence[np.ndarray]) -> np.ndarray:
        """Columns of the parts `(T, members)` as `(T, cells, seeds)`."""
        order = np.argsort([cell for part in self._parts for cell in part.cells])
        rows = [x.reshape(len(x), -1, self.seeds) for x in columns]
        together: np.ndarray = np.concatenate(rows, axis=1)[:, order]
        return together

    def verdicts(self) -> list[Counter[str]]:
        """What is diagnosed of the seeds of every cell, as last measured; worked out once a measurement."""
        if self._told[0] == self.measured:
            return self._told[1]
        found: dict[int, Counter[str]] = {}
        for part in self._parts:
            told = part.verdicts()
            for i, cell in enumerate(part.cells):
                found[cell] = Counter(told[i * self.seeds : (i + 1) * self.seeds])
        self._told = self.measured, [found[cell] for cell in range(len(self.cells))]
        return self._told[1]

    def opened(self, cell: int) -> tuple[State, Record]:
        """Where the seeds of a cell stand, with all that decides how they go on, and what was measured of them."""
        part = next(part for part in self._parts if cell in part.cells)
        first = part.cells.index(cell) * self.seeds
        members = range(first, first + self.seeds)
        return part.run.population.state.of(members), part.run.record.of_members(members)

    def values(self, cell: int) -> dict[str, Any]:
        """The values of the axes at a cell, by name."""
        at = np.unravel_index(cell, self.shape)
        return {name: values[i] for (name, values), i in zip(self.axes.items(), at, strict=True)}


class Part:
    """Cells of one shape that train as one population, the seeds of each cell side by side."""

    def __init__(self, cells: list[int], run: Run) -> None:
        self.cells, self.run = cells, run
        self._told: tuple[int, list[str]] = (-1, [])

    def verdicts(self) -> list[str]:
        """What is diagnosed of every member; worked out once a measurement."""
        now = int(self.run.record.steps[-1])
        if self._told[0] != now:
            self._told = now, [diagnosis.verdict for diagnosis in diagnose_all(self.run.record)]
        return self._told[1]
