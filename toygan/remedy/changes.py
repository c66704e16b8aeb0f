"""Changes of a recipe by their parts: a field, or the strength of one regularizer."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.sweeps.design import STRENGTH, with_values
from toygan.sweeps.table import list_fields

NETWORKS = ("generator", "discriminator", "width", "depth", "activation", "latent")
KEPT = ("data", "seed")  # fields that change only if they are asked for
Parts = Mapping[str, Any]  # new values by field, of a strength by "regularizers.r1", with 0 for none


def choose_fields(fields: Collection[str] | None, networks: bool) -> tuple[str, ...]:
    """Return the fields that may change: those named, or else all but the data, the seed and, by default, networks.

    Raises RecipeError if one is not a field, or is the seed.
    """
    for name in fields or ():
        if name not in KNOBS or name == "seed":
            raise RecipeError("fields", name, f"must be of {', '.join(field for field in KNOBS if field != 'seed')}")
    if fields is None:
        return tuple(name for name in KNOBS if name not in KEPT and (networks or name not in NETWORKS))
    return tuple(name for name in KNOBS if name in fields or (networks and name in NETWORKS))


def list_parts(base: Recipe, changed: Recipe) -> dict[str, Any]:
    """Return the parts in which a recipe differs from another, with their new values."""
    old, new = list_fields(base), list_fields(changed)
    return {name: new.get(name, 0.0) for name in {**old, **new} if old.get(name, 0.0) != new.get(name, 0.0)}


def apply_parts(base: Recipe, parts: Parts) -> Recipe | None:
    """Return the recipe with some parts changed; None if that is not allowed, or changes nothing."""
    try:
        changed = with_values(base, parts)
    except RecipeError:
        return None
    return None if changed == base else changed


def restrict(base: Recipe, changed: Recipe, fields: Collection[str]) -> Recipe | None:
    """Return the recipe with those changes that are in some fields; None if there are none, or not without the rest."""
    parts = {name: value for name, value in list_parts(base, changed).items() if field_of(name) in fields}
    return apply_parts(base, parts)


def field_of(part: str) -> str:
    """Return the field of a recipe that a part belongs to."""
    return STRENGTH.removesuffix(".") if part.startswith(STRENGTH) else part
