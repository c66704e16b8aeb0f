"""What a comparison of recipes gives: the difference of a metric, with its interval over seeds."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from toygan.chart.paper import KINDS, Paper, Size, read_size
from toygan.files import write
from toygan.measure.intervals import mean_interval
from toygan.measure.tables import SeedTable
from toygan.measure.words import label
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.runs.record import Record
from toygan.text import SHOWN, format_number, hint

if TYPE_CHECKING:
    import pandas as pd

Draw = Callable[[str, str, Paper | None], bytes]  # from a title, the end of a file's name and a paper to the file
INCHES = (9.6, 5.4)  # of a picture of no stated size


def check_metric(metric: object) -> None:
    """Raise RecipeError unless a value is the name of a metric."""
    if not isinstance(metric, str) or metric not in METRICS:
        raise RecipeError(
            "metric", metric, f"is not a metric{hint(str(metric), METRICS)}; allowed: {', '.join(METRICS)}"
        )


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
        draw: What makes the files of `save` [default: there are none].
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
    draw: Draw | None = None

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
        words = f"{label(self.metric)}: {effect}, {seeds}, {self.steps:,} iterations"
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

    def save(
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        title: str = "",
        size: Size | None = None,
        font_size: float | None = None,
    ) -> str:
        """Write a page of curves, final samples and the differences, or a picture of curves and samples.

        Args:
            path: The file. Its name ends in .html for the page, which needs no Python and no network; in .png, .svg or
                .pdf for the picture.
            force: True replaces a file that exists.
            title: The title [default: how the recipes differ].
            size: Width and height of the picture in inches, or words such as "16cm x 9cm" [default: 9.6 x 5.4].
            font_size: Size of the words at the axes in points; others are in proportion [default: 9.5].
        Returns:
            A caption: the differences, and the share strings.
        Raises:
            ValueError: If the name ends in anything else, a size is invalid, or `compare` has not trained these runs.
            FileExistsError: If the file exists and `force` is False.
        """
        save_drawn(self.draw, Path(path), force, title, size, font_size)
        return write_caption([self])


class Comparisons(tuple[Comparison, ...]):
    """The comparisons of one recipe with several others; it prints as a line each.

    Args:
        iterable: The comparisons; the first recipe of each is the same.
    Example:
        >>> from toygan import Recipe, compare
        >>> small = Recipe(data="gaussian1d", width=4, batch=8)
        >>> compare(small, [small, small], metric="mean-offset", seeds=2, steps=4, every=2)
        A minus B: mean offset: no difference, 2 seeds, 4 iterations
        A minus C: mean offset: no difference, 2 seeds, 4 iterations
    """

    def __str__(self) -> str:
        return "\n".join(f"{name}: {one}" for name, one in zip(self.names, self, strict=True))

    __repr__ = __str__

    @property
    def names(self) -> list[str]:
        """The recipes of each comparison: "A minus B", with the fields in which B differs."""
        others = ["" if one.names[1] == "b" else f" ({one.names[1]})" for one in self]
        return [f"A minus {letter}{words}" for letter, words in zip("BCD", others, strict=False)]

    def _repr_markdown_(self) -> str:
        return "\n\n".join(one._repr_markdown_() for one in self)

    def save(
        self,
        path: str | os.PathLike[str],
        force: bool = False,
        title: str = "",
        size: Size | None = None,
        font_size: float | None = None,
    ) -> str:
        """Write a page or a picture of all of them.

        The arguments `path`, `force`, `title`, `size` and `font_size`, the caption and the errors are those of
        `Comparison.save`.
        """
        save_drawn(self[0].draw, Path(path), force, title, size, font_size)
        return write_caption(self)


def save_drawn(
    draw: Draw | None, path: Path, force: bool, title: str, size: Size | None, font_size: float | None
) -> None:
    """Write the page or the picture of a comparison; the errors are those of `Comparison.save`."""
    kind = path.suffix.lower()
    if kind not in (".html", *KINDS):
        raise ValueError(f"{path}: must end in .html, {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    if draw is None:
        raise ValueError("save: only runs that `compare` has trained have a page")
    make, paper = draw, None
    if kind in KINDS:
        inches = INCHES if size is None else read_size(size)
        paper = Paper(*inches) if font_size is None else Paper(*inches, font_size)
    write(path, lambda: make(title, kind, paper), force)


def write_caption(several: Sequence[Comparison]) -> str:
    """Return the differences, and the recipes as lines to share, for a paper."""
    recipes = [several[0].recipes[0], *(one.recipes[1] for one in several)]
    lines = [f"A minus {letter}: {one}" for letter, one in zip("BCD", several, strict=False)]
    shared = [f"{letter}: {recipe.to_string() or 'defaults'}" for letter, recipe in zip("ABCD", recipes, strict=False)]
    return f"{'; '.join(lines)}. Made by toygan {version('toygan')}. {'; '.join(shared)}."


def _list_seeds(seeds: Collection[int]) -> str:
    return f"seed{'s' * (len(seeds) > 1)} {', '.join(map(str, seeds))}"


def build_table(
    records: Sequence[Record],
    metric: str,
    failures: Sequence[Sequence[str]] | None = None,
    among: Sequence[Record] | None = None,
) -> pd.DataFrame:
    """Return the table of a comparison, with the errors that have ended runs: a row for each seed.

    The worst score, which a run that diverged gets, is that of all records in `among` [default: of both].
    """
    seeds = [recipe.seed for recipe in records[0].recipes]
    courses = [record.metric(metric) for record in records]
    every = [record.metric(metric) for record in among or records]
    return tabulate_pair(seeds, metric, courses, [record.diverged_at for record in records], failures, every)


def tabulate_pair(
    seeds: Sequence[int],
    metric: str,
    courses: Sequence[np.ndarray],
    diverged_at: Sequence[np.ndarray],
    failures: Sequence[Sequence[str]] | None = None,
    among: Sequence[np.ndarray] | None = None,
) -> pd.DataFrame:
    """Return the table of two recipes by the courses `(T, S)` of a metric, of which the last fifth counts."""
    import pandas as pd

    errors = failures or [[""] * len(seeds)] * 2
    worst = _find_worst(metric, among or courses)
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


def _find_worst(metric: str, courses: Sequence[np.ndarray]) -> float:
    """Return the worst score of any run; NaN if the metric has no better direction, or no run has a score."""
    better, scores = METRICS[metric].better, np.concatenate([course.ravel() for course in courses])
    scores = scores[np.isfinite(scores)]
    if not better or not len(scores):
        return float("nan")
    return float(scores.max() if better == "low" else scores.min())
