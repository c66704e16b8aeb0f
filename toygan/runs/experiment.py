"""The measured course of a recipe over seeds: what claims and the gallery are read off."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from toygan.recipe import Recipe
from toygan.runs.lockstep import train


class Experiment(NamedTuple):
    """What is to be measured: a recipe under `seeds` seeds, from its own on, for `steps` iterations."""

    recipe: Recipe
    seeds: int = 16
    steps: int = 3000
    every: int = 100  # iterations from one snapshot to the next


@dataclass(frozen=True)
class Runs:
    """One recipe under S seeds: iterations `(T,)`, each metric `(T, S)`, and where a seed diverged, or -1 `(S,)`."""

    recipe: Recipe
    steps: np.ndarray
    metrics: dict[str, np.ndarray]
    diverged_at: np.ndarray

    def metric(self, name: str) -> np.ndarray:
        """One metric over the iterations `(T, S)`, NaN where it was not taken or a seed had diverged."""
        absent = np.full((len(self.steps), len(self.diverged_at)), np.nan)
        return self.metrics.get(name, absent)

    @property
    def late(self) -> slice:
        """The rows of the last fifth of a run: the last iterates, without a choice of the best."""
        return slice(-max(1, len(self.steps) // 5), None)


def measure_runs(experiment: Experiment) -> Runs:
    """The experiment, all of its seeds at once."""
    recipe, seeds, steps, every = experiment
    members = [recipe.but(seed=recipe.seed + i) for i in range(seeds)]
    at: list[int] = []
    rows: list[dict[str, np.ndarray]] = []
    for snapshot in train(members, steps, every):
        at.append(snapshot.step)
        rows.append(snapshot.metrics)
    return Runs(recipe, np.array(at), _columns(rows, seeds), snapshot.diverged_at)


def _columns(rows: Sequence[dict[str, np.ndarray]], seeds: int) -> dict[str, np.ndarray]:
    """Every metric over all rows `(T, S)`, NaN where a row lacks it."""
    absent = np.full(seeds, np.nan)
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: np.stack([row.get(name, absent) for row in rows]) for name in names}


def measure_many(experiments: Iterable[Experiment], jobs: int = 1) -> Iterator[tuple[Experiment, Runs]]:
    """Every different experiment once, as each is done; with several jobs, in as many processes of one thread each.

    An interrupt leaves what has been yielded; what has not begun never begins.
    """
    wanted = list(dict.fromkeys(experiments))
    if jobs == 1:
        yield from ((experiment, measure_runs(experiment)) for experiment in wanted)
        return
    fresh = multiprocessing.get_context("spawn")  # torch's threads do not survive a fork
    with ProcessPoolExecutor(min(jobs, max(1, len(wanted))), fresh, _begin) as pool:
        futures = {pool.submit(measure_runs, experiment): experiment for experiment in wanted}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def measure_groups(
    groups: Mapping[str, Sequence[Experiment]], jobs: int = 1, progress: Callable[[int, int], None] | None = None
) -> Iterator[tuple[str, list[Runs]]]:
    """The runs of every group, each group as soon as it is complete; an experiment of several groups is done once.

    `progress` is told the experiments done and those in all.
    """
    waiting, done = dict(groups), dict[Experiment, Runs]()
    wanted = list(dict.fromkeys(experiment for group in groups.values() for experiment in group))
    for experiment, runs in measure_many(wanted, jobs):
        done[experiment] = runs
        if progress is not None:
            progress(len(done), len(wanted))
        for name in [name for name, group in waiting.items() if done.keys() >= set(group)]:
            yield name, [done[e] for e in waiting.pop(name)]


def _begin() -> None:
    """A process of its own: one thread, and Ctrl-C ends it at once instead of after the experiment."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
