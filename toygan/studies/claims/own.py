"""Claims of one's own: in Python in one call, or in a file of text that is read and measured again."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from toygan.files import Refusal
from toygan.files import read as read_bytes
from toygan.measure.quantities import late
from toygan.recipe import MOST_SEEDS, Recipe, RecipeError, check_count, check_recipe
from toygan.runs.run import Run
from toygan.studies.claims.claim import Claim
from toygan.studies.comparison import check_metric
from toygan.text import format_number, hint, short

MOST_BYTES = 2**20  # of a file of claims
FEWEST = 2  # seeds, and recipes
FIELDS = ("sentence", "recipes", "metric", "margin", "within", "steps", "every", "seeds")


def claim(
    sentence: str,
    recipes: Mapping[str, Recipe] | None = None,
    *,
    metric: str = "modes-covered",
    margin: float = 0.0,
    within: float | None = None,
    steps: int = 2000,
    every: int = 100,
    seeds: int = 16,
    **named: Recipe,
) -> Claim:
    """Write a claim down: the metric of the first recipe is larger than that of the next, at the end of the runs.

    `check` of the claim measures it. The value of a run is the mean of the metric over its last fifth, as for
    `compare`. The claim holds if the 95 % interval of each mean difference lies above the margin.

    Args:
        sentence: The claim in words.
        recipes: Two or more recipes by name, the one with the largest value first [default: those in `named`].
        metric: The name of a metric, from `METRICS` [default: "modes-covered"].
        margin: By how much each value has to exceed the next, in the unit of the metric [default: 0].
        within: If given, the claim is that nothing differs: every interval lies between -within and within.
        steps: Iterations of each run [default: 2000].
        every: Iterations from one measurement, of 2500 samples, to the next [default: 100].
        seeds: Seeds of each recipe, 2 to 4096 [default: 16].
        named: Recipes by name, as further arguments.
    Returns:
        The claim.
    Raises:
        RecipeError: If there are fewer than two recipes, if a number is not allowed, or if the metric does not apply.
    Example:
        >>> from toygan import Recipe, claim
        >>> small = Recipe(data="gaussian1d", width=4, batch=8)
        >>> wider = claim("Wider moves more", wide=small.but(width=8), narrow=small, metric="mean-offset", steps=10)
        >>> wider
        Claim('Wider moves more': mean-offset of wide > narrow, 16 seeds, 10 iterations, data=gaussian1d batch=8)
    """
    several = {**(recipes or {}), **named}
    check_recipes(several)
    check_metric(metric)
    check_bound("margin", margin)
    if within is not None:
        check_bound("within", within, above=0)
    check_count("steps", steps, 10**9, least=0)
    check_count("every", every, 10**9)
    check_count("seeds", seeds, MOST_SEEDS, FEWEST)
    if not isinstance(sentence, str) or not sentence.strip():
        raise RecipeError("sentence", sentence, "must be the claim in words")
    refuse_metric(metric, several)
    words = " ".join(sentence.split()).removesuffix(".")
    return Claim(words, several, late(metric), margin, within, steps, every, seeds, metrics=(metric,))


def check_recipes(several: Mapping[str, Any]) -> None:
    """Raise RecipeError unless these are two or more recipes."""
    for name, recipe in several.items():
        check_recipe(name, recipe)
    if len(several) < FEWEST:
        raise RecipeError(
            "recipes", list(several), "must be two or more, by name; the one with the largest value first"
        )


def check_bound(name: str, value: object, above: float = -math.inf) -> None:
    """Raise RecipeError unless a value is a finite number above another."""
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not above < value:  # type: ignore[operator]
        raise RecipeError(
            name, value, "must be a number" + (f" above {format_number(above)}" if above > -math.inf else "")
        )


def refuse_metric(metric: str, several: Mapping[str, Recipe]) -> None:
    """Raise RecipeError if a metric does not apply to one of the recipes."""
    for recipe in several.values():
        run = Run([recipe], metrics=[metric])
        run.measure()
        if metric not in run.record.names:
            raise RecipeError("metric", metric, f"does not apply to the data {recipe.data} with the loss {recipe.loss}")


def read(path: str | os.PathLike[str], outside: bool = False) -> dict[str, Claim]:
    """Read claims from a file of text (TOML), which cannot run code.

    Each claim is a table: its `sentence`, its `recipes` as share strings by name, and, if they are not the defaults,
    `metric`, `margin`, `within`, `steps`, `every` and `seeds` as for `claim`.

    Args:
        path: The file.
        outside: True lets a share string also name a data file outside the working folder [default: False].
    Returns:
        The claims by name.
    Raises:
        ValueError: If the file is not of this form; the message names the claim and what is allowed.
        OSError: If there is no such file, or it is too large.
    Example:
        >>> from pathlib import Path
        >>> from toygan import claims
        >>> lines = '[mine]', 'sentence = "Hinge keeps more"', 'recipes = {hinge = "loss=hinge", usual = ""}'
        >>> Path("mine.toml").write_text("\\n".join(lines))
        81
        >>> claims.read("mine.toml")
        {'mine': Claim('Hinge keeps more': modes-covered of hinge > usual, 16 seeds, 2,000 iterations)}
    """
    content = read_bytes(Path(path), MOST_BYTES)
    try:
        tables = tomllib.loads(content.decode())
    except (ValueError, RecursionError) as error:
        raise Refusal(f"{path}: not TOML: {error or 'nested too deeply'}") from None
    if not tables:
        raise Refusal(f"{path}: holds no claim; a claim is a table such as [mine]")
    return {name: _read_claim(f"{path}: [{short(name)[1:-1]}]", table, outside) for name, table in tables.items()}


def _read_claim(place: str, table: Any, outside: bool) -> Claim:
    """Return the claim of one table; `place` begins every message."""
    if not isinstance(table, dict):
        raise Refusal(f"{place}: must be a table with {', '.join(FIELDS)}")
    for name in table:
        if name not in FIELDS:
            raise Refusal(f"{place} {short(name)}: is not a field{hint(name, FIELDS)}; allowed: {', '.join(FIELDS)}")
    texts = table.get("recipes")
    if not isinstance(texts, dict):
        raise Refusal(f'{place} recipes: must be share strings by name, such as {{mine = "loss=hinge", other = ""}}')
    try:
        recipes = {name: Recipe.from_string(text, outside) for name, text in texts.items()}
        others = {name: value for name, value in table.items() if name not in ("sentence", "recipes")}
        return claim(table.get("sentence", ""), recipes, **others)
    except RecipeError as error:
        raise Refusal(f"{place} {error}") from None
