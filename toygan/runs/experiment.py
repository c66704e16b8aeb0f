"""Experiments: a recipe over seeds, measured as it trains; claims and the gallery are read off their records."""

from __future__ import annotations

import multiprocessing.connection
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from typing import NamedTuple

import torch

from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.runs.run import Run


class Experiment(NamedTuple):
    """What is to be measured: a recipe under `seeds` seeds, from its own on, for `steps` iterations."""

    recipe: Recipe
    seeds: int = 16
    steps: int = 3000
    every: int = 100  # iterations from one snapshot to the next


def measure_runs(experiment: Experiment) -> Record:
    """The experiment's record, all of its seeds trained at once."""
    recipe, seeds, steps, every = experiment
    run = Run(recipe.seeds(seeds), every=every, limit=None)
    run.run(steps)
    run.record.last = None  # many records are held at a time, and nobody reads these samples
    return run.record


def measure_many(experiments: Iterable[Experiment], jobs: int = 1) -> Iterator[tuple[Experiment, Record]]:
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
) -> Iterator[tuple[str, list[Record]]]:
    """The records of every group, each group as soon as it is complete; an experiment of several groups is done once.

    `progress` is told the experiments done and those in all.
    """
    waiting, done = dict(groups), dict[Experiment, Record]()
    wanted = list(dict.fromkeys(experiment for group in groups.values() for experiment in group))
    for experiment, record in measure_many(wanted, jobs):
        done[experiment] = record
        if progress is not None:
            progress(len(done), len(wanted))
        for name in [name for name, group in waiting.items() if done.keys() >= set(group)]:
            yield name, [done[e] for e in waiting.pop(name)]


def _begin() -> None:
    """A process of its own: one thread; Ctrl-C ends it at once, and so does whatever ends its parent."""
    torch.set_num_threads(1)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)
