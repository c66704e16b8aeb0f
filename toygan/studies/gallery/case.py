"""A case of the failure gallery: a recipe that fails, its remedy, and how many seeds fail without and with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.measure.diagnosis import diagnose_all
from toygan.parts.metrics.samples import spread_of
from toygan.recipe import KNOBS, Recipe
from toygan.runs.record import Record
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store

SEEDS = 16


@dataclass(frozen=True)
class FailureCase:
    """A recipe that fails as `verdict`, a name of VERDICTS, says, and one remedy with which it does not.

    `detects` says which seeds of measured runs have failed so `(S,)`, without the diagnosis; the rates count them.
    """

    verdict: str
    symptom: str  # what is to be seen, in a sentence
    recipe: Recipe
    remedy: Mapping[str, Any]  # the one field that changes, or steps
    why: str  # why that helps, in a sentence
    detects: Callable[[Record], np.ndarray]
    steps: int = 3000

    @property
    def remedied(self) -> Recipe:
        """The recipe with the remedy."""
        return self.recipe.but(**{name: value for name, value in self.remedy.items() if name in KNOBS})

    @property
    def remedy_words(self) -> str:
        """The remedy in a few words."""
        fields = {name: KNOBS[name].write(value) if name in KNOBS else value for name, value in self.remedy.items()}
        return ", ".join(f"{name} = {value}" for name, value in fields.items())

    @property
    def fix(self) -> Mapping[str, Any]:
        """An older name of `remedy`."""
        return self.remedy

    @property
    def fixed(self) -> Recipe:
        """An older name of `remedied`."""
        return self.remedied

    @property
    def change(self) -> str:
        """An older name of `remedy_words`."""
        return self.remedy_words

    @property
    def setting(self) -> str:
        """The recipe as a share string, and its iterations."""
        return f"{self.recipe.to_string() or 'the default recipe'}, {self.steps:,} iterations"

    def pieces(self, first_seed: int = 0, seeds: int = SEEDS) -> tuple[Piece, Piece]:
        """What has to be measured: the recipe, and the one with the remedy."""
        failing, remedied = self.recipe.but(seed=first_seed), self.remedied.but(seed=first_seed)
        steps = self.remedy.get("steps", self.steps)
        return Piece.seeds(failing, seeds, self.steps), Piece.seeds(remedied, seeds, steps)


@dataclass(frozen=True)
class FailureRates:
    """Which of S seeds failed as the case says, without and with the remedy, and what was diagnosed."""

    case: FailureCase
    failed: np.ndarray  # which seeds failed (S,)
    still_failed: np.ndarray  # which did with the remedy (S,)
    healthy: np.ndarray  # which had every mode and good samples with the remedy (S,)
    verdicts: tuple[str, ...]  # on the seeds of the failing recipe
    remedied_verdicts: tuple[str, ...]  # on those of the recipe with the remedy


def rates(case: FailureCase, failing: Record, remedied: Record) -> FailureRates:
    """The case's rates in measured runs of its recipe, without and with the remedy."""
    return FailureRates(
        case, case.detects(failing), case.detects(remedied), healthy(remedied), verdicts(failing), verdicts(remedied)
    )


def healthy(runs: Record) -> np.ndarray:
    """Which seeds beyond doubt are, over the last fifth of their runs, near the data and on all of it `(S,)`.

    Within a tenth of the data's spread, with every mode, most samples on one and shares that are right to a tenth; or,
    without modes, with no gap.
    """
    data = runs.recipes[0].parts.data

    def late(metric: str) -> np.ndarray:
        mean: np.ndarray = runs.metric(metric)[runs.late].mean(0)
        return mean

    near: np.ndarray = late("sliced-w1") < 0.1 * spread_of(data)
    if not data.has_modes:
        return near & (late("gaps") < 0.1)
    every = (late("modes-covered-strict") > len(data.modes) - 0.3) & (late("high-quality") > 0.55)
    return near & every & ((late("share-error") < 0.1) | (len(data.modes) == 1))


def verdicts(record: Record) -> tuple[str, ...]:
    """What is diagnosed at the end of each seed's run."""
    return tuple(diagnosis.verdict for diagnosis in diagnose_all(record))


def measure_cases(
    cases: Mapping[str, FailureCase], first_seed: int = 0, jobs: int | None = 1, seeds: int = SEEDS,
    store: Store | None = None, progress: Callable[[int, int], None] | None = None, device: str = "cpu",
) -> Iterator[tuple[str, FailureRates]]:  # fmt: skip
    """Every case's rates measured anew, each as soon as its runs are there; equal recipes are trained once.

    Of a `store` only what has changed since is trained. `progress` is told the recipes done and those in all.
    """
    needed = {name: case.pieces(first_seed, seeds) for name, case in cases.items()}
    for name, (failing, remedied) in measure_groups(needed, jobs, store, progress, device):
        yield name, rates(cases[name], failing, remedied)
