"""Quantities: one number per seed, read off a record, over which claims are decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toygan.runs.record import Record


@dataclass(frozen=True)
class Quantity:
    """One number per seed, read off the record of a recipe `(S,)`, with the words that a table prints."""

    words: str
    of: Callable[[Record], np.ndarray]


def late(metric: str) -> Quantity:
    """A metric's mean over the last fifth of a run."""

    def of(record: Record) -> np.ndarray:
        mean: np.ndarray = record.metric(metric)[record.late].mean(0)
        return mean

    return Quantity(metric, of)


def shown(metric: str) -> Quantity:
    """A metric's mean over the last fifth of a run, of the averaged generator where a recipe has one (`ema`)."""
    own, averaged = late(metric), late(f"average-{metric}")
    return Quantity(metric, lambda record: (averaged if record.recipes[0].ema > 0 else own).of(record))


def swing(metric: str) -> Quantity:
    """A metric's standard deviation over the second half of a run: how much it still moves."""

    def of(record: Record) -> np.ndarray:
        deviation: np.ndarray = record.metric(metric)[len(record) // 2 :].std(0)
        return deviation

    return Quantity(f"swing of {metric}", of)


def reached(metric: str, level: float) -> Quantity:
    """The first iteration at which a metric was at least `level`; the run's length where it never was."""

    def of(record: Record) -> np.ndarray:
        there = record.metric(metric) >= level
        first: np.ndarray = np.where(there.any(0), record.steps[there.argmax(0)], record.steps[-1]).astype(float)
        return first

    return Quantity(f"iterations to {metric} {level:g}", of)


def seeds_that(words: str, happened: Callable[[Record], np.ndarray]) -> Quantity:
    """1 for a seed to which it happened and 0 for another, so that the mean is a share of seeds."""
    return Quantity(f"share of seeds that {words}", lambda record: happened(record).astype(float))


def keeps(words: str, metric: str, level: float) -> Quantity:
    """The seeds whose metric is at least `level` throughout the last fifth of a run; a diverged one keeps nothing."""

    def kept(record: Record) -> np.ndarray:
        lowest: np.ndarray = record.metric(metric)[record.late].min(0)
        return lowest >= level

    return seeds_that(words, kept)
