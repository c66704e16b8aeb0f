"""A fleet: several runs in lock-step, whatever the shapes of their recipes."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import reduce
from typing import TypeVar

import numpy as np
import torch

from toygan.limits import refuse_too_many
from toygan.recipe import Recipe
from toygan.runs.attempt import Attempt
from toygan.runs.record import SAMPLES
from toygan.runs.run import Interval, Run
from toygan.training.population import as_tuple
from toygan.training.snapshot import Snapshot, join

Clock = Callable[[], float]  # seconds since some moment
T = TypeVar("T")

BURST = 10  # iterations that one run may be ahead of the others
CALL_SECONDS = 2e-6  # of the least call of torch (`Cost.time`), until iterations have been timed


class Fleet:
    """Runs of any mixture of recipes; members are numbered in the order of the recipes.

    Recipes that can share a population do. The run with the fewest iterations steps next.

    Args:
        recipes: One recipe or several, one for each member.
        device: The device on which all of them train.
        every: Iterations from one measurement to the next, or a function of the iteration that returns them.
        n: Samples of each member in a measurement.
        metrics: The metrics that are measured [default: the default ones].
        limit: Rows that each record holds at most; None holds every row.
        most: The largest number of members of one population, as a function of its first recipe.
        clock: Seconds since some moment.
    Raises:
        RecipeError: If an iteration needs more memory than is allowed.
    Example:
        >>> from toygan.runs.fleet import Fleet
        >>> from toygan import Recipe
        >>> fleet = Fleet([Recipe(width=4, batch=8), Recipe(width=6, batch=8)])
        >>> fleet.step()
        >>> fleet.steps, len(fleet.runs), fleet.scores("modes-covered").shape
        (1, 2, (2,))
    """

    def __init__(
        self, recipes: Recipe | Sequence[Recipe], device: str | torch.device = "cpu", every: int | Interval = 100,
        n: int = SAMPLES, metrics: Iterable[str] | None = None, limit: int | None = 1000,
        most: Callable[[Recipe], int] | None = None, clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        several = as_tuple(recipes)
        self._groups = by_shape(several, most)
        refuse_too_many((several[group[0]], len(group)) for group in self._groups)
        named = None if metrics is None else list(metrics)
        self.runs = [Run([several[i] for i in group], device, every, n, named, limit) for group in self._groups]
        self._start_timing(clock)

    @classmethod
    def from_run(cls, run: Run, clock: Clock = time.perf_counter) -> Fleet:
        """Return a fleet of one run, which continues from its present iteration."""
        fleet = cls.__new__(cls)
        fleet._groups, fleet.runs = [list(range(len(run.population.recipes)))], [run]
        fleet._start_timing(clock)
        return fleet

    def _start_timing(self, clock: Clock) -> None:
        self._clock = clock
        self._paces = deque([CALL_SECONDS] * 2, maxlen=2)  # of the last two: one alone may have been held up

    def restart(self, recipes: Sequence[Recipe] | None = None) -> None:
        """Put every member at iteration 0, with other recipes of the members if they are given.

        Raises RecipeError if these are not allowed: the runs then stay as they are.
        """
        several = self.recipes if recipes is None else recipes
        self.runs = [
            run.restart([several[i] for i in group]) for group, run in zip(self._groups, self.runs, strict=True)
        ]

    # Training.

    @property
    def behind(self) -> Run:
        """The run with the fewest iterations."""
        return min(self.runs, key=lambda run: run.steps)

    def iterate(self, until: float = math.inf) -> Iterator[Run]:
        """Train up to iteration `until`; yield the run after each of its iterations, measured when that is due."""
        while (run := self.behind).steps < until:
            for _ in range(int(min(BURST, until - run.steps))):
                run.step()
                if run.due or run.steps == until:
                    run.measure()
                yield run

    def advance(self, seconds: float, until: float = math.inf) -> None:
        """Train for this many seconds, at least one iteration, up to iteration `until` or until no member is finite."""
        now = self._clock()
        end = now + seconds
        for run in self.iterate(until):
            start, now = now, self._clock()
            self.time(run, now - start)
            if now >= end or not self.alive:
                break

    def step(self) -> None:
        """Train one iteration of every run that is not ahead of the others, and measure each.

        An interrupt leaves the run that it meets as it was.
        """
        until = self.steps + 1
        while (run := self.behind).steps < until:
            attempt = Attempt(run, measured=True)
            attempt.work()
            attempt.take()

    def until(self, steps: int) -> Iterator[tuple[Snapshot, ...]]:
        """Train up to iteration `steps`; yield the snapshot of each run at the start, whenever due, and at the end."""
        yield from zip(*(run.until(steps) for run in self.runs), strict=True)

    def measure(self) -> None:
        """Measure every run at its present iteration."""
        for run in self.runs:
            run.measure()

    def time(self, run: Run, seconds: float) -> None:
        """Note the seconds that an iteration of a run took."""
        self._paces.append(seconds / run.calls)

    def estimate(self, run: Run) -> float:
        """Return the seconds that the next iteration of a run takes: by its cost, and by the time of the last two."""
        return run.calls * min(self._paces)

    # The present members, and their measurements.

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """The recipe of every member."""
        return tuple(self.gather([run.population.recipes for run in self.runs]))

    @property
    def steps(self) -> int:
        """The iteration that all members have reached."""
        return self.behind.steps

    @property
    def alive(self) -> bool:
        """True while any member is finite, as last measured."""
        return any((run.record.diverged_at < 0).any() for run in self.runs)

    @property
    def measured(self) -> tuple[Snapshot | None, ...]:
        """The newest snapshot of each run: the same objects until there is a new measurement."""
        return tuple(run.record.last for run in self.runs)

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshots as one, members in the order of the recipes."""
        newest = [snapshot for snapshot in self.measured if snapshot is not None]
        return newest[0] if len(newest) == 1 else join(newest, [i for group in self._groups for i in group])

    @property
    def diverged_at(self) -> np.ndarray:
        """The iteration at which each member left the finite numbers, or -1, as last measured `(P,)`."""
        return np.array(self.gather([run.record.diverged_at for run in self.runs]))

    def scores(self, metric: str) -> np.ndarray:
        """Return the newest value of a metric `(P,)`; NaN for a member that has none, or that has diverged."""
        return np.array(self.gather([run.record.metric(metric)[-1] for run in self.runs]))

    def course(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the iterations at which all were measured `(T,)`, and the values of a metric there `(T, P)`.

        Of a long run they are the extremes of each stretch, as `Course` holds them.
        """
        courses = [run.record.course(metric) for run in self.runs]
        steps: np.ndarray = reduce(np.intersect1d, [at for at, _ in courses])
        columns = self.gather([values[np.searchsorted(at, steps)].T for at, values in courses])
        return steps, np.stack(columns, axis=-1)

    def member(self, number: int) -> tuple[Run, int]:
        """Return the run that a member is in, and its number there."""
        for group, run in zip(self._groups, self.runs, strict=True):
            if number in group:
                return run, group.index(number)
        raise IndexError(f"member={number}: must be a whole number from 0 to {len(self.recipes) - 1}")

    def gather(self, by_run: Sequence[Iterable[T]]) -> list[T]:
        """Return one entry for each member, given by run, in the order of the recipes."""
        numbered = zip((i for group in self._groups for i in group), (x for xs in by_run for x in xs), strict=True)
        return [x for _, x in sorted(numbered, key=lambda pair: pair[0])]


def by_shape(recipes: Sequence[Recipe], most: Callable[[Recipe], int] | None = None) -> list[list[int]]:
    """Return the numbers of the recipes that can share a population, in groups of at most `most(first recipe)`."""
    by_key: dict[Hashable, list[int]] = {}
    for i, recipe in enumerate(recipes):
        by_key.setdefault(recipe.shape, []).append(i)
    groups = list(by_key.values())
    if most is None:
        return groups
    sizes = [(group, most(recipes[group[0]])) for group in groups]
    return [group[i : i + size] for group, size in sizes for i in range(0, len(group), size)]


def train(
    recipes: Recipe | Sequence[Recipe], steps: int = 2000, every: int = 100, device: str | torch.device = "cpu"
) -> Iterator[Snapshot]:
    """Train any mixture of recipes; yield a snapshot of all members at the start and after every `every` iterations.

    The caller drives: nothing trains between two snapshots unless the next one is asked for. Recipes that can share a
    population do.

    Args:
        recipes: One recipe or several, one for each member.
        steps: Iterations of each member.
        every: Iterations from one snapshot to the next; the last one is always taken.
        device: The device on which all of them train, such as "cpu" or "cuda".
    Returns:
        Snapshots: samples `(P, n, dim)` and metrics `(P,)`, members in the order of the recipes.
    Raises:
        ValueError: If the data of two recipes have different dimensions.
        RecipeError: If an iteration needs more memory than is allowed.
    Example:
        >>> from toygan import Recipe, train
        >>> [snapshot.step for snapshot in train(Recipe(width=4, batch=8), steps=4, every=2)]
        [0, 2, 4]
    """
    several = as_tuple(recipes)
    if len({recipe.distribution.dim for recipe in several}) > 1:
        raise ValueError("recipes: data of different dimensions cannot be in one snapshot; train them separately")
    fleet = Fleet(several, device, every)
    for _ in fleet.until(steps):
        yield fleet.snapshot
