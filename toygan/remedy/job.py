"""A job of a search: members of one shape that train at once in any process, from their start or from a state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import NamedTuple

import numpy as np

from toygan.limits import cost
from toygan.parts.metrics import METRICS
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.sweeps.piece import one_thread
from toygan.training import Population, Snapshot, State
from toygan.training.interruption import Interrupted

EXACT, OF = 10_000, 500  # calls of torch that take as long as one exact distance, of so many samples


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
        exact = EXACT * (self.n / OF) ** 2 * len(self.expensive) * len(self.recipes) * len(self.at)
        return cost(self.recipes[0], len(self.recipes)).time * self.at[-1] + exact

    @property
    def expensive(self) -> list[str]:
        """The metrics that are left out at the begin of a run: exact distances take long if it is far away."""
        return [name for name in self.metrics if METRICS[name].expensive]


def train(job: TrainingJob, unwanted: Callable[[], bool] = lambda: False) -> Record:
    """Train a job on one thread; return the measurements of its members, of the averaged G if a recipe averages.

    No program is used: which one is ready at which iteration would depend on the clock. Raises Interrupted before the
    first iteration that is `unwanted`.
    """
    with one_thread():
        population = _open(job)
        begin = population.steps
        rows = []
        for at in job.at:
            while population.steps < begin + at:
                if unwanted():
                    raise Interrupted
                population.step()
            names = job.metrics if at else [name for name in job.metrics if name not in job.expensive]
            rows.append(population.snapshot(job.n, metrics=names))
    columns = {name: np.stack([_read(row, name) for row in rows]) for name in job.metrics if name in rows[-1].metrics}
    steps = [begin + at for at in job.at]
    found = Record.from_arrays(job.recipes, steps, columns, rows[-1].diverged_at)
    found.n = job.n
    return found


def _read(row: Snapshot, name: str) -> np.ndarray:
    """Return a metric of each member, of its average if its recipe averages; NaN if it is missing or diverged."""
    missing = np.full(len(row.recipes), np.nan)
    own, average = (row.metrics.get(one, missing) for one in (name, f"average-{name}"))
    averaged = np.array([recipe.ema > 0 for recipe in row.recipes])
    return np.where(row.alive, np.where(averaged, average, own), np.nan)


def _open(job: TrainingJob) -> Population:
    """Return the members of a job at its begin."""
    if job.state is None:
        return Population(job.recipes)
    return _continue(State.from_bytes(job.state), job.recipes)


def _continue(state: State, recipes: Sequence[Recipe]) -> Population:
    """Return a population of other recipes, and other seeds, that begins with the members of a state."""
    picked = state.select(list(islice(cycle(range(len(state.recipes))), len(recipes))))
    reseeded = tuple(old.amend(seed=new.seed) for old, new in zip(picked.recipes, recipes, strict=True))
    streams = Population(reseeded).state.streams
    population = Population.restore(replace(picked, recipes=reseeded, streams=streams))
    population.change(recipes)
    return population
