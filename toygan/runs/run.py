"""A run: a population that is stepped, measured and changed, and the record of it."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import numpy as np
import torch

from toygan.limits import cost, refuse_too_large
from toygan.recipe import Recipe
from toygan.runs.engine import Engine
from toygan.runs.past import Arrival, Past
from toygan.runs.record import SAMPLES, Record
from toygan.training import Population, Snapshot, State
from toygan.training.population import as_tuple

FOLLOW_ITERATIONS = 50  # from one point of a drawn curve to the next, at most: a point costs some iterations

Interval = Callable[[int, str], int]  # iterations to the next measurement, from the iteration and engine of this one


class Moment(NamedTuple):
    """A run before a change of its recipes."""

    population: Population
    calls: float
    done: int  # settings so far


class Run:
    """P members that train in lock-step and are measured as they go.

    Args:
        recipes: One recipe or several of one shape, one for each member.
        device: The device on which they train.
        every: Iterations from one measurement to the next, or a function of the iteration that returns them.
        n: Samples of each member in a measurement.
        metrics: The metrics that are measured [default: the default ones].
        limit: Rows that the record holds at most; None holds every row.
        engine: What chooses how iterations are computed [default: one that knows nothing of other runs].
    Raises:
        RecipeError: If an iteration needs more memory than is allowed; nothing is trained then.
    """

    def __init__(
        self, recipes: Recipe | Sequence[Recipe], device: str | torch.device = "cpu", every: int | Interval = 100,
        n: int = SAMPLES, metrics: Iterable[str] | None = None, limit: int | None = 1000,
        engine: Engine | None = None,
    ) -> None:  # fmt: skip
        several = as_tuple(recipes)
        refuse_too_large(several[0], len(several))
        self._settle(Population(several, device), Record(limit), every, n, metrics, engine)
        self.record.path.add(self.population)

    @classmethod
    def resume(
        cls, population: Population, record: Record, due_at: int = 0, every: int | Interval = 100, n: int = SAMPLES,
        metrics: Iterable[str] | None = None, engine: Engine | None = None,
    ) -> Run:  # fmt: skip
        """Return a run that continues from the present iteration of a population, with its measurements so far."""
        run = cls.__new__(cls)
        run._settle(population, record, every, n, metrics, engine)
        run.due_at = due_at
        return run

    def _settle(
        self, population: Population, record: Record, every: int | Interval, n: int, metrics: Iterable[str] | None,
        engine: Engine | None,
    ) -> None:  # fmt: skip
        self.population, self.record = population, record
        self.n, self._metrics = n, None if metrics is None else list(metrics)
        self._interval: Interval = every if callable(every) else lambda *_: every
        self.due_at = 0  # the iteration of the next measurement
        self.calls = _calls(population.recipes)  # that an iteration takes, of torch's least ones: an estimate
        self.engine = engine or Engine()
        self.end: int | None = None  # the iteration up to which it will train, if that is known
        self.followed: tuple[str, ...] = ()  # metrics that are also taken between measurements, for their curves
        self.best: dict[int, State] | None = None  # of each member, by number, at its best iteration; None: not kept
        self._earlier: Snapshot | None = None  # the newest one of an iteration before the present one
        self._kept: Population | None = None
        self.past = Past(population.steps)

    def restart(self, recipes: Sequence[Recipe]) -> Run:
        """Return a run of these recipes from iteration 0 that is measured as this one is."""
        device, limit = self.population.device, self.record.limit
        run = Run(recipes, device, self._interval, self.n, self._metrics, limit)
        run.followed, run.best = self.followed, None if self.best is None else {}
        return run

    def select(
        self, members: Sequence[int], every: int | Interval = 100, n: int = SAMPLES,
        metrics: Iterable[str] | None = None,
    ) -> Run:  # fmt: skip
        """Return a run of some members, by number, from the present iteration, with their measurements so far.

        Raises RecipeError if an iteration of them needs more memory than is allowed.
        """
        state = self.population.state.select(members)
        refuse_too_large(state.recipes[0], len(state.recipes))
        run = Run.resume(Population.restore(state), self.record.select(members), 0, every, n, metrics)
        run.record.path.add(run.population)
        run.best = self._best_of(members)
        return run

    def keep(self) -> None:
        """Keep the present iteration, which has been measured, for `split`."""
        self._kept = self.population.fork()

    def split(self, members: Sequence[int]) -> Run:
        """Return a run of some members, by number, that continues as they would: from the iteration that was kept."""
        kept, record = self._kept or self.population, self.record.select(members)
        part = Run.resume(
            Population.restore(kept.state.select(members)), record, self.due_at, self._interval, self.n, self._metrics,
            Engine(history=self.engine.history),
        )  # fmt: skip
        part.followed, part._earlier = self.followed, self._earlier and self._earlier.select(members)
        part.best = self._best_of(members)
        part.past = self.past.select(members, self.population)
        record.path.add(part.population)
        return part

    def _best_of(self, members: Sequence[int]) -> dict[int, State] | None:
        """Return the best states of some members, which are numbered from 0 on."""
        return None if self.best is None else {i: self.best[at] for i, at in enumerate(members) if at in self.best}

    @property
    def steps(self) -> int:
        """Iterations so far."""
        return self.population.steps

    @property
    def due(self) -> bool:
        """True if it is time for a measurement."""
        return self.steps >= self.due_at

    def step(self) -> None:
        """Train one iteration."""
        if not self.prepare_again():
            self.engine.prepare(self.population, None if self.end is None else self.end - self.steps)
        self.population.step()
        self._arrive()
        if self.followed and self.steps % FOLLOW_ITERATIONS == 0 and not self.due:
            self._follow()

    def prepare_again(self) -> bool:
        """Make the next iteration what it was if it was trained before; return True if it was."""
        if self.past.redo(self.population):
            self.calls = _calls(self.population.recipes)
        if not self.past.repeats(self.steps):
            return False
        self.engine.repeat(self.population)
        return True

    def _arrive(self) -> None:
        self.record.path.add(self.population)
        self.past.arrive(self.population)

    def _follow(self) -> None:
        """Take the followed metrics of the present iteration, of those that are measured."""
        last = self.record.last
        if last is not None and (names := [name for name in self.followed if name in last.metrics]):
            self.record.follow(self.population.snapshot(self.n, self._before(self.steps), names))

    def take(self, twin: Population) -> None:
        """Continue with a twin of the population that is one iteration ahead."""
        self.population = twin
        self._arrive()

    def measure(self, taken: Snapshot | None = None) -> Snapshot:
        """Record a snapshot of the present iteration, a new one unless it was `taken` before, and return it.

        Mode hopping is the change since the snapshot before, of an earlier iteration.
        """
        self._earlier = self._before(self.steps)
        snapshot = taken or self.snapshot(self.population)
        self.record.add(snapshot)
        self._keep_best()
        self.due_at = self.steps + self._interval(self.steps, self.engine.name)
        return snapshot

    def _keep_best(self) -> None:
        """Keep the state of each member that is now closer to the data than ever before, a state for each member."""
        closer = np.flatnonzero(self.record.best_at == self.steps)
        if self.best is not None and len(closer):
            state = self.population.state
            self.best |= {int(member): state.select([int(member)]) for member in closer}

    def snapshot(self, population: Population) -> Snapshot:
        """Return a snapshot of another population, measured as this run is; nothing changes."""
        return population.snapshot(self.n, self._before(population.steps), self._metrics)

    def _before(self, step: int) -> Snapshot | None:
        """Return the newest snapshot of an iteration before `step`."""
        last = self.record.last
        return last if last is not None and last.step < step else self._earlier

    def look(self) -> Snapshot:
        """Return the snapshot of the present iteration: the one that is there, or a new one."""
        last = self.record.last
        return last if last is not None and last.step == self.steps else self.measure()

    def until(self, steps: int, proceed: Callable[[], bool] = lambda: True) -> Iterator[Snapshot]:
        """Train up to the iteration `steps`, or until `proceed()` is False, which is asked before every iteration.

        Yield a snapshot at the start (unless a later one was measured before and none is due), whenever one is due,
        and at the end.
        """
        self.end = steps
        if self.due or self.record.last is None or self.record.last.step == self.steps:
            yield self.look()
        while self.steps < steps and proceed():
            self.step()
            if self.due:
                yield self.measure()
        if self.record.last is None or self.record.last.step < self.steps:
            yield self.measure()

    def run(self, steps: int) -> None:
        """Train `steps` iterations, measured at the start, whenever due, and at the end."""
        for _ in self.until(self.steps + steps):
            pass

    def change(self, recipes: Recipe | Sequence[Recipe]) -> None:
        """Continue under other recipes from the present parameters.

        Raises RecipeError if that needs a new run, or more memory than is allowed: the run stays as it was.
        """
        several = as_tuple(recipes)
        refuse_too_large(several[0], len(several))
        self.population.change(several)
        self.calls = _calls(several)
        self.engine.forget_after(self.steps)
        self.past.change(self.steps, several)

    def step_player(self, player: str) -> None:
        """Let one player take its part of an iteration, at the present one; what came after it before is forgotten.

        Raises RecipeError if the recipe does not let one player move alone.
        """
        self.population.step_player(player)
        self.engine.forget_after(self.steps)
        self.past.move(self.steps, player)
        self.record.path.add(self.population)

    def mark(self) -> Moment:
        """Return what `take_back` needs to take back the changes from now on."""
        return Moment(self.population.fork(), self.calls, self.past.done)

    def take_back(self, mark: Moment) -> None:
        """Take back the changes since a mark."""
        self.population, self.calls = mark.population, mark.calls
        self.past.take_back(mark.done)

    def travel(self, step: int) -> Generator[int, None, Callable[[], None]]:
        """Train again from the bookmark before an iteration that it has been at; yield each iteration on the way.

        Returns what puts the run there; until it is called the run stays as it is. Raises ValueError for an iteration
        that it cannot go to.
        """
        arrival = yield from self.past.travel(step, self.population.fork(), self.engine)
        return partial(self._arrive_at, step, arrival)

    def go_to(self, step: int) -> None:
        """Put the run at an iteration that it has been at, as it was when it came there; ValueError as `travel`."""

        def go() -> Iterator[int]:
            arrive = yield from self.travel(step)
            arrive()

        for _ in go():
            pass

    def _arrive_at(self, step: int, arrival: Arrival) -> None:
        """Be at an iteration again, as it was; measurements after it are forgotten."""
        self.population = arrival.population
        self.past.arrive_at(arrival)
        self.calls, self.due_at, self._earlier = _calls(self.population.recipes), step, None
        self.record.forget_after(step)
        self.record.recipes, self.record.since = self.population.recipes, self.past.since
        self.record.path.add(self.population)
        if self.best is not None:
            self.best = {member: state for member, state in self.best.items() if state.steps <= step}


def _calls(recipes: Sequence[Recipe]) -> float:
    return cost(recipes[0], len(recipes)).time
