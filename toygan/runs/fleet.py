"""A fleet: several runs in lock-step, whatever the shapes of their recipes."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Self, TypeVar

import numpy as np
import torch

from toygan.limits import refuse_too_many
from toygan.recipe import Recipe
from toygan.runs.attempt import Attempt
from toygan.runs.record import SAMPLES
from toygan.runs.run import Interval, Run
from toygan.text import describe_error
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
        apart: If above 0, an error ends no more than the member that meets it: its group is split, into parts of so
            many members as long as that helps, and then into single ones. If 0, the error is raised.
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
        most: Callable[[Recipe], int] | None = None, clock: Clock = time.perf_counter, apart: int = 0,
    ) -> None:  # fmt: skip
        several = as_tuple(recipes)
        groups = by_shape(several, most)
        refuse_too_many((several[group[0]], len(group)) for group in groups)
        named = None if metrics is None else list(metrics)
        runs = [Run([several[i] for i in group], device, every, n, named, limit) for group in groups]
        self._settle(groups, runs, clock, apart)

    @classmethod
    def from_run(cls, run: Run, clock: Clock = time.perf_counter) -> Self:
        """Return a fleet of one run, which continues from its present iteration."""
        fleet = cls.__new__(cls)
        fleet._settle([list(range(len(run.population.recipes)))], [run], clock)
        return fleet

    def _settle(self, groups: list[list[int]], runs: list[Run], clock: Clock, apart: int = 0) -> None:
        self._groups, self.runs, self._whole, self._apart = list(groups), runs, list(groups), apart
        self.failures: dict[int, str] = {}  # the error of each member that has failed, by number
        self._clock = clock
        self._paces = deque([CALL_SECONDS] * 2, maxlen=2)  # of the last two: one alone may have been held up

    def restart(self, recipes: Sequence[Recipe] | None = None) -> None:
        """Put every member at iteration 0, with other recipes of the members if they are given.

        Raises RecipeError if these are not allowed: the runs then stay as they are.
        """
        several = self.recipes if recipes is None else recipes
        self.runs = [self.runs[0].restart([several[i] for i in group]) for group in self._whole]
        self._groups, self.failures = list(self._whole), {}

    # Training.

    @property
    def working(self) -> list[Run]:
        """The runs that no error has ended."""
        return [run for group, run in zip(self._groups, self.runs, strict=True) if group[0] not in self.failures]

    @property
    def behind(self) -> Run:
        """The run with the fewest iterations, of those that no error has ended if there are any."""
        return min(self.working or self.runs, key=lambda run: run.steps)

    burst = BURST

    def iterate(self, until: float = math.inf) -> Iterator[Run]:
        """Train up to iteration `until`; yield the run after each of its iterations, measured when that is due."""
        while self.working and (run := self.behind).steps < until:
            for _ in range(int(min(self.burst, until - run.steps))):
                try:
                    run.step()
                    if run.due or run.steps == until:
                        self._measure(run)
                except Exception as error:
                    self.set_apart(run, error)
                    yield run
                    break
                yield run

    def _measure(self, run: Run, taken: Snapshot | None = None) -> None:
        run.measure(taken)
        if self._apart:
            run.keep()

    def set_apart(self, run: Run, error: Exception) -> None:
        """Split a run that has met an error, or end it if it has one member; raise the error if `apart` is 0."""
        if not self._apart:
            raise error
        at = self.runs.index(run)
        group, parts = self._groups[at], len(self._groups[at]) // self._apart
        half = parts // 2 * self._apart if parts > 1 else len(group) // 2
        try:
            halves = [run.split(members) for members in (range(half), range(half, len(group))) if half]
        except Exception:  # it cannot even begin again
            halves = []
        if halves:
            self.runs[at : at + 1], self._groups[at : at + 1] = halves, [group[:half], group[half:]]
        else:
            self.failures |= dict.fromkeys(group, describe_error(error))

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
        while self.working and (run := self.behind).steps < until:
            attempt = Attempt(run, measured=run.steps + 1 == until)
            try:
                attempt.work()
                attempt.take()
            except Exception as error:
                self.set_apart(run, error)

    def until(self, steps: int) -> Iterator[tuple[Snapshot, ...]]:
        """Train up to iteration `steps`; yield the snapshot of each run at the start, whenever due, and at the end."""
        yield from zip(*(run.until(steps) for run in self.runs), strict=True)

    def travel(self, step: int) -> Generator[int, None, None]:
        """Put every run at an iteration that it has been at, at the end; yield each iteration on the way.

        Raises ValueError for an iteration that it cannot go to.
        """
        arrivals = []
        for run in self.working:
            arrivals.append((yield from run.travel(step)))
        for arrive in arrivals:
            arrive()

    def go_to(self, step: int) -> None:
        """Put every run at an iteration that it has been at; ValueError as `travel`."""
        for _ in self.travel(step):
            pass

    def measure(self, take: Callable[[Run], Snapshot | None] = lambda run: None) -> None:
        """Measure every run at its present iteration, by the snapshots of `take` if it takes one."""
        left = list(self.working)
        while left:
            run = left.pop(0)
            try:
                self._measure(run, take(run))
            except Exception as error:
                known = self.runs.copy()
                self.set_apart(run, error)
                left[:0] = [part for part in self.runs if part not in known]

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
        return any((run.record.diverged_at < 0).any() for run in self.working)

    @property
    def measured(self) -> tuple[Snapshot | None, ...]:
        """The newest snapshot of each run that works: the same objects until there is a new measurement."""
        return tuple(run.record.last for run in self.working)

    @property
    def snapshot(self) -> Snapshot:
        """The newest snapshots as one, members in the order of the recipes."""
        newest = [snapshot for snapshot in self.measured if snapshot is not None]
        return newest[0] if len(newest) == 1 else join(newest, [i for group in self._groups for i in group])

    @property
    def diverged_at(self) -> np.ndarray:
        """The iteration at which each member left the finite numbers, or -1, as last measured `(P,)`."""
        return np.array(self.gather_working(lambda run: run.record.diverged_at, -1))

    def scores(self, metric: str) -> np.ndarray:
        """Return the newest value of a metric `(P,)`; NaN for a member without one, or that diverged or failed."""
        return np.array(self.gather_working(lambda run: run.record.metric(metric)[-1], np.nan))

    def course(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the iterations at which all were measured `(T,)`, and the values of a metric there `(T, P)`.

        Of a long run they are the extremes of each stretch, as `Course` holds them. Members that failed have NaN.
        """
        return self._align({run: run.record.course(metric) for run in self.working})

    def rows(self, metric: str) -> tuple[np.ndarray, np.ndarray]:
        """Return the same of the rows of each record, from which conclusions are drawn."""
        return self._align({run: (run.record.steps, run.record.metric(metric)) for run in self.working})

    def _align(self, courses: Mapping[Run, tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        steps: np.ndarray = reduce(np.intersect1d, [at for at, _ in courses.values()] or [np.zeros(1, np.int64)])
        found = {run: values[np.searchsorted(at, steps)].T for run, (at, values) in courses.items()}
        columns = self.gather_working(found.__getitem__, np.full(len(steps), np.nan))
        return steps, np.stack(columns, axis=-1)

    def member(self, number: int) -> tuple[Run, int]:
        """Return the run that a member is in, and its number there."""
        for group, run in zip(self._groups, self.runs, strict=True):
            if number in group:
                return run, group.index(number)
        raise IndexError(f"member={number}: must be a whole number from 0 to {len(self.recipes) - 1}")

    def gather_working(self, read: Callable[[Run], Iterable[T]], failed: T) -> list[T]:
        """Return one entry for each member: what is read of its run, or `failed` if an error has ended it."""
        working = set(self.working)
        return self.gather(
            [read(run) if run in working else [failed] * len(run.population.recipes) for run in self.runs]
        )

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
