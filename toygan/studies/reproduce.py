"""A published experiment run again: each method over seeds, and a table of the published numbers and ours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from toygan.measure.intervals import mean_interval, share_interval
from toygan.measure.tables import Table
from toygan.measure.words import percent, score
from toygan.parts.metrics.reference import reference_band
from toygan.runs.record import Record
from toygan.studies.experiment import Published, Reported
from toygan.studies.progress import Progress, Results
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store

COVERED = "modes-covered"
TOGETHER, SEEDS = 4, ", seeds from "  # of a method in one piece, and how such a piece is called
EVERY = 0.01, 50  # looks at the modes while it runs: after this share of the iterations, but not more often than that
SINCE = "all modes, from iteration"
LITTLE = 0.25  # the share of the published iterations below which a table compares nothing yet
HEAD = ("method", "quantity", "published", "ours", "95 % interval", "true samples")


class Reproduction(Results[Record]):
    """The finished seeds of each method of an experiment, those of a piece under one name."""

    def of_methods(self, setting: Published) -> dict[str, Record]:
        """All finished seeds of each method that has some."""
        found: dict[str, list[Record]] = {}
        for name, record in self.items():
            found.setdefault(name.partition(SEEDS)[0], []).append(record)
        return {method: joined(found[method]) for method in setting.methods if method in found}


def pieces_of(setting: Published, seeds: int, iterations: int) -> dict[str, list[Piece]]:
    """What has to be trained, by method and seeds: what an interrupt loses is at most what is in flight.

    Where modes are counted, all is measured as it goes.
    """
    watched = COVERED in setting.quantities
    every = max(int(EVERY[0] * iterations), EVERY[1]) if watched else iterations
    return {
        f"{method}{SEEDS}{first}": [
            Piece(tuple(row.recipe.seeds(seeds)[first : first + TOGETHER]), iterations, every, setting.quantities,
                  setting.samples)
        ]
        for method, row in setting.methods.items()
        for first in range(0, seeds, TOGETHER)
    }  # fmt: skip


def measure(
    setting: Published, seeds: int, iterations: int, jobs: int | None = 1, store: Store | None = None,
    device: str = "cpu",
) -> Reproduction:  # fmt: skip
    """Each method under seeds 0, 1, ..., behind a progress bar; an interrupt ends it with what is finished."""
    groups = pieces_of(setting, seeds, iterations)

    def results(progress: Progress) -> Iterator[tuple[str, Record]]:
        for name, (record,) in measure_groups(groups, jobs, store, progress, device):
            yield name, record

    return Reproduction.collect(groups, results)


def joined(records: Sequence[Record]) -> Record:
    """Members of several records, measured at the same iterations, side by side."""
    names = dict.fromkeys(name for record in records for name in record.names)
    columns = {name: np.concatenate([record.metric(name) for record in records], axis=1) for name in names}
    recipes = [recipe for record in records for recipe in record.recipes]
    return Record.from_arrays(
        recipes, records[0].steps, columns, np.concatenate([record.diverged_at for record in records])
    )


def all_modes_since(record: Record) -> np.ndarray:
    """The iteration from which on each seed covers all modes `(S,)`, NaN where it does not at last."""
    missing = record.metric(COVERED) != len(record.recipes[0].distribution.modes)
    first = len(record) - np.argmax(missing[::-1], axis=0)  # the row after the last one in which a mode is missing
    first[~missing.any(0)] = 0
    since: np.ndarray = np.append(record.steps.astype(float), np.nan)[first]
    return since


def report(name: str, setting: Published, results: Mapping[str, Record], seeds: int, iterations: int) -> str:
    """The experiment in Markdown: how much of it was run, both sides' numbers, and where the set-ups differ."""
    share = iterations / setting.iterations
    ran = f"{thousands(iterations)} of {thousands(setting.iterations)} iterations"
    lines = [
        f"# {name}: {setting.about}",
        "",
        f"Published: {setting.source}. {_about_published(setting)}",
        "",
        f"Ours: {ran} ({100 * share:.3g} %), {seeds} seed{'s' * (seeds > 1)}, {setting.samples} samples of each at "
        "the last iterate. Mean +- standard deviation over seeds, 95 % interval of the mean (bootstrap) or of the "
        "share of seeds (Wilson), and what 90 % of sets of as many true samples score.",
        "",
    ]
    if share < LITTLE:
        lines += ["**So early the numbers show that the set-up runs; they compare nothing yet.**", ""]
    there = {method: len(results[method].recipes) if method in results else 0 for method in setting.methods}
    cut = [f"{method} has {n} of {seeds} seeds" for method, n in there.items() if n < seeds]
    if cut:
        lines += [f"**Cut short: {', '.join(cut)}.**", ""]
    rows = [row for method, ours in results.items() for row in _rows(setting, method, ours)]
    lines += [Table(HEAD, rows).markdown(padded=True), "", "Differences in set-up:", ""]
    return "\n".join(lines + [f"- {difference}" for difference in setting.differences]) + "\n"


def _about_published(setting: Published) -> str:
    if not any(method.published for method in setting.methods.values()):
        return "No numbers."
    spread = any(
        figure.error is not None for method in setting.methods.values() for figure in method.published.values()
    )
    given = f"deviation from their standard error times the root of {setting.runs}" if spread else "no spread given"
    return f"Mean of {setting.runs} runs, {given}."


def _rows(setting: Published, method: str, ours: Record) -> list[tuple[str, ...]]:
    """One row a quantity; where there are modes, also how many seeds cover them all, and from when on."""
    recipe, published = setting.methods[method].recipe, setting.methods[method].published
    rows: list[tuple[str, ...]] = []
    for name in setting.quantities:
        band = reference_band(name, recipe.data, setting.samples)
        truth = " to ".join(dict.fromkeys(number(name, end) for end in (band.low, band.high))) if band else "–"
        figure = published.get(name)
        reported = _figure(name, figure, setting.runs) if figure else "–"
        rows.append((method, name, reported, *_measured(name, ours.metric(name)[-1]), truth))
    if COVERED in setting.quantities:
        covered = ours.metric(COVERED)[-1] == len(recipe.distribution.modes)
        low, high = share_interval(int(covered.sum()), len(covered))
        share = f"[{percent(low)}, {percent(high)}]"
        rows.append((method, "all modes, seeds", "–", f"{covered.sum()} of {len(covered)}", share, "all"))
        rows.append((method, SINCE, "–", *_measured(SINCE, all_modes_since(ours)), "–"))
    return rows


def _figure(name: str, figure: Reported, runs: int) -> str:
    if figure.error is None:
        return number(name, figure.mean)
    return f"{number(name, figure.mean)} +- {number(name, figure.error * math.sqrt(runs))}"


def _measured(name: str, values: np.ndarray) -> tuple[str, str]:
    """Mean and standard deviation over seeds `(S,)`, and the interval of the mean."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return "–", "–"
    left_out = f" ({len(finite)} of {len(values)} seeds)" if len(finite) < len(values) else ""
    if len(finite) == 1:
        return number(name, float(finite[0])) + left_out, "–"
    low, high = mean_interval(finite)
    spread = f" +- {number(name, float(finite.std(ddof=1)))}"
    return number(name, float(finite.mean())) + spread + left_out, f"[{number(name, low)}, {number(name, high)}]"


def number(name: str, value: float) -> str:
    """A quantity's value in its unit."""
    if name == SINCE:
        return thousands(round(value))
    return score(name, value, digits=1)


def thousands(n: int) -> str:
    """12 345 678, with narrow groups as in the literature."""
    return f"{n:,}".replace(",", " ")
