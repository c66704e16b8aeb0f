"""A published experiment run again: each method over seeds, and a table of theirs and ours."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from toygan.measure.intervals import interval, share_interval
from toygan.measure.words import percent, score
from toygan.parts.metrics import evaluate
from toygan.parts.metrics.reference import reference_band
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.studies.published import Figure, Method, Published

COVERED = "modes-covered"
EVERY = 0.01, 50  # looks at the modes while it runs: after this share of the iterations, but not more often than that
SINCE = "all modes, from iteration"
LITTLE = 0.25  # the share of the published iterations below which a table compares nothing yet
HEAD = ("method", "quantity", "theirs", "ours", "95 % interval", "true samples")


def run(
    setting: Published, method: Method, seeds: int, iterations: int, device: str, goes_on: Callable[[], bool]
) -> Record:
    """One method under seeds 0, 1, ..., all at once, for as long as `goes_on`, which is asked before every iteration.

    Where modes are counted their number is taken as it goes, and all quantities at the last iterate.
    """
    watched = [COVERED] if COVERED in setting.quantities else []
    every = max(int(EVERY[0] * iterations), EVERY[1])
    run = Run(method.recipe.seeds(seeds), device, every, setting.samples, watched, limit=None)
    for _ in run.until(iterations, goes_on):
        pass
    last = run.look()
    # One member after the other: all distances between the samples of all members may not fit into memory.
    scores = evaluate(last.samples, method.recipe.distribution, setting.quantities)
    run.record.add(dataclasses.replace(last, metrics=scores))
    return run.record


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
        f"Theirs: {setting.source}. {_theirs(setting)}",
        "",
        f"Ours: {ran} ({100 * share:.3g} %), {seeds} seed{'s' * (seeds > 1)}, {setting.samples} samples of each at "
        "the last iterate. Mean +- standard deviation over seeds, 95 % interval of the mean (bootstrap) or of the "
        "share of seeds (Wilson), and what 90 % of sets of as many true samples score.",
        "",
    ]
    if share < LITTLE:
        lines += ["**So early the numbers show that the set-up runs; they compare nothing yet.**", ""]
    reached = {method: int(ours.steps[-1]) for method, ours in results.items()}
    cut = [f"{method} at {thousands(step)}" for method, step in reached.items() if step < iterations]
    missing = [method for method in setting.methods if method not in results]
    if cut or missing:
        lines += [f"**Cut short: {', '.join([*cut, *(f'{method} not begun' for method in missing)])}.**", ""]
    rows = [row for method, ours in results.items() for row in _rows(setting, method, ours)]
    lines += [*aligned([HEAD, *rows]), "", "Differences in set-up:", ""]
    return "\n".join(lines + [f"- {difference}" for difference in setting.differences]) + "\n"


def _theirs(setting: Published) -> str:
    if not any(method.theirs for method in setting.methods.values()):
        return "No numbers."
    spread = any(figure.error is not None for method in setting.methods.values() for figure in method.theirs.values())
    given = f"deviation from their standard error times the root of {setting.runs}" if spread else "no spread given"
    return f"Mean of {setting.runs} runs, {given}."


def _rows(setting: Published, method: str, ours: Record) -> list[tuple[str, ...]]:
    """One row a quantity; where there are modes, also how many seeds cover them all, and from when on."""
    recipe, theirs = setting.methods[method].recipe, setting.methods[method].theirs
    rows: list[tuple[str, ...]] = []
    for name in setting.quantities:
        band = reference_band(name, recipe.data, setting.samples)
        truth = " to ".join(dict.fromkeys(number(name, end) for end in (band.low, band.high))) if band else "–"
        figure = theirs.get(name)
        reported = _figure(name, figure, setting.runs) if figure else "–"
        rows.append((method, name, reported, *_measured(name, ours.metric(name)[-1]), truth))
    if COVERED in setting.quantities:
        covered = ours.metric(COVERED)[-1] == len(recipe.distribution.modes)
        low, high = share_interval(int(covered.sum()), len(covered))
        share = f"[{percent(low)}, {percent(high)}]"
        rows.append((method, "all modes, seeds", "–", f"{covered.sum()} of {len(covered)}", share, "all"))
        rows.append((method, SINCE, "–", *_measured(SINCE, all_modes_since(ours)), "–"))
    return rows


def _figure(name: str, figure: Figure, runs: int) -> str:
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
    low, high = interval(finite)
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


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows, the head first, as a Markdown table whose columns also line up as plain text."""
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (w + 2) for w in wide) + "|", *lines[1:]]
