"""What a run is, in words."""

from __future__ import annotations

from toygan.recipe import Recipe

LONGEST = 80  # characters of the data's spec


def headline(recipe: Recipe) -> str:
    """Loss, regularizers and data in one line; data that is told at length, such as points, is cut."""
    regularizers = "".join(f" + {name} {strength:.3g}" for name, strength in recipe.regularizers.items())
    data = recipe.data if len(recipe.data) <= LONGEST else recipe.data[: LONGEST - 1] + "…"
    return f"{recipe.loss}{regularizers}  ·  {data}"
