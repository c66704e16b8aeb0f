"""What a run is, in words."""

from __future__ import annotations

from toygan.recipe import Recipe


def headline(recipe: Recipe) -> str:
    """Loss, regularizers and data in one line."""
    regularizers = "".join(f" + {name} {strength:.3g}" for name, strength in recipe.regularizers.items())
    return f"{recipe.loss}{regularizers}  ·  {recipe.data}"
