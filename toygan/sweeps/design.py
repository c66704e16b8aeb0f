"""The recipes of a sweep: a grid over fields, points spread over ranges, or a list."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from toygan.recipe import DEFAULT, KNOBS, MOST_RUNS, Recipe, RecipeError, check_count, check_recipe, parse
from toygan.text import round_to

STRENGTH = "regularizers."  # the beginning of an axis's name that stands for a regularizer's strength
Axes = Mapping[str, Sequence[Any]]
Method = Literal["sobol", "halton", "latin-hypercube", "random"]


@dataclass(frozen=True)
class Spread:
    """Recipes spread evenly over ranges of fields, for `sweep`: a few of them cover many axes, as no grid can.

    Args:
        ranges: By the name of a field, or "regularizers.r1" for a strength: a tuple `(low, high)`, a tuple
            `(low, high, "log")` for even ratios, or a list of choices.
        n: The number of recipes.
        method: The points in the unit cube: "sobol", "halton" or "latin-hypercube" of scipy.stats.qmc, or independent
            ones, "random" [default: "sobol"].
        seed: The seed of the points [default: 0].
    Example:
        >>> from toygan import Recipe, Spread
        >>> spread = Spread({"lr_g": (1e-4, 1e-2, "log"), "loss": ["hinge", "minimax"]}, n=4)
        >>> sorted(recipe.loss for recipe in spread.recipes(Recipe()))
        ['hinge', 'hinge', 'minimax', 'minimax']
    """

    ranges: Mapping[str, Sequence[Any]]
    n: int
    method: Method = "sobol"
    seed: int = 0

    def recipes(self, base: Recipe) -> list[Recipe]:
        """Return the recipe of each point.

        Args:
            base: The recipe that the points change.
        Returns:
            `n` recipes.
        Raises:
            RecipeError: If a range or a value is not allowed.
        """
        return [with_values(base, point) for point in self.points()]

    def points(self) -> list[dict[str, Any]]:
        """Return the values of each point by the names of the ranges; RecipeError if a range is not allowed."""
        check_count("n", self.n, MOST_RUNS)
        if not self.ranges:
            raise RecipeError("spread", {}, "must hold at least one range")
        for name, ends in self.ranges.items():
            _refuse_empty(name, ends)
        ranges = self.ranges.items()
        return [
            {name: _value_at(name, ends, share) for (name, ends), share in zip(ranges, row, strict=True)}
            for row in self._shares()
        ]

    def _shares(self) -> np.ndarray:
        """Return the place of each point in each range, from 0 to 1 `(n, ranges)`."""
        from scipy.stats import qmc

        rng, wide = np.random.default_rng(self.seed), len(self.ranges)
        if self.method == "random":
            return rng.random((self.n, wide))
        if self.method == "sobol":  # even over a power of two of points
            sampler: Any = qmc.Sobol(wide, rng=rng)
            points: np.ndarray = sampler.random_base2(math.ceil(math.log2(self.n)))[: self.n]
            return points
        kinds = {"halton": qmc.Halton, "latin-hypercube": qmc.LatinHypercube}
        if self.method not in kinds:
            raise RecipeError("method", self.method, f"must be one of {', '.join(['sobol', *kinds, 'random'])}")
        drawn: np.ndarray = kinds[self.method](wide, rng=rng).random(self.n)
        return drawn


def _value_at(name: str, ends: Sequence[Any], share: float) -> Any:
    """Return the value at a share of a range: a choice from a list, or a number, whole if the field is."""
    if not isinstance(ends, tuple):
        return ends[min(int(share * len(ends)), len(ends) - 1)]
    low, high, *scale = ends
    if scale not in ([], ["log"]) or not low < high or (scale and low <= 0):
        raise RecipeError(name, ends, "must be (low, high) or (low, high, 'log'), rising, and above 0 for 'log'")
    value = low * (high / low) ** share if scale else low + share * (high - low)
    return round(value) if isinstance(getattr(DEFAULT, name, 0.0), int) else float(value)


def build_recipes(design: Axes | Spread | Iterable[Recipe], base: Recipe = DEFAULT) -> list[Recipe]:
    """Return the different recipes of a design in its order; those of a grid or a Spread change `base`.

    An axis is a field of a recipe, or "regularizers.r1" for the strength of r1, with 0 for none. Raises RecipeError,
    with the axis and the value, for an empty design, an invalid value, or more than MOST_RUNS; values of an axis that
    are not allowed, and too many of them, are refused before any recipe is built.
    """
    from tqdm.auto import tqdm

    check_recipe("base", base)
    if isinstance(design, Spread):
        recipes: Iterable[Recipe] = design.recipes(base)
    elif isinstance(design, Mapping):
        if (count := count_cells(design)) > MOST_RUNS:
            raise RecipeError("grid", count, f"recipes; at most {MOST_RUNS:,}")
        for name, values in design.items():
            _check_values(name, values)
        rows = tqdm(
            itertools.product(*design.values()), total=count, unit=" recipes", leave=False, disable=None, delay=1
        )
        recipes = (with_values(base, dict(zip(design, row, strict=True))) for row in rows)
    else:
        recipes = list_recipes(design)
    return list(dict.fromkeys(recipes))


def list_recipes(design: Iterable[Recipe]) -> list[Recipe]:
    """Return recipes as a list; RecipeError if there is none, or too many of them, or anything else among them."""
    if isinstance(design, str) or not isinstance(design, Iterable):
        raise RecipeError("recipes", design, "must be a grid, a Spread or a list of recipes")
    recipes = list(itertools.islice(design, MOST_RUNS + 1))
    for one in recipes:
        check_recipe("recipes", one)
    if not 0 < len(recipes) <= MOST_RUNS:
        raise RecipeError("recipes", len(recipes), f"must hold at least one Recipe, and at most {MOST_RUNS:,}")
    return recipes


def count_cells(axes: Axes) -> int:
    """Return the number of cells of a grid, from its axes; RecipeError if one is not a list of values."""
    if not isinstance(axes, Mapping):
        raise RecipeError("grid", axes, "must be lists of values by the name of a field")
    for name, values in axes.items():
        _refuse_empty(name, values)
    return math.prod(map(len, axes.values()))


def _check_values(name: str, values: Sequence[Any]) -> None:
    """Raise RecipeError for a value of an axis that no recipe allows."""
    for given in values:
        value = given.item() if isinstance(given, np.generic) else given
        if name in KNOBS:
            KNOBS[name].check(name, value)
        elif name.startswith(STRENGTH) and value != 0:
            KNOBS["regularizers"].check("regularizers", {name.removeprefix(STRENGTH): value})


def with_values(base: Recipe, values: Mapping[str, Any]) -> Recipe:
    """Return a recipe with other values of fields and strengths; RecipeError if one is not allowed."""
    fields = {name: value for name, value in values.items() if not name.startswith(STRENGTH)}
    strengths = {name.removeprefix(STRENGTH): value for name, value in values.items() if name.startswith(STRENGTH)}
    if strengths:
        merged = {**fields.get("regularizers", base.regularizers), **strengths}
        fields["regularizers"] = {name: value for name, value in merged.items() if value != 0}
    return base.but(
        **{name: value.item() if isinstance(value, np.generic) else value for name, value in fields.items()}
    )


def _refuse_empty(name: str, values: Any) -> None:
    if isinstance(values, str) or not isinstance(values, Sequence | np.ndarray):
        raise RecipeError(name, values, "must be a list of values")
    if not len(values):
        raise RecipeError(name, [], "must hold at least one value")


def parse_axis(words: str) -> tuple[str, list[Any]]:
    """Read an axis from a command line: `lr_g=1e-4:1e-2:9:log`, `width=16:64:4` or `loss=hinge,minimax`.

    Raises RecipeError if it is not of that form.
    """
    name, equals, rest = words.partition("=")
    name = name.replace("-", "_") if not name.startswith(STRENGTH) else name
    if not equals or not rest:
        raise RecipeError("axis", words, "must be FIELD=LOW:HIGH:COUNT, FIELD=LOW:HIGH:COUNT:log or FIELD=VALUE,VALUE")
    if re.fullmatch(r"[^:,()]+:[^:,()]+:[0-9]{1,6}(:log)?", rest):
        low, high, count, *scale = rest.split(":")
        ends, n = [float(_parse_value(name, end)) for end in (low, high)], int(count)
        if n < 1 or (scale and min(ends) <= 0):
            raise RecipeError(name, rest, "needs a count of at least 1, and ends above 0 for log")
        spaced = (np.geomspace if scale else np.linspace)(ends[0], ends[1], n)
        whole = isinstance(getattr(DEFAULT, name, 0.0), int)
        return name, list(dict.fromkeys(round(x) if whole else round_to(x, 6) for x in spaced.tolist()))
    return name, [_parse_value(name, value) for value in re.split(r",(?![^(]*\))", rest)]


def _parse_value(name: str, words: str) -> Any:
    """Read a value of an axis; RecipeError if the field is unknown or the value invalid."""
    if name in KNOBS and name != "regularizers":
        return parse(name, words)
    if not name.startswith(STRENGTH):
        with_values(DEFAULT, {name: words})  # its message lists the fields
    return parse("lr_g", words)
