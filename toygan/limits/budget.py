"""The memory that an iteration may take, and the refusal of recipes that need more."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from toygan.limits.cost import Count, available, cost, keep
from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.text import format_bytes

SETTING = "TOYGAN_MEMORY"  # the environment variable that sets the budget, in GiB
SHARE = 0.5  # of the memory that is free, the budget if nothing else is set
COUNTS = ("batch", "width", "depth", "latent", "g_steps", "d_steps")


def budget() -> float:
    """Return the bytes that an iteration may hold: $TOYGAN_MEMORY in GiB, or half of the memory that is free.

    Raises RecipeError if the setting is not a number above 0.
    """
    words = os.environ.get(SETTING)
    if words is None:
        return SHARE * available()
    try:
        gib = float(words)
    except ValueError:
        gib = 0.0
    if not 0 < gib < 2**20:
        raise RecipeError(SETTING, words, "must be a number of GiB, above 0")
    return gib * 2**30


def refuse_too_large(recipe: Recipe, members: int) -> None:
    """Raise RecipeError if an iteration of these members needs more memory than the budget.

    It names the field that takes most of it, with the number that would fit.
    """
    allowed, needed = budget(), cost(recipe, members).memory
    if needed <= allowed:
        return
    heaviest = min(_candidates(recipe, members), key=lambda candidate: candidate.memory(candidate.low))
    largest = _largest_fitting(heaviest, allowed)
    fits = f"at most {largest:,} would fit" if largest else "no other number of it alone would do"
    sizes = f"{format_bytes(needed)} of memory, and {format_bytes(allowed)} are allowed"
    size = f"would need about {sizes} ({SETTING} sets the GiB)"
    raise RecipeError(heaviest.field, heaviest.value, f"an iteration of {members} members {size}; {fits}")


def refuse_too_many(populations: Iterable[tuple[Recipe, int]]) -> None:
    """Raise RecipeError if populations that train in turn, by a recipe and the number of members, exceed the budget.

    Each is allowed alone, and together they keep no more than the budget between iterations.
    """
    several = list(populations)
    for recipe, members in several:
        refuse_too_large(recipe, members)
    allowed, kept = budget(), sum(keep(recipe, members) for recipe, members in several)
    if kept > allowed:
        sizes = f"{format_bytes(kept)} of memory, and {format_bytes(allowed)} are allowed ({SETTING} sets the GiB)"
        count = sum(members for _, members in several)
        raise RecipeError(
            "recipes", count, f"members together would keep about {sizes}; train fewer at once, as a sweep"
        )


class _Candidate(NamedTuple):
    """A number that may be lowered: its field, its value, the lowest allowed, and the memory at another value."""

    field: str
    value: int
    low: int
    memory: Callable[[int], float]


def _candidates(recipe: Recipe, members: int) -> list[_Candidate]:
    found = [_Candidate("seeds", members, 1, lambda n: cost(recipe, n).memory)]
    for name in COUNTS:
        low = min(getattr(recipe, name), max(1, int(KNOBS[name].low or 0)))
        found.append(_candidate(recipe, members, Count(name), name, low))
    for spec, part in recipe.parts.regularizers.items():
        if part.whole:
            count, low = Count("regularizers", spec), max(1, int(part.bounds[0]))
            found.append(_candidate(recipe, members, count, f"regularizers[{spec!r}]", low))
    return found


def _candidate(recipe: Recipe, members: int, count: Count, field: str, low: int) -> _Candidate:
    return _Candidate(field, count.value(recipe), low, partial(_memory_with, recipe, members, count))


def _memory_with(recipe: Recipe, members: int, count: Count, n: int) -> float:
    try:
        return cost(count.set(recipe, n), members).memory
    except RecipeError:  # a combination that has no meaning, such as a batch that packs do not divide
        return float("inf")


def _largest_fitting(candidate: _Candidate, allowed: float) -> int | None:
    """Return about the largest value that needs no more memory than allowed, or None if none does."""
    low, high = candidate.low, candidate.value
    if candidate.memory(low) > allowed:
        return None
    while high - low > max(1, low // 20):  # `low` fits, `high` does not
        middle = max(low + 1, int((low * high) ** 0.5))
        low, high = (middle, high) if candidate.memory(middle) <= allowed else (low, middle)
    return low
