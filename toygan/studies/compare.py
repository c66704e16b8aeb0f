"""Recipes compared under the same seeds: `compare` trains them, and gives the difference of a metric."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import overload

from toygan.panels.sides import LETTERS
from toygan.recipe import MOST_SEEDS, Recipe, RecipeError, check_count, check_recipe
from toygan.studies.compare_page import Pictures, draw_file, find_pair
from toygan.studies.comparison import Comparison, Comparisons, check_metric
from toygan.studies.trained import train_sides

FEWEST = 2  # seeds: one has no interval


@overload
def compare(
    a: Recipe, b: Recipe, metric: str = ..., seeds: int = ..., steps: int = ..., every: int = ...,
    first_seed: int | None = ..., device: str = ..., record: bool = ...,
) -> Comparison: ...  # fmt: skip


@overload
def compare(
    a: Recipe, b: Sequence[Recipe], metric: str = ..., seeds: int = ..., steps: int = ..., every: int = ...,
    first_seed: int | None = ..., device: str = ..., record: bool = ...,
) -> Comparisons: ...  # fmt: skip


def compare(
    a: Recipe,
    b: Recipe | Sequence[Recipe],
    metric: str = "modes-covered",
    seeds: int = 16,
    steps: int = 2000,
    every: int = 100,
    first_seed: int | None = None,
    device: str = "cpu",
    record: bool = False,
) -> Comparison | Comparisons:
    """Train recipes under the same seeds, behind a progress bar, and compare a metric at the end of the runs.

    Under equal seeds all see the same data and noise and, if their networks agree, begin with the same weights, so the
    difference of each pair of runs is due to the recipes. The value of a run is the mean of the metric over its last
    fifth. `claims.check` does the same for a sentence that is to be measured again.

    Args:
        a: The first recipe.
        b: The second recipe, or a list of up to three; the difference is that of a minus that of b.
        metric: The name of a metric, from `METRICS` [default: "modes-covered"].
        seeds: Seeds of each recipe, 2 to 4096 [default: 16].
        steps: Iterations of each run [default: 2000].
        every: Iterations from one measurement, of 2500 samples, to the next [default: 100].
        first_seed: The first of the seeds [default: that of a].
        device: The device to train on, "cpu" or "cuda" [default: "cpu"].
        record: True keeps a picture of up to 60 of the measurements: the page of `save` then has a time line
            [default: it shows the end].
    Returns:
        The comparison: `difference`, `low`, `high`, `table`. It prints as one line, and `save` writes a page. For a
        list it is a tuple of them, one for each recipe of b.
    Raises:
        RecipeError: If the metric or a number is not allowed, or the metric does not apply to the data; before any
            training.
    Example:
        >>> from toygan import Recipe, compare
        >>> small = Recipe(data="gaussian1d", width=4, batch=8)
        >>> compare(small, small, metric="mean-offset", seeds=2, steps=4, every=2)
        mean offset: no difference, 2 seeds, 4 iterations
    """
    check_metric(metric)
    check_count("seeds", seeds, MOST_SEEDS, FEWEST)
    check_count("steps", steps, 10**9, least=0)
    check_count("every", every, 10**9)
    check_recipe("a", a)
    first = a.seed if first_seed is None else first_seed
    sides = [recipe.but(seed=first) for recipe in (a, *_list_others(b))]
    pictures = Pictures(metric) if record else None
    trained = train_sides(sides, metric, seeds, steps, every, device, None if pictures is None else pictures.add)
    draw = partial(draw_file, trained, metric, pictures)
    several = [find_pair(trained, metric, i, draw) for i in range(1, len(sides))]
    return several[0] if isinstance(b, Recipe) else Comparisons(several)


def _list_others(b: Recipe | Sequence[Recipe]) -> list[Recipe]:
    """Return the recipes that the first is compared with; RecipeError for anything else."""
    others = list(b) if isinstance(b, Sequence) and not isinstance(b, str) else [b]
    if not 1 <= len(others) < len(LETTERS):
        raise RecipeError("b", len(others), f"recipes; 1 to {len(LETTERS) - 1} can be compared with the first")
    for recipe in others:
        check_recipe("b", recipe)
    return others
