"""An case of the failure gallery: a recipe that shows an verdict, its cure, and how often either is seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.measure.diagnosis import diagnose_all
from toygan.recipe import KNOBS, Recipe
from toygan.runs.experiment import Experiment, measure_groups
from toygan.runs.record import Record

SEEDS = 16


@dataclass(frozen=True)
class FailureCase:
    """A recipe that shows an verdict, a name of VERDICTS, and the same recipe with one change, which cures it.

    `shows` says of which seeds of measured runs the verdict can be seen `(S,)`; it is what the rates count.
    """

    verdict: str
    symptom: str  # what is to be seen, in a sentence
    recipe: Recipe
    change: Mapping[str, Any]  # the field that the cure changes, or steps
    why: str  # why it why, in a sentence
    shows: Callable[[Record], np.ndarray]
    steps: int = 3000

    @property
    def cure(self) -> Recipe:
        """The recipe that is well."""
        return self.recipe.but(**{name: value for name, value in self.change.items() if name in KNOBS})

    @property
    def changed(self) -> str:
        """The change in a few words."""
        fields = {name: KNOBS[name].written(value) if name in KNOBS else value for name, value in self.change.items()}
        return ", ".join(f"{name} = {value}" for name, value in fields.items())

    @property
    def setting(self) -> str:
        """The recipe as a share string, and its iterations."""
        return f"{self.recipe.to_string() or 'the default recipe'}, {self.steps:,} iterations"

    def experiments(self, first_seed: int = 0, seeds: int = SEEDS) -> tuple[Experiment, Experiment]:
        """What has to be measured: the verdict and its cure."""
        ill, well = self.recipe.but(seed=first_seed), self.cure.but(seed=first_seed)
        return Experiment(ill, seeds, self.steps), Experiment(well, seeds, self.change.get("steps", self.steps))


@dataclass(frozen=True)
class FailureRates:
    """In how many of S seeds an case showed its verdict, without and with the cure, and what was diagnosed."""

    case: FailureCase
    failed: np.ndarray  # which seeds failed (S,)
    still_failed: np.ndarray  # which were so with the cure (S,)
    well: np.ndarray  # which had every mode and good samples with the cure (S,)
    verdicts: tuple[str, ...]  # of the ill recipe's seeds
    fixed_verdicts: tuple[str, ...]


def seen(case: FailureCase, ill: Record, cured: Record) -> FailureRates:
    """The case's rates in measured runs."""
    return FailureRates(case, case.shows(ill), case.shows(cured), well(cured), verdicts(ill), verdicts(cured))


def well(runs: Record) -> np.ndarray:
    """Which seeds have, over the last fifth of their runs, all modes and most samples on them `(S,)`."""
    modes = len(runs.recipes[0].distribution.modes)
    strict, good = (runs.metric(name)[runs.late] for name in ("modes-covered-strict", "high-quality"))
    every: np.ndarray = (strict.mean(0) > modes - 0.3) & (good.mean(0) > 0.55)
    return every


def verdicts(record: Record) -> tuple[str, ...]:
    """What is diagnosed at the end of each seed's run."""
    return tuple(diagnosis.verdict for diagnosis in diagnose_all(record))


def measure_cases(
    cases: Mapping[str, FailureCase],
    first_seed: int = 0,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    seeds: int = SEEDS,
) -> Iterator[tuple[str, FailureRates]]:
    """Every case's rates measured anew, each as soon as its runs are there; equal recipes are trained once.

    `progress` is told the experiments done and those in all.
    """
    needed = {name: case.experiments(first_seed, seeds) for name, case in cases.items()}
    for name, (ill, cured) in measure_groups(needed, jobs, progress):
        yield name, seen(cases[name], ill, cured)
