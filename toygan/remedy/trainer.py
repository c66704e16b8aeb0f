"""A trainer: it measures candidates over seeds, those of one shape in one population, in workers or in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, CancelledError, Future, as_completed
from contextlib import ExitStack
from typing import NamedTuple

import numpy as np

from toygan.identity import find_own, list_held
from toygan.limits import refuse_too_large
from toygan.recipe import Recipe, RecipeError
from toygan.remedy.job import TrainingJob, train
from toygan.runs.fleet import by_shape
from toygan.runs.record import Record
from toygan.sweeps.piece import largest
from toygan.sweeps.workers import Workers
from toygan.training import State
from toygan.training.interruption import Interrupted

MEMBERS = 32  # of one job: the same on every machine, so that its numbers are
DEATH = "a worker process died, possibly out of memory"


class Candidate(NamedTuple):
    """A recipe that is tried from its start or, if `live`, from the state in which the run stands."""

    recipe: Recipe
    live: bool = False


class Stopped(Exception):
    """The error that ends a search before its budget is spent, with the reason, "" if it was asked to stop."""


class Measuring(NamedTuple):
    """What is asked of candidates: the seeds, the iterations at which they are measured, the metrics, the samples."""

    seeds: tuple[int, ...]
    at: tuple[int, ...]
    metrics: tuple[str, ...]
    n: int


class Trainer:
    """Workers, or this process, that train the candidates of one search; used as a context.

    Args:
        recipe: The recipe of the search.
        state: The state in which its run stands, for live candidates.
        jobs: Worker processes; 0 trains in this process, as parts do that other processes do not have.
    """

    def __init__(self, recipe: Recipe, state: State | None, jobs: int) -> None:
        own = find_own(list_held(recipe)) is not None
        self._state = None if state is None else state.to_bytes()
        self._jobs, self._seed = 0 if own else jobs, recipe.seed
        self._workers: Workers | None = None
        self._stack = ExitStack()
        self._stopped = False

    def __enter__(self) -> Trainer:
        return self

    def __exit__(self, *error: object) -> None:
        if error != (None, None, None) and self._workers is not None:
            self._workers.stop()
        self._stack.close()

    def stop(self) -> None:
        """End what is at work, from any thread: `measure` raises Stopped."""
        self._stopped = True
        if self._workers is not None:
            self._workers.stop()

    @property
    def processes(self) -> int:
        """The number of jobs that are at work at once."""
        return max(1, self._jobs)

    def plan(self, candidates: Iterable[Candidate], asked: Measuring) -> list[TrainingJob]:
        """Return the jobs that measure candidates; those that need too much memory are left out."""
        several = list(dict.fromkeys(candidates))
        jobs = []
        for live in (False, True):
            recipes = [one.recipe for one in several if one.live == live and _fits(one.recipe)]
            members = [recipe.amend(seed=seed) for recipe in recipes for seed in asked.seeds]
            for group in by_shape(members, lambda recipe: largest(recipe, MEMBERS)):
                state = self._state if live else None
                jobs.append(TrainingJob(tuple(members[i] for i in group), asked.at, asked.metrics, asked.n, state))
        return sorted(jobs, key=lambda job: -job.cost)

    def measure(
        self, jobs: Sequence[TrainingJob], seeds: Sequence[int], done: Callable[[TrainingJob], None] = lambda job: None
    ) -> dict[Candidate, Record]:
        """Train jobs, and return the record of each candidate over its seeds; none of one that met an error."""
        columns: dict[Candidate, dict[int, tuple[Record, int]]] = {}
        for job, record in self._train(jobs):
            if record is not None:
                for member, recipe in enumerate(job.recipes):
                    candidate = Candidate(recipe.amend(seed=self._seed), job.state is not None)
                    columns.setdefault(candidate, {})[recipe.seed] = (record, member)
            done(job)
        return {
            candidate: _join([found[seed] for seed in seeds])
            for candidate, found in columns.items()
            if all(seed in found for seed in seeds)
        }

    def _train(self, jobs: Sequence[TrainingJob]) -> Iterator[tuple[TrainingJob, Record | None]]:
        if self._jobs:
            yield from self._train_in_workers(jobs)
            return
        for job in jobs:
            try:
                record = train(job, lambda: self._stopped)
            except Interrupted:
                raise Stopped("") from None
            except Exception:  # of a part of the user's own, or of memory: the candidate has no record
                record = None
            yield job, record

    def _train_in_workers(self, jobs: Sequence[TrainingJob]) -> Iterator[tuple[TrainingJob, Record | None]]:
        futures: dict[Future[Record], TrainingJob] = {}
        try:
            if self._workers is None:
                self._workers = self._stack.enter_context(Workers(self._jobs))
            futures = {self._workers.submit(train, job): job for job in jobs}
            for future in as_completed(futures):
                yield futures[future], _take(future)
        except (BrokenExecutor, CancelledError):
            reason = DEATH if self._workers is None or self._workers.begun else self._workers.explain_death()
            raise Stopped("" if self._stopped else reason) from None
        finally:
            for future in futures:
                future.cancel()


def _take(future: Future[Record]) -> Record | None:
    try:
        return future.result()
    except (BrokenExecutor, CancelledError):
        raise
    except Exception:
        return None


def _fits(recipe: Recipe) -> bool:
    try:
        refuse_too_large(recipe, 1)
    except RecipeError:
        return False
    return True


def _join(members: Sequence[tuple[Record, int]]) -> Record:
    """Return one record of members of several records that were measured at the same iterations."""
    first = members[0][0]
    columns = {name: np.stack([record.metric(name)[:, i] for record, i in members], axis=1) for name in first.names}
    recipes, diverged = [record.recipes[i] for record, i in members], [record.diverged_at[i] for record, i in members]
    joined = Record.from_arrays(recipes, first.steps, columns, diverged)
    joined.n = first.n
    return joined
