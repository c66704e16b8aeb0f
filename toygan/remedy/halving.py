"""Successive halving over iterations and seeds: what is tried longer, and what is left out. Nothing is trained here.

Source: Jamieson & Talwalkar 2016, "Non-stochastic Best Arm Identification and Hyperparameter Optimization" (successive
halving); Li et al. 2018, "Hyperband", JMLR 18 (several brackets, each with candidates of its own).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

import numpy as np

ETA = 3  # times as long, and a third of the candidates, from one rung to the next
SEEDS = (2, 3, 4)  # that choose, by rung
EQUAL = 0.1  # share of a distance by which two that count as equally good may differ
T = TypeVar("T")


class Rung(NamedTuple):
    """Iterations and seeds on which the candidates that are left are compared."""

    steps: int
    seeds: int


def rungs(steps: int) -> list[Rung]:
    """Return the rungs up to so many iterations, the shortest first."""
    powers = range(len(SEEDS) - 1, -1, -1)
    return [Rung(max(1, math.ceil(steps / ETA**power)), n) for power, n in zip(powers, SEEDS, strict=True)]


def survivors(scores: Mapping[T, float], size: Callable[[T], int], count: int | None = None) -> list[T]:
    """Return the best candidates, a third of them or `count`: of equal ones first those of fewer parts."""
    kept = math.ceil(len(scores) / ETA) if count is None else count
    return rank(scores, size)[:kept]


def rank(scores: Mapping[T, float], size: Callable[[T], int], slack: float = 0.0) -> list[T]:
    """Return candidates from the best on; of those that are equally good the ones with fewer parts come first.

    Equally good as the best one that is left are those within a tenth of its distance, and within `slack`.
    """
    left = sorted(scores, key=lambda one: (scores[one], size(one)))
    ranked: list[T] = []
    while left:
        alike = [one for one in left if is_as_good(scores[one], scores[left[0]], slack)]
        first = min(alike, key=lambda one: (size(one), scores[one]))
        ranked.append(first)
        left.remove(first)
    return ranked


def is_as_good(distance: float, best: float, slack: float = 0.0) -> bool:
    """Return True if a distance is within a tenth of another, and within `slack`, or less."""
    return distance <= (1 + EQUAL) * best + slack


def fit(candidates: Sequence[T], price: Callable[[Sequence[T]], float], allowed: float) -> list[T]:
    """Return as many of the first candidates as cost no more than allowed, at least none."""
    low, high = 0, len(candidates)
    while low < high:  # the price rises with the number
        middle = (low + high + 1) // 2
        low, high = (middle, high) if price(candidates[:middle]) <= allowed else (low, middle - 1)
    return list(candidates[:low])


def clip(distances: Iterable[float], worst: float) -> np.ndarray:
    """Return the distances of runs, where one that has none, or is beyond `worst`, counts as the worst."""
    found = np.array(list(distances), dtype=float)
    return np.where(found < worst, found, worst)
