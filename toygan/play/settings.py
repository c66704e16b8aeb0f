"""A recipe with one setting changed, and the setting in words."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from toygan.recipe import FIELDS, KNOBS, Recipe, RecipeError
from toygan.text import format_number

NAMED = re.compile(rf"(?<![:&?])\b({'|'.join(FIELDS)})(?= ?=)")  # but not in a link


@lru_cache(maxsize=256)  # most words stay from frame to frame
def spell(words: str) -> str:
    """Return words with fields under the names of their controls: "Learning rate of D = 0.1" for "lr_d = 0.1"."""
    return NAMED.sub(lambda found: KNOBS[found[1]].label, words)


def with_value(recipe: Recipe, field: str, value: Any) -> Recipe:
    """Return the recipe with a field, or a strength as "regularizers.r1" (None takes it away), set to a value."""
    group, _, name = field.partition(".")
    if not name:
        return recipe.amend(**{field: value})
    if group != "regularizers":
        raise RecipeError(field, value, "only regularizers have parts, as in regularizers.r1")
    strengths = {other: strength for other, strength in recipe.regularizers.items() if other != name}
    return recipe.amend(regularizers=strengths if value is None else {**strengths, name: value})


def describe_value(recipe: Recipe, field: str) -> str:
    """Return the value of a field in words; for a regularizer its strength, or "off"."""
    group, _, name = field.partition(".")
    value = getattr(recipe, group)
    if name:
        value = value.get(name, "off")
    if group == "regularizers" and not name:
        return ", ".join(f"{spec} {format_number(strength, 6)}" for spec, strength in value.items()) or "none"
    if isinstance(value, str):
        return value if name else KNOBS[group].describe(value)
    return format_number(value, 6) if isinstance(value, float) else str(value)
