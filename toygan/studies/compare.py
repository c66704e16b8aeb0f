"""Two recipes compared under the same seeds: the difference of a metric, with its interval over seeds."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from toygan.measure.intervals import mean_interval
from toygan.measure.tables import SeedTable
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS, MOST_SEEDS, Recipe, RecipeError, check_count, check_recipe
from toygan.runs.fleet import Fleet
from toygan.runs.record import SAMPLES, Record
from toygan.sweeps.piece import one_thread
from toygan.text import SHOWN, format_number, hint

if TYPE_CHECKING:
    import pandas as pd

FEWEST = 2  # seeds: one has no interval


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two recipes under the same seeds; it prints as one line, and a notebook shows its table of both.

    The value of a run is the mean of the metric over its last fifth. The difference is that of the first recipe minus
    that of the second, seed by seed. Its interval is a bootstrap over seeds, as for `claims`. A run that diverged
    counts as the worst score that any of the runs ever had; if the metric has no better direction, it is left out. A
    run that an error has ended is left out, too.

    Args:
        recipes: The two recipes, each under its first seed.
        metric: The name of the metric.
        steps: Iterations of each run.
        n: Samples behind each value of the metric.
        table: A pandas DataFrame with a row for each seed: `seed`, the values `a` and `b` of the two recipes, their
            `difference`, and the iterations `a_diverged_at` and `b_diverged_at` (-1 for never). The errors that have
            ended runs are `a_failed` and `b_failed` ("" for none).
    Example:
        >>> from toygan import Recipe, compare
        >>> small = Recipe(data="gaussian1d", width=4, batch=8)
        >>> result = compare(small, small.but(lr_g=1e-2), metric="mean-offset", seeds=3, steps=20, every=10)
        >>> result.low < result.difference < result.high, len(result.table)
        (True, 3)
    """

    recipes: tuple[Recipe, Recipe]
    metric: str
    steps: int
    n: int
    table: pd.DataFrame

    @property
    def difference(self) -> float:
        """The mean difference of the two recipes, in the unit of the metric; NaN if no pair has a value."""
        return float(self._differences.mean()) if len(self._differences) else float("nan")

    @property
    def low(self) -> float:
        """The low end of the 95 % interval of the mean difference."""
        return self._interval[0]

    @property
    def high(self) -> float:
        """The high end of the 95 % interval of the mean difference."""
        return self._interval[1]

    @property
    def _differences(self) -> np.ndarray:
        differences = self.table["difference"].to_numpy()
        finite: np.ndarray = differences[np.isfinite(differences)]
        return finite

    @property
    def _interval(self) -> tuple[float, float]:
        return mean_interval(self._differences) if len(self._differences) else (float("nan"), float("nan"))

    @property
    def names(self) -> tuple[str, str]:
        """The two recipes by the fields in which they differ, such as "loss=minimax"."""
        a, b = self.recipes
        names = [name for name in KNOBS if getattr(a, name) != getattr(b, name)]
        texts = [
            ", ".join(f"{name}={KNOBS[name].describe(getattr(r, name)) or 'none'}" for name in names) for r in (a, b)
        ]
        return (texts[0][:SHOWN], texts[1][:SHOWN]) if names else ("a", "b")

    @property
    def diverged(self) -> dict[str, list[int]]:
        """The seeds under which a recipe diverged, by the name of the recipe."""
        seeds = self.table["seed"].to_numpy()
        at = [self.table[f"{side}_diverged_at"].to_numpy() >= 0 for side in "ab"]
        return {name: seeds[gone].tolist() for name, gone in zip(self.names, at, strict=True) if gone.any()}

    @property
    def failed(self) -> dict[str, dict[int, str]]:
        """The seeds under which an error has ended the run of a recipe, with the error, by the name of the recipe."""
        errors = [dict(zip(self.table["seed"], self.table[f"{side}_failed"], strict=True)) for side in "ab"]
        found = [{seed: error for seed, error in several.items() if error} for several in errors]
        return {name: several for name, several in zip(self.names, found, strict=True) if several}

    def __str__(self) -> str:
        share = METRICS[self.metric].unit == "share"
        unit = "percentage points" if share else METRICS[self.metric].unit
        unit = "" if "/" in unit or unit in self.metric else f" {unit}"
        ends = [100 * x if share else x for x in (self.difference, self.low, self.high)]
        less = ends[0] < 0
        size, low, high = (-ends[0], -ends[2], -ends[1]) if less else ends
        numbers = [format_number(x, digits=2) for x in (size, low, high)]
        effect = f"{numbers[0]}{unit} {'less' if less else 'more'} [{numbers[1]}, {numbers[2]}]"
        if not len(self._differences):
            effect = "no seed has a value of both recipes"
        elif low == high == 0:
            effect = "no difference"
        elif low <= 0:
            effect = f"no clear difference ({effect})"
        seeds = f"{len(self._differences)} seeds"
        if len(self._differences) < len(self.table):
            seeds = f"{len(self._differences)} of {len(self.table)} seeds"
        words = f"{self.metric.replace('-', ' ')}: {effect}, {seeds}, {self.steps:,} iterations"
        return "; ".join([words, *self._describe_diverged(), *self._describe_failed()])

    __repr__ = __str__

    def _describe_diverged(self) -> list[str]:
        counted = "counted as the worst score" if METRICS[self.metric].better else "left out"
        return [f"{name} diverged at {_list_seeds(seeds)} ({counted})" for name, seeds in self.diverged.items()]

    def _describe_failed(self) -> list[str]:
        return [
            f"{name} failed at {_list_seeds(errors)} (left out): {next(iter(errors.values()))}"
            for name, errors in self.failed.items()
        ]

    @property
    def seed_table(self) -> SeedTable:
        """The mean of each recipe and of the difference, with intervals over seeds."""
        a, b = self.names
        values = {a: self.table["a"], b: self.table["b"], "difference": self.table["difference"]}
        first = self.recipes[0].data
        data = first if self.recipes[1].data == first else None
        return SeedTable({name: {self.metric: x.to_numpy()} for name, x in values.items()}, data=data, n=self.n)

    def _repr_markdown_(self) -> str:
        return f"**{self}**\n\n{self.seed_table}"


def _list_seeds(seeds: Collection[int]) -> str:
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"


def compare(
    a: Recipe,
    b: Recipe,
    metric: str = "modes-covered",
    seeds: int = 16,
    steps: int = 2000,
    every: int = 100,
    first_seed: int | None = None,
    device: str = "cpu",
) -> Comparison:
    """Train two recipes under the same seeds, behind a progress bar, and compare a metric at the end of the runs.

    Under equal seeds both see the same data and noise and, if their networks agree, begin with the same weights, so the
    difference of each pair of runs is due to the recipes. The value of a run is the mean of the metric over its last
    fifth. `claims.check` does the same for a sentence that is to be measured again.

    Args:
        a: The first recipe.
        b: The second recipe; the difference is that of a minus that of b.
        metric: The name of a metric, from `METRICS` [default: "modes-covered"].
        seeds: Seeds of each recipe, 2 to 4096 [default: 16].
        steps: Iterations of each run [default: 2000].
        every: Iterations from one measurement, of 2500 samples, to the next [default: 100].
        first_seed: The first of the seeds [default: that of a].
        device: The device to train on, "cpu" or "cuda" [default: "cpu"].
    Returns:
        The comparison: `difference`, `low`, `high`, `table`. It prints as one line.
    Raises:
        RecipeError: If the metric or a number is not allowed, or the metric does not apply to the data; before any
            training.
    Example:
        >>> from toygan import Recipe, compare
        >>> small = Recipe(data="gaussian1d", width=4, batch=8)
        >>> compare(small, small, metric="mean-offset", seeds=2, steps=4, every=2)
        mean offset: no difference, 2 seeds, 4 iterations
    """
    if metric not in METRICS:
        raise RecipeError(
            "metric", metric, f"is not a metric{hint(str(metric), METRICS)}; allowed: {', '.join(METRICS)}"
        )
    check_count("seeds", seeds, MOST_SEEDS, FEWEST)
    check_count("steps", steps, 10**9, least=0)
    check_count("every", every, 10**9)
    check_recipe("a", a)
    check_recipe("b", b)
    first = a.seed if first_seed is None else first_seed
    pair = (a.but(seed=first), b.but(seed=first))
    records, failures = train_pair(pair, metric, seeds, steps, every, device)
    return Comparison(pair, metric, steps, SAMPLES, build_table(records, metric, failures))


def train_pair(
    pair: tuple[Recipe, Recipe], metric: str, seeds: int, steps: int, every: int, device: str
) -> tuple[list[Record], list[list[str]]]:
    """Train two recipes under several seeds, one population each, as a claim does; RecipeError if one has no metric.

    Returns the record of each recipe, and the errors that have ended its runs, "" for none.
    """
    from tqdm.auto import tqdm

    several = [seed for recipe in pair for seed in recipe.seeds(seeds)]
    fleet = Fleet(several, device, every, metrics=[metric], limit=None, most=lambda _: seeds, apart=1)
    with one_thread(), tqdm(total=steps, unit=" iterations", unit_scale=True, leave=False, disable=None) as bar:
        fleet.measure()
        for run in fleet.working:
            if metric not in run.record.names:
                raise RecipeError("metric", metric, f"does not apply to the data {run.record.recipes[0].data}")
        for _ in fleet.iterate(steps):
            bar.update(fleet.steps - bar.n)
    sides = [range(seeds), range(seeds, 2 * seeds)]
    errors = [[fleet.failures.get(member, "") for member in side] for side in sides]
    return [_join_record(fleet, side, metric) for side in sides], errors


def _join_record(fleet: Fleet, members: Iterable[int], metric: str) -> Record:
    """Return the record of some members of a fleet, in which those that failed have no number."""
    steps = next((run.record.steps for run in fleet.working), np.zeros(1, dtype=np.int64))
    recipes, columns, diverged_at = [], [], []
    for member in members:
        (run, number), failed = fleet.member(member), member in fleet.failures
        recipes.append(run.population.recipes[number])
        columns.append(np.full(len(steps), np.nan) if failed else run.record.metric(metric)[:, number])
        diverged_at.append(-1 if failed else run.record.diverged_at[number])
    return Record.from_arrays(recipes, steps, {metric: np.stack(columns, axis=1)}, diverged_at)


def build_table(
    records: Sequence[Record], metric: str, failures: Sequence[Sequence[str]] | None = None
) -> pd.DataFrame:
    """Return the table of a comparison, with the errors that have ended runs: a row for each seed."""
    seeds = [recipe.seed for recipe in records[0].recipes]
    courses = [record.metric(metric) for record in records]
    return tabulate_pair(seeds, metric, courses, [record.diverged_at for record in records], failures)


def tabulate_pair(
    seeds: Sequence[int],
    metric: str,
    courses: Sequence[np.ndarray],
    diverged_at: Sequence[np.ndarray],
    failures: Sequence[Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return the table of two recipes by the courses `(T, S)` of a metric, of which the last fifth counts."""
    import pandas as pd

    errors = failures or [[""] * len(seeds)] * 2
    better = METRICS[metric].better
    scores = np.concatenate([course.ravel() for course in courses])
    scores = scores[np.isfinite(scores)]
    worst = np.nan if not better or not len(scores) else scores.max() if better == "low" else scores.min()
    late_means = [course[-max(1, len(course) // 5) :].mean(axis=0) for course in courses]
    lost = [np.array(several) != "" for several in errors]
    values = [np.where(np.isfinite(x) | gone, x, worst) for x, gone in zip(late_means, lost, strict=True)]
    return pd.DataFrame(
        {
            "seed": seeds,
            "a": values[0],
            "b": values[1],
            "difference": values[0] - values[1],
            "a_diverged_at": diverged_at[0],
            "b_diverged_at": diverged_at[1],
            "a_failed": errors[0],
            "b_failed": errors[1],
        }
    )
