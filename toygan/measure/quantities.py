"""Quantities: one number for each seed, computed from its record, over which claims are decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from toygan.runs.record import Record
from toygan.text import format_number


@dataclass(frozen=True)
class Quantity:
    """One number for each seed, computed from the record of a recipe.

    Args:
        words: Its name in tables.
        compute: A function from the record of a recipe under S seeds to the numbers `(S,)`.
    Example:
        >>> from toygan import claims
        >>> lowest = claims.Quantity("lowest loss of D", lambda record: record.metric("loss-d").min(0))
        >>> lowest.words
        'lowest loss of D'
    """

    words: str
    compute: Callable[[Record], np.ndarray]


def late(metric: str) -> Quantity:
    """Return the mean of a metric over the last fifth of a run."""
    return Quantity(metric, lambda record: np.mean(record.metric(metric)[record.late], axis=0))


def late_of_average(metric: str) -> Quantity:
    """Return the same for the averaged generator if the recipe has one (`ema`)."""
    own, averaged = late(metric), late(f"average-{metric}")
    return Quantity(metric, lambda record: (averaged if record.recipes[0].ema > 0 else own).compute(record))


def swing(metric: str) -> Quantity:
    """Return the standard deviation of a metric over the second half of a run."""
    return Quantity(f"swing of {metric}", lambda record: np.std(record.metric(metric)[len(record) // 2 :], axis=0))


def time_to(metric: str, level: float) -> Quantity:
    """Return the first iteration at which a metric is at least `level`, or the length of the run if it never is."""

    def compute(record: Record) -> np.ndarray:
        there = record.metric(metric) >= level
        first: np.ndarray = np.where(there.any(0), record.steps[there.argmax(0)], record.steps[-1]).astype(float)
        return first

    return Quantity(f"iterations to {metric} {format_number(level)}", compute)


def seeds_that(words: str, happened: Callable[[Record], np.ndarray]) -> Quantity:
    """Return 1 for a seed to which it happened and 0 for another, so that the mean is a share of seeds."""
    return Quantity(f"share of seeds that {words}", lambda record: happened(record).astype(float))


def keeps(words: str, metric: str, level: float) -> Quantity:
    """Return 1 for a seed whose metric is at least `level` all through the last fifth of a run, else 0."""
    return seeds_that(words, lambda record: np.min(record.metric(metric)[record.late], axis=0) >= level)
