"""What candidates are chosen by, and what the best of them are judged by."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from toygan.measure.truth import READ, THERE, label
from toygan.parts.metrics.columns import STANDARDISED
from toygan.recipe import Recipe
from toygan.remedy.budget import SEEDS
from toygan.remedy.trainer import Measuring
from toygan.runs.record import DISTANCE, Record

UNUSED = 1000  # from the seed of the recipe to the first of those that judge
SAMPLES, JUDGED = 1000, 500  # of a measurement; the exact distance of more is expensive
CHOOSING = (DISTANCE, STANDARDISED + DISTANCE)  # the second one if the columns of the data differ in size
JUDGING = (*CHOOSING, *READ)
LATE = (0.8, 0.9, 1.0)  # shares of a run at which it is measured


def choosing(seeds: Sequence[int], steps: int) -> Measuring:
    """Return what is asked of those that are compared: distances that cost little."""
    return Measuring(tuple(seeds), late(steps), CHOOSING, SAMPLES)


def checking(seeds: Sequence[int], steps: int) -> Measuring:
    """Return what is asked of one that looks good enough: true distances, on the seeds that choose."""
    return Measuring(tuple(seeds), late(steps), JUDGING, JUDGED)


def judging(recipe: Recipe, steps: int) -> Measuring:
    """Return what is asked of those that are judged: true distances, on seeds that were not used to choose."""
    first = recipe.seed + UNUSED
    return Measuring(tuple(range(first, first + SEEDS)), late(steps), JUDGING, JUDGED)


def late(steps: int) -> tuple[int, ...]:
    """Return the iterations at which a run of so many is measured: its start and its last fifth."""
    return tuple(dict.fromkeys([0, *(max(1, round(share * steps)) for share in LATE)]))


def is_there(record: Record) -> np.ndarray:
    """Return the members whose samples are as near the data as true ones, by exact distances `(S,)`."""
    return np.array([label(record, member) in THERE for member in range(len(record.recipes))])
