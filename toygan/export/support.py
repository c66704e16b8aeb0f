"""Which parts can be exported: for each menu the names that have a text, and the others with the reason."""

from __future__ import annotations

from typing import Any, NamedTuple

from toygan.export.script import Script
from toygan.parts.regularizers import REGULARIZERS
from toygan.recipe import KNOBS, Recipe, RecipeError

SMALL: dict[str, Any] = {"width": 2, "depth": 1, "batch": 4}
PLAIN: dict[str, Any] = {**SMALL, "optimizer": "sgd"}  # for turns that follow plain gradient steps
SIDES = {"optimizer_g": "optimizer", "optimizer_d": "optimizer"}  # fields that choose as another one does


class Support(NamedTuple):
    """The names of a menu that can be exported, and the reasons why the others cannot, by name."""

    written: list[str]
    refused: dict[str, str]


def list_support() -> dict[str, Support]:
    """Return what can be exported of each menu, by the recipe's field."""
    found = {}
    for field, how in KNOBS.items():
        if how.menu is not None and field not in SIDES:
            found[field] = Support([], {})
            for name in how.menu:
                reason = _find_reason(field, name)
                if reason:
                    found[field].refused[name] = reason
                elif reason is not None:
                    found[field].written.append(name)
    return found


def _find_reason(field: str, name: str) -> str | None:
    """Return why a part cannot be exported, "" if it can be, and None if the field cannot have it."""
    value = {name: REGULARIZERS[name].strengths[1]} if field == "regularizers" else name
    for rest in (SMALL, PLAIN):
        try:
            recipe = Recipe(**{**rest, "ema": 0.9 * (field == "ema_warmup"), field: value})
        except RecipeError:
            continue
        try:
            Script(recipe)
        except RecipeError as error:
            return str(error).partition("cannot be exported: ")[2]
        return ""
    return None


def render_support() -> str:
    """Return the table as Markdown."""
    lines = ["| field | written | refused |", "|:--|:--|:--|"]
    for field, support in list_support().items():
        written = " ".join(f"`{name}`" for name in support.written)
        refused = "; ".join(f"`{name}`: {reason}" for name, reason in support.refused.items())
        lines.append(f"| `{field}` | {written} | {refused} |")
    return "\n".join(lines)
