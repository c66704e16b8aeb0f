"""A published experiment run again: each method over seeds, and a table of the published numbers and ours."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.measure.tables import interval, share_interval
from toygan.parts.metrics import METRICS, evaluate
from toygan.parts.metrics.reference import reference_band
from toygan.studies.published import Method, Published, Reported
from toygan.training import Population

COVERED = "modes-covered"
EVERY = 0.01, 50  # looks at the modes while it runs: after this share of the iterations, but not more often than that
SINCE = "all modes, from iteration"
LITTLE = 0.25  # the share of the published iterations below which a table compares nothing yet
HEAD = ("method", "quantity", "published", "ours", "95 % interval", "true samples")


@dataclass(frozen=True)
class Ours:
    """What a method scored: each metric at its last iterate, one value a seed `(S,)`, NaN where a seed diverged.

    Where there are modes, also the iteration from which on each seed covers all of them, NaN where it does not at last.
    """

    iterations: int
    values: Mapping[str, np.ndarray]

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        listed = {name: [x if math.isfinite(x) else None for x in v.tolist()] for name, v in self.values.items()}
        return {"iterations": self.iterations, "values": listed}

    @staticmethod
    def from_dict(kept: Mapping[str, Any]) -> Ours:
        """What `to_dict` wrote; numbers that did not exist are NaN."""
        return Ours(int(kept["iterations"]), {name: np.array(v, dtype=float) for name, v in kept["values"].items()})


def run(
    setting: Published, method: Method, seeds: int, iterations: int, device: str, goes_on: Callable[[], bool]
) -> Ours:
    """One method under seeds 0, 1, ..., all at once, for as long as `goes_on`, which is asked at every iteration."""
    data, every = method.recipe.distribution, max(int(EVERY[0] * iterations), EVERY[1])
    population = Population([method.recipe.but(seed=seed) for seed in range(seeds)], device)
    since = np.full(seeds, np.nan)

    def look(*metrics: str) -> dict[str, np.ndarray]:
        return evaluate(population.generate(setting.samples).cpu(), data, metrics)

    def note(covered: np.ndarray) -> np.ndarray:
        now = np.where(np.isnan(since), population.steps, since)
        return np.where(covered == len(data.modes), now, np.nan)

    while population.steps < iterations and goes_on():
        population.step()
        if COVERED in setting.quantities and population.steps % every == 0:
            since = note(look(COVERED)[COVERED])
    scores = look(*setting.quantities)
    if COVERED in scores:
        scores[SINCE] = note(scores[COVERED])
    return Ours(population.steps, scores)


def report(name: str, setting: Published, results: Mapping[str, Ours], seeds: int, iterations: int) -> str:
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
    cut = [
        f"{method} at {thousands(ours.iterations)}" for method, ours in results.items() if ours.iterations < iterations
    ]
    missing = [method for method in setting.methods if method not in results]
    if cut or missing:
        lines += [f"**Cut short: {', '.join([*cut, *(f'{method} not begun' for method in missing)])}.**", ""]
    rows = [row for method, ours in results.items() for row in _rows(setting, method, ours)]
    lines += [*aligned([HEAD, *rows]), "", "Differences in set-up:", ""]
    return "\n".join(lines + [f"- {difference}" for difference in setting.differences]) + "\n"


def _about_published(setting: Published) -> str:
    if not any(method.published for method in setting.methods.values()):
        return "No numbers."
    spread = any(
        figure.error is not None for method in setting.methods.values() for figure in method.published.values()
    )
    given = f"deviation from their standard error times the root of {setting.runs}" if spread else "no spread given"
    return f"Mean of {setting.runs} runs, {given}."


def _rows(setting: Published, method: str, ours: Ours) -> list[tuple[str, ...]]:
    """One row a quantity; where there are modes, also how many seeds cover them all, and from when on."""
    recipe, published = setting.methods[method].recipe, setting.methods[method].published
    rows: list[tuple[str, ...]] = []
    for name in setting.quantities:
        band = reference_band(name, recipe.data, setting.samples)
        truth = " to ".join(dict.fromkeys(number(name, end) for end in (band.low, band.high))) if band else "–"
        figure = published.get(name)
        rows.append(
            (method, name, _figure(name, figure, setting.runs) if figure else "–", *_measured(name, ours), truth)
        )
    if COVERED in setting.quantities:
        covered = ours.values[COVERED] == len(recipe.distribution.modes)
        low, high = share_interval(int(covered.sum()), len(covered))
        share = f"[{low:.0%}, {high:.0%}]"
        rows.append((method, "all modes, seeds", "–", f"{covered.sum()} of {len(covered)}", share, "all"))
        rows.append((method, SINCE, "–", *_measured(SINCE, ours), "–"))
    return rows


def _figure(name: str, figure: Reported, runs: int) -> str:
    if figure.error is None:
        return number(name, figure.mean)
    return f"{number(name, figure.mean)} +- {number(name, figure.error * math.sqrt(runs))}"


def _measured(name: str, ours: Ours) -> tuple[str, str]:
    """Mean and standard deviation over seeds, and the interval of the mean."""
    values = ours.values[name]
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
    if METRICS[name].unit == "share":
        return f"{value:.1%}"
    return f"{value:.3g}"


def thousands(n: int) -> str:
    """12 345 678, with narrow groups as in the literature."""
    return f"{n:,}".replace(",", " ")


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows, the head first, as a Markdown table whose columns also line up as plain text."""
    wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)) + " |" for row in rows]
    return [lines[0], "|" + "|".join("-" * (w + 2) for w in wide) + "|", *lines[1:]]
