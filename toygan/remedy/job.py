"""A job of a search: members of one shape that train at once in any process, from their start or from a state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np

from toygan.limits import cost
from toygan.recipe import Recipe
from toygan.runs.engine import Engine
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.sweeps.piece import one_thread
from toygan.training import Population, State
from toygan.training.interruption import Interrupted


class TrainingJob(NamedTuple):
    """Members to train, the iterations at which they are measured, and from how many samples by which metrics.

    With a `state` they begin with its members, one after the other, and continue with new data and noise.
    """

    recipes: tuple[Recipe, ...]
    at: tuple[int, ...]  # rising, counted from the begin; the last one ends the job
    metrics: tuple[str, ...]
    n: int
    state: bytes | None = None

    @property
    def cost(self) -> float:
        """The time of the job, in torch's calls of the least size."""
        return cost(self.recipes[0], len(self.recipes)).time * self.at[-1]


class _StepByStep(Engine):
    """An engine that prepares no program: which one is ready at which iteration would depend on the clock."""

    def __init__(self, unwanted: Callable[[], bool]) -> None:
        super().__init__()
        self._unwanted = unwanted

    def prepare(self, population: Population, left: int | None) -> None:
        """Leave the population as it is; raise Interrupted once nobody wants the run any more."""
        if self._unwanted():
            raise Interrupted


def train(job: TrainingJob, unwanted: Callable[[], bool] = lambda: False) -> Record:
    """Train a job on one thread; return the measurements of its members, of the averaged G if a recipe averages.

    Raises Interrupted before the first iteration that is `unwanted`.
    """
    with one_thread():
        run = _open(job, _StepByStep(unwanted))
        begin = run.steps
        run.run(job.at[-1])
    record = run.record
    held = [int(np.searchsorted(record.steps, begin + at)) for at in job.at]
    averaged = np.array([recipe.ema > 0 for recipe in job.recipes])
    columns = {
        name: np.where(averaged, record.metric(f"average-{name}"), record.metric(name))[held]
        for name in job.metrics
        if name in record.names
    }
    found = Record.from_arrays(job.recipes, record.steps[held], columns, record.diverged_at)
    found.n = job.n
    return found


def _open(job: TrainingJob, engine: Engine) -> Run:
    """Return the run of a job at its begin."""
    begin = 0 if job.state is None else State.from_bytes(job.state).steps
    at = [begin + step for step in job.at]

    def every(step: int) -> int:
        return next((later - step for later in at if later > step), job.at[-1])

    if job.state is None:
        return Run(job.recipes, every=every, n=job.n, metrics=job.metrics, limit=None, engine=engine)
    population = _continue(State.from_bytes(job.state), job.recipes)
    return Run.resume(population, Record(None), begin, every, job.n, job.metrics, engine)


def _continue(state: State, recipes: Sequence[Recipe]) -> Population:
    """Return a population of other recipes, and other seeds, that begins with the members of a state."""
    picked = state.select(list(islice(cycle(range(len(state.recipes))), len(recipes))))
    reseeded = tuple(old.amend(seed=new.seed) for old, new in zip(picked.recipes, recipes, strict=True))
    streams = Population(reseeded).state.streams
    population = Population.restore(replace(picked, recipes=reseeded, streams=streams))
    population.change(recipes)
    return population
