"""Speeds as ratios within one run: what is compared takes turns in short slices of the processor's time."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch

Step = Callable[[], object]
Row = tuple[str, ...]


def rates(
    steps: Mapping[str, Step], rounds: int, seconds: float, clock: Callable[[], float] = time.perf_counter
) -> dict[str, list[float]]:
    """Steps per second of each, once a round, in turns."""
    for step in steps.values():
        for _ in range(5):
            step()
    measured: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start, done = clock(), 0
            while (passed := clock() - start) < seconds or not done:
                step()
                done += 1
            measured[name].append(done / passed)
    return measured


def ratio(of: Sequence[float], to: Sequence[float], times: float = 1) -> str:
    """The median of the ratio over rounds, and the middle half of the rounds in brackets."""
    low, middle, high = statistics.quantiles([times * a / b for a, b in zip(of, to, strict=True)], n=4)
    return f"{middle:.2f} ({low:.2f}-{high:.2f})"


@contextmanager
def one_core() -> Iterator[None]:
    """Compute on one thread and, where the system can, on one core: libraries start as many threads as they find."""
    threads = torch.get_num_threads()
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_setaffinity") else set()
    torch.set_num_threads(1)
    if cores:
        os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        torch.set_num_threads(threads)
        if cores:
            os.sched_setaffinity(0, cores)
