"""A published experiment, run again: each method over seeds, and a table of the published numbers and ours."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from toygan.measure.intervals import mean_interval, share_interval
from toygan.measure.tables import Table
from toygan.measure.words import percent, score
from toygan.parts.metrics.reference import reference_band
from toygan.runs.record import Record
from toygan.studies.experiment import Published
from toygan.studies.progress import Progress, Results
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store
from toygan.text import format_number

COVERED = "modes-covered"
SEEDS_TOGETHER, SEEDS = 4, ", seeds from "  # of a method in one piece, and the name of such a piece
EVERY_SHARE, EVERY_ITERATIONS = 0.01, 50  # between measurements of the modes: the longer of the two
SINCE = "all modes, from iteration"
EARLY_SHARE = 0.25  # of the published iterations, below which a table compares nothing yet
HEAD = ("method", "quantity", "published", "ours", "95 % interval", "true samples")


class Reproduction(Results[Record]):
    """The finished seeds of each method of an experiment, by piece."""

    def by_method(self, setting: Published) -> dict[str, Record]:
        """Return all finished seeds of each method that has some."""
        found: dict[str, list[Record]] = {}
        for name, record in self.items():
            found.setdefault(name.partition(SEEDS)[0], []).append(record)
        return {method: join_records(found[method]) for method in setting.methods if method in found}


def plan_pieces(setting: Published, seeds: int, iterations: int) -> dict[str, list[Piece]]:
    """Return the runs to train, by method and seeds, in pieces so small that an interrupt loses little.

    An experiment that counts modes is measured all along, the others at the end.
    """
    counted = COVERED in setting.quantities
    every = max(int(EVERY_SHARE * iterations), EVERY_ITERATIONS) if counted else iterations
    return {
        f"{method}{SEEDS}{first}": [Piece(several, iterations, every, setting.quantities, setting.samples)]
        for method, row in setting.methods.items()
        for first in range(0, seeds, SEEDS_TOGETHER)
        for several in [tuple(row.recipe.seeds(seeds)[first : first + SEEDS_TOGETHER])]
    }


def measure_methods(
    setting: Published,
    seeds: int,
    iterations: int,
    jobs: int | None = 1,
    store: Store | None = None,
    device: str = "cpu",
) -> Reproduction:
    """Train each method under seeds 0, 1, ..., behind a progress bar; an interrupt keeps what is finished."""
    groups = plan_pieces(setting, seeds, iterations)

    def results(progress: Progress) -> Iterator[tuple[str, Record]]:
        for name, (record,) in measure_groups(groups, jobs, store, progress, device):
            yield name, record

    return Reproduction.collect(groups, results)


def join_records(records: Sequence[Record]) -> Record:
    """Return one record of the members of several records that were measured at the same iterations."""
    names = dict.fromkeys(name for record in records for name in record.names)
    columns = {name: np.concatenate([record.metric(name) for record in records], axis=1) for name in names}
    recipes = [recipe for record in records for recipe in record.recipes]
    return Record.from_arrays(
        recipes, records[0].steps, columns, np.concatenate([record.diverged_at for record in records])
    )


def all_modes_since(record: Record) -> np.ndarray:
    """Return the iteration from which each seed covers all modes to the end `(S,)`, NaN if it does not."""
    missing = record.metric(COVERED) != len(record.recipes[0].distribution.modes)
    first = len(record) - np.argmax(missing[::-1], axis=0)  # the row after the last one in which a mode is missing
    first[~missing.any(0)] = 0
    since: np.ndarray = np.append(record.steps.astype(float), np.nan)[first]
    return since


def report(name: str, setting: Published, results: Mapping[str, Record], seeds: int, iterations: int) -> str:
    """Return the experiment in Markdown: its length, both sides' numbers, and the differences in set-up."""
    share = iterations / setting.iterations
    ran = f"{iterations:,} of {setting.iterations:,} iterations"
    lines = [
        f"# {name}: {setting.about}",
        "",
        f"Published: {setting.source}. {_about_published(setting)}",
        "",
        f"Ours: {ran} ({format_number(100 * share)} %), {seeds} seed{'s' * (seeds > 1)}, "
        f"{setting.samples:,} samples of each at "
        "the last iterate. The table has mean +- standard deviation over seeds, the 95 % interval of the mean "
        "(bootstrap) or of the share of seeds (Wilson), and the scores of 90 % of sets of as many true samples.",
        "",
    ]
    if share < EARLY_SHARE:
        lines += ["**So early, the numbers only show that the set-up runs; they compare nothing yet.**", ""]
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
    """Return a row for each quantity; if there are modes, also the number of seeds that cover all, and from when."""
    recipe, published = setting.methods[method].recipe, setting.methods[method].published
    rows: list[tuple[str, ...]] = []
    for name in setting.quantities:
        band = reference_band(name, recipe.data, setting.samples)
        truth = " to ".join(dict.fromkeys(number(name, end) for end in (band.low, band.high))) if band else "–"
        reported = "–"
        if figure := published.get(name):
            reported = number(name, figure.mean)
            if figure.error is not None:
                reported += f" +- {number(name, figure.error * math.sqrt(setting.runs))}"
        rows.append((method, name, reported, *_format_mean(name, ours.metric(name)[-1]), truth))
    if COVERED in setting.quantities:
        covered = ours.metric(COVERED)[-1] == len(recipe.distribution.modes)
        low, high = share_interval(int(covered.sum()), len(covered))
        share = f"[{percent(low)}, {percent(high)}]"
        rows.append((method, "all modes, seeds", "–", f"{covered.sum()} of {len(covered)}", share, "all"))
        rows.append((method, SINCE, "–", *_format_mean(SINCE, all_modes_since(ours)), "–"))
    return rows


def _format_mean(name: str, values: np.ndarray) -> tuple[str, str]:
    """Return the mean and standard deviation over seeds `(S,)`, and the interval of the mean."""
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
    """Return the value of a quantity in its unit."""
    return f"{round(value):,}" if name == SINCE else score(name, value, digits=1)
