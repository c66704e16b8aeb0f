"""How recipes differ, in words of their fields."""

from __future__ import annotations

from collections.abc import Sequence

from toygan.recipe import KNOBS, Recipe
from toygan.text import format_number


def list_differing(recipes: Sequence[Recipe]) -> list[str]:
    """Return the fields in which any two recipes differ, a regularizer as "regularizers.r1".

    Example:
        >>> from toygan import Recipe
        >>> from toygan.measure.differences import list_differing
        >>> list_differing([Recipe(), Recipe(lr_d=0.01, regularizers={"r1": 0.1})])
        ['regularizers.r1', 'lr_d']
    """
    found = []
    for name in KNOBS:
        values = [getattr(recipe, name) for recipe in recipes]
        if name == "regularizers":
            specs = dict.fromkeys(spec for strengths in values for spec in strengths)
            found += [f"{name}.{spec}" for spec in specs if len({strengths.get(spec) for strengths in values}) > 1]
        elif any(value != values[0] for value in values):
            found.append(name)
    return found


def describe_differences(recipes: Sequence[Recipe]) -> list[str]:
    """Return for each recipe the fields in which any two of them differ; "" if they are equal.

    Example:
        >>> from toygan import Recipe
        >>> from toygan.measure.differences import describe_differences
        >>> describe_differences([Recipe(), Recipe(lr_d=0.01, regularizers={"r1": 0.1})])
        ['no r1, lr_d = 0.001', 'r1 = 0.1, lr_d = 0.01']
    """
    fields = list_differing(recipes)
    return [", ".join(_describe(recipe, field) for field in fields) for recipe in recipes]


def _describe(recipe: Recipe, field: str) -> str:
    group, _, spec = field.partition(".")
    value = getattr(recipe, group)
    if spec:
        return f"{spec} = {format_number(value[spec], 6)}" if spec in value else f"no {spec}"
    return f"{field} = {KNOBS[field].describe(value) or 'none'}"
