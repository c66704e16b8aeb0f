"""The diagnosis on random recipes, labelled by exact numbers; and its remedies on these and on failing runs."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

import numpy as np

from toygan.measure.advice import REMEDIES, REMEDIES_FOR, Odds
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.tables import Table, describe_share
from toygan.measure.truth import LAST_MEASUREMENTS, THERE
from toygan.measure.truth import label as label
from toygan.parts.metrics import default_metrics
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.studies.gallery.case import FailureCase, verdicts
from toygan.studies.gallery.random import recipes
from toygan.studies.gallery.report import confusion_table, describe_confusion
from toygan.studies.progress import Progress, Results
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store

SEEDS, STEPS, EVERY, SAMPLES = 1, 1000, 100, 500  # of each recipe; the exact W1 of more samples is expensive
AT_A_TIME, MOST_DRAWN = 100, 20_000  # random recipes, where their number is not known before
FAILING_SEEDS = 4  # of each case of the gallery on which remedies are tried
MOST_TRIED = 8  # random runs on which a remedy is tried for a verdict

# Labels, with the verdicts that are right for each: a label describes the samples, a verdict also names the cause.
PLAYERS = ("vanishing gradient", "does not move", "out of scale", "discriminator overpowered", "discriminator too weak")
COLLAPSE = ("mode collapse, rotating", "mode collapse, modes absent", "parts missing", "too narrow")
FAULTS = ("off centre", "too narrow", "too wide", "uneven shares", "wrong shape", "parts missing")
ODD = ("rotated", "link broken", "constant column", "memorised")  # faults that may also be near
RIGHT: dict[str, tuple[str, ...]] = {
    "healthy": ("healthy",),
    "arriving": ("healthy", "not converged yet"),
    "diverged": ("diverged",),
    "closing in": ("not converged yet",),
    "modes missing": (*COLLAPSE, *PLAYERS, "not converged yet"),
    "far": (*PLAYERS, *COLLAPSE, "constant column", "off centre", "oscillation", "diverged", "not converged yet"),
    "near": (
        *FAULTS,
        *ODD,
        "over-regularized blur",
        "oscillation",
        "mode collapse, rotating",
        "does not move",
        "not converged yet",
    ),
}


class Labelled(NamedTuple):
    """A random recipe under some seeds, with the label and the verdict of each."""

    record: Record
    labels: tuple[str, ...]
    verdicts: tuple[str, ...]


def make_piece(several: Sequence[Recipe], steps: int) -> Piece:
    """Return the runs to measure of recipes of one shape."""
    return Piece(tuple(several), steps, EVERY, (*default_metrics(), "w1"), SAMPLES)


class Trial(Results[Labelled]):
    """Labelled runs of random recipes, by number."""

    @property
    def confusion(self) -> dict[str, Counter[str]]:
        """The number of runs by label and by verdict."""
        table: dict[str, Counter[str]] = {name: Counter() for name in RIGHT}
        for one in self.values():
            for name, verdict in zip(one.labels, one.verdicts, strict=True):
                table[name][verdict] += 1
        return {name: counts for name, counts in table.items() if counts}

    @property
    def tables(self) -> list[Table]:
        """The confusion matrix."""
        return [confusion_table("samples (rows), diagnosed (columns)", self.confusion, RIGHT)]

    @property
    def summary(self) -> str:
        """The number of verdicts that are right of their label, and of those that are not."""
        return f"{describe_confusion(self.confusion, RIGHT)}, on {SAMPLES:,} samples of each seed{self.left}"


def random_pieces(count: int, seed: int = 0, first: int = 0) -> dict[str, Piece]:
    """Return this many random recipes to measure, by number, from number `first` on."""
    drawn = islice(enumerate(recipes(seed)), first, first + count)
    return {str(i): make_piece(recipe.seeds(SEEDS), STEPS) for i, recipe in drawn}


def failing_pieces(cases: Mapping[str, FailureCase], seed: int = 0) -> dict[str, Piece]:
    """Return the recipes of the gallery to measure, by the names of their cases, from this seed on."""
    return {
        name: make_piece(case.recipe.but(seed=seed).seeds(FAILING_SEEDS), case.steps) for name, case in cases.items()
    }


def measure_trial(
    pieces: Mapping[str, Piece], jobs: int | None = 1, store: Store | None = None, device: str = "cpu"
) -> Trial:
    """Train and label runs behind a progress bar; an interrupt keeps those that are finished."""
    groups = {name: [piece] for name, piece in pieces.items()}

    def results(progress: Progress) -> Iterator[tuple[str, Labelled]]:
        for name, (record,) in measure_groups(groups, jobs, store, progress, device):
            labels = tuple(label(record, member) for member in range(len(record.recipes)))
            yield name, Labelled(record, labels, verdicts(record))

    return Trial.collect(groups, results)


class HealthyTrial(Trial):
    """Labelled runs of random recipes, of which a wanted number has the verdict "healthy"."""

    @property
    def called(self) -> np.ndarray:
        """For each run with the verdict "healthy", True if its label says the same."""
        return np.array([label in THERE for label, verdict in self._pairs if verdict == "healthy"], dtype=bool)

    @property
    def found(self) -> np.ndarray:
        """For each run with the label "healthy", True if its verdict says the same."""
        return np.array([verdict == "healthy" for label, verdict in self._pairs if label == "healthy"], dtype=bool)

    @property
    def _pairs(self) -> list[tuple[str, str]]:
        return [pair for one in self.values() for pair in zip(one.labels, one.verdicts, strict=True)]

    @property
    def summary(self) -> str:
        """The shares of right verdicts among those that say "healthy", and of healthy runs that are called so."""
        right, found = (describe_share(x) if len(x) else "none" for x in (self.called, self.found))
        return (
            f"Called healthy and so: {right}; healthy and called so: {found}; of {len(self)} recipes. {super().summary}"
        )


def measure_until_healthy(
    wanted: int, seed: int = 0, jobs: int | None = 1, store: Store | None = None, device: str = "cpu"
) -> HealthyTrial:
    """Train random recipes, a hundred at a time, until so many are called healthy; an interrupt keeps what is there."""
    found = HealthyTrial()
    while len(found.called) < wanted and len(found) < MOST_DRAWN and not found.missing:
        some = measure_trial(random_pieces(AT_A_TIME, seed, len(found) + len(found.failed)), jobs, store, device)
        failed, missing = {**found.failed, **some.failed}, some.missing
        for name, one in some.items():
            if len(found.called) < wanted:
                found[name] = one
        found.failed, found.missing = failed, missing
    return found


class Tryout(NamedTuple):
    """A remedy that is tried on the runs of one recipe that have the verdict it is for."""

    verdict: str
    remedy: str
    record: Record
    members: tuple[int, ...]  # of the record
    recipes: tuple[Recipe, ...]  # with the remedy, one a member

    def outcomes(self, remedied: Record) -> list[int]:
        """Return 1 if the verdict is gone and samples are a tenth nearer, -1 if they are a fifth farther, else 0."""
        found = []
        for i, (member, now) in enumerate(zip(self.members, diagnose_all(remedied), strict=True)):
            before = self.record.metric("w1")[-LAST_MEASUREMENTS:, member].mean()
            after = remedied.metric("w1")[-LAST_MEASUREMENTS:, i].mean()
            worse = remedied.diverged_at[i] >= 0 or (not after < 1.2 * before and np.isfinite(before))
            nearer = after < 0.9 * before or not np.isfinite(before)
            found.append(-1 if worse else int(now.verdict != self.verdict and nearer))
        return found


def plan_tryouts(runs: Mapping[str, Labelled], most: int | None = None) -> dict[str, Tryout]:
    """Plan to try each remedy on all runs with the verdict that it is for, or on at most this many of them."""
    tried: Counter[tuple[str, str]] = Counter()
    found: dict[str, Tryout] = {}
    for name, one in runs.items():
        for verdict in dict.fromkeys(one.verdicts):
            for remedy in REMEDIES_FOR.get(verdict, ()):
                changed = {
                    member: recipe
                    for member, given in enumerate(one.verdicts)
                    if given == verdict and (recipe := REMEDIES[remedy].apply(one.record.recipes[member])) is not None
                }
                members = tuple(changed)[: None if most is None else most - tried[verdict, remedy]]
                if members:
                    tried[verdict, remedy] += len(members)
                    remedied = tuple(changed[member] for member in members)
                    found[f"{name}, {verdict}: {remedy}"] = Tryout(verdict, remedy, one.record, members, remedied)
    return found


class RemedyOdds(Results[tuple[Tryout, list[int]]]):
    """The outcomes of remedies that were tried."""

    @property
    def odds(self) -> dict[str, dict[str, Odds]]:
        """The number of runs that each remedy helped and harmed, by verdict."""
        outcomes: dict[tuple[str, str], list[int]] = defaultdict(list)
        for tryout, several in self.values():
            outcomes[tryout.verdict, tryout.remedy] += several
        table: dict[str, dict[str, Odds]] = {}
        for (verdict, remedy), found in sorted(outcomes.items()):
            table.setdefault(verdict, {})[remedy] = Odds(found.count(1), found.count(-1), len(found))
        return table

    def update_json(self, text: str, source: str) -> str:
        """Return the JSON that `read_odds` reads, with these odds as those of their source, "gallery" or "random"."""
        return json.dumps({**json.loads(text), source: self.odds}, indent=1) + "\n"

    @property
    def tables(self) -> list[Table]:
        """One table with a row for each verdict and remedy."""
        rows = [
            [verdict, remedy, *map(str, odds)] for verdict, row in self.odds.items() for remedy, odds in row.items()
        ]
        return [Table(["verdict", "remedy", "helped", "harmed", "of"], rows, numbers=2)]


def measure_odds(
    trial: Mapping[str, Labelled],
    most: int | None = None,
    jobs: int | None = 1,
    store: Store | None = None,
    device: str = "cpu",
) -> RemedyOdds:
    """Try every remedy on runs of a trial behind a progress bar; an interrupt keeps those that are finished."""
    tried = plan_tryouts(trial, most)
    groups = {name: [make_piece(tryout.recipes, int(tryout.record.steps[-1]))] for name, tryout in tried.items()}

    def results(progress: Progress) -> Iterator[tuple[str, tuple[Tryout, list[int]]]]:
        for name, (record,) in measure_groups(groups, jobs, store, progress, device):
            yield name, (tried[name], tried[name].outcomes(record))

    return RemedyOdds.collect(groups, results)
