"""A case of the failure gallery: a recipe that fails, its remedy, and how many seeds fail without and with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.measure.diagnosis import diagnose_all
from toygan.measure.quantities import late
from toygan.parts.metrics.reference import reference_band
from toygan.parts.metrics.samples import spread_of
from toygan.recipe import KNOBS, Recipe
from toygan.runs.record import Record
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store

SEEDS = 16


@dataclass(frozen=True)
class FailureCase:
    """A recipe that fails, and a remedy.

    Args:
        verdict: The failure, a name of `VERDICTS`.
        symptom: What can be seen, in a sentence.
        recipe: The recipe that fails.
        remedy: The one field that changes, with its value; or `steps`.
        why: Why that helps, in a sentence.
        detects: A function from measured runs to which of their seeds failed `(S,)`; it does not use the diagnosis.
        steps: Iterations of a run [default: 3000].
    Example:
        >>> from toygan import gallery
        >>> case = gallery.GALLERY["few-of-eight"]
        >>> case.verdict, case.recipe.to_string(), case.remedy_words
        ('mode collapse, modes absent', 'lr_g=0.0001&lr_d=0.01', 'regularizers = r1:0.1')
    """

    verdict: str
    symptom: str
    recipe: Recipe
    remedy: Mapping[str, Any]
    why: str
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
        """Return the runs to measure, without and with the remedy, under `seeds` seeds from `first_seed` on."""
        failing, remedied = self.recipe.but(seed=first_seed), self.remedied.but(seed=first_seed)
        steps = self.remedy.get("steps", self.steps)
        return Piece.seeds(failing, seeds, self.steps), Piece.seeds(remedied, seeds, steps)


@dataclass(frozen=True)
class FailureRates:
    """The seeds of a case that failed, without and with the remedy, and their diagnoses.

    Args:
        case: The case.
        failed: The seeds that failed `(S,)`.
        still_failed: The seeds that failed with the remedy `(S,)`.
        healthy: The seeds that had every mode and good samples with the remedy `(S,)`.
        verdicts: The verdict of each seed.
        remedied_verdicts: The verdict of each seed with the remedy.
    Example:
        >>> import numpy as np
        >>> from toygan import gallery
        >>> yes, no = np.array([True]), np.array([False])
        >>> few = gallery.GALLERY["few-of-eight"]
        >>> rates = gallery.FailureRates(few, yes, no, yes, (few.verdict,), ("healthy",))
        >>> gallery.GalleryReport({"few-of-eight": rates}).summary.partition("(")[0]
        'In brackets: 95 % interval. 2 of 2 right '
    """

    case: FailureCase
    failed: np.ndarray
    still_failed: np.ndarray
    healthy: np.ndarray
    verdicts: tuple[str, ...]
    remedied_verdicts: tuple[str, ...]


def count_failures(case: FailureCase, failing: Record, remedied: Record) -> FailureRates:
    """Return a case's rates from measured runs of its recipe, without and with the remedy."""
    return FailureRates(
        case, case.detects(failing), case.detects(remedied), healthy(remedied), verdicts(failing), verdicts(remedied)
    )


def healthy(runs: Record) -> np.ndarray:
    """Return the seeds that are clearly near the data and on all of it over the last fifth of their runs `(S,)`.

    That is: within a tenth of the data's spread, with every mode, most samples on one, at most a tenth more between two
    than of true samples, and shares that are right to a tenth; or, for data without modes, with no gap.
    """
    data = runs.recipes[0].parts.data

    def late_mean(metric: str) -> np.ndarray:
        return late(metric).compute(runs)

    near = late_mean("sliced-w1") < 0.1 * spread_of(data)
    if not data.has_modes:
        return near & (late_mean("gaps") < 0.1)
    every = (late_mean("modes-covered-strict") > len(data.modes) - 0.3) & (late_mean("high-quality") > 0.55)
    if len(data.modes) == 1:
        return near & every
    between = reference_band("bridges", data, runs.n)
    clear = np.ones_like(every) if between is None else late_mean("bridges") < between.high + 0.1
    return near & every & clear & (late_mean("share-error") < 0.1)


def verdicts(record: Record) -> tuple[str, ...]:
    """Return the verdict at the end of each seed's run."""
    return tuple(diagnosis.verdict for diagnosis in diagnose_all(record))


def measure_cases(
    cases: Mapping[str, FailureCase],
    first_seed: int = 0,
    jobs: int | None = 1,
    seeds: int = SEEDS,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str = "cpu",
) -> Iterator[tuple[str, FailureRates]]:
    """Measure cases and yield the rates of each as soon as its runs are finished; equal recipes are trained once.

    With a `store` only what has changed since is trained. `progress` is called with the recipes done and those in all.
    """
    needed = {name: case.pieces(first_seed, seeds) for name, case in cases.items()}
    for name, (failing, remedied) in measure_groups(needed, jobs, store, progress, device):
        yield name, count_failures(cases[name], failing, remedied)
