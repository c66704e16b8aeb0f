"""What a search for a remedy tries: changes of a recipe, in a fixed order. Nothing is trained here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from toygan.measure.advice import REMEDIES, remedies
from toygan.recipe import Recipe
from toygan.remedy.changes import apply_parts, list_parts, restrict
from toygan.sweeps.design import STRENGTH, Spread
from toygan.sweeps.table import list_fields
from toygan.text import round_to

# Recipes that reach many of the distributions, from this project's gallery and from Huang et al. 2024 (R3GAN).
PROVEN = (
    Recipe(loss="relativistic", regularizers={"r1": 0.1, "r2": 0.1}, lr_g=2e-3, lr_d=2e-3, ema=0.99),
    Recipe(regularizers={"r1": 0.1}),
    Recipe(loss="relativistic", regularizers={"r1": 1.0, "r2": 1.0}, lr_g=1e-3, lr_d=1e-3, ema=0.99),
    Recipe(regularizers={"r1": 0.03}, lr_g=1e-3, lr_d=5e-3, d_steps=2, ema=0.99),
)
POWERS = (1.0, 0.5, 1.5)  # of the factor by which a known change multiplies a number
FROM_NOTHING = 3.0  # the factor between the strengths that are tried of a regularizer that is off
LOSSES = ("non-saturating", "relativistic", "hinge", "least-squares")
RATES = {"lr_g": (1e-4, 1e-2), "lr_d": (1e-4, 1e-2)}


def known(base: Recipe, fields: Collection[str], verdict: str = "") -> list[Recipe]:
    """Return what the diagnosis advises for a verdict, proven recipes, all that it knows; then in other strengths."""
    advised = _allowed(base, (changed for _, changed, _ in remedies(verdict, base)), fields)
    named = [changed for remedy in REMEDIES.values() if (changed := remedy.apply(base)) is not None]
    first = [*advised, *_allowed(base, named, fields)]
    rest = (stronger for power in POWERS[1:] for changed in first if (stronger := _raise(base, changed, power)))
    return list(dict.fromkeys([*advised, *_proven(base, fields), *first, *rest]))


def _proven(base: Recipe, fields: Collection[str]) -> list[Recipe]:
    """Return the proven recipes with the data, the batch and all fields that may not change of the recipe."""
    taken = [name for name in fields if name not in ("data", "batch")]
    whole = [restrict(base, proven, taken) for proven in PROVEN]
    return [changed for changed in whole if changed is not None]


def _allowed(base: Recipe, several: Iterable[Recipe], fields: Collection[str]) -> list[Recipe]:
    return [kept for changed in several if (kept := restrict(base, changed, fields)) is not None]


def _raise(base: Recipe, changed: Recipe, power: float) -> Recipe | None:
    """Return a change with each of its factors raised to a power; None if it has none, or that is not allowed."""
    old, parts, numbers = list_fields(base), list_parts(base, changed), 0
    for name, new in parts.items():
        before = old.get(name, 0.0)
        if isinstance(new, str) or isinstance(before, str) or new == 0:
            continue
        factor = (new / before) ** power if before else FROM_NOTHING ** (2 * power - 2)
        value = before * factor if before else new * factor
        parts[name] = max(1, round(value)) if isinstance(new, int) else round_to(value, 2)
        numbers += 1
    return apply_parts(base, parts) if numbers else None


def combine(base: Recipe, one: Recipe, other: Recipe) -> Recipe | None:
    """Return both changes of a recipe at once, the first where they disagree; None if that is not allowed."""
    return apply_parts(base, {**list_parts(base, other), **list_parts(base, one)})


def combine_all(base: Recipe, several: Sequence[Recipe]) -> Iterator[Recipe]:
    """Yield the combinations of two of some changes, those of the first ones first."""
    for last in range(1, len(several)):
        for first in range(last):
            if (both := combine(base, several[first], several[last])) is not None:
                yield both


def spread(base: Recipe, fields: Collection[str], n: int, seed: int) -> list[Recipe]:
    """Return at most n recipes that fill the space of rates, loss, regularizers, turns and averaging evenly."""
    ranges = {name: ends for name, ends in _ranges(base).items() if name.partition(".")[0] in fields}
    if not ranges:
        return []
    points = Spread(ranges, n, seed=seed).points()
    found = (apply_parts(base, {name: _shorten(value) for name, value in point.items()}) for point in points)
    return [changed for changed in found if changed is not None]


def _shorten(value: Any) -> Any:
    return round_to(value, 2) if isinstance(value, float) else value


def _ranges(base: Recipe) -> dict[str, Sequence[Any]]:
    """Return the values that are tried of each part, the recipe's own among them."""

    def choices(name: str, *others: Any) -> list[Any]:
        return list(dict.fromkeys([getattr(base, name), *others]))

    rates = {
        name: (min(low, getattr(base, name)), max(high, getattr(base, name)), "log")
        for name, (low, high) in RATES.items()
    }
    kept: dict[str, Sequence[Any]] = {f"{STRENGTH}{spec}": [x, 0.0] for spec, x in base.regularizers.items()}
    return {
        **rates,
        "loss": choices("loss", *LOSSES),
        **kept,
        f"{STRENGTH}r1": [0.0, 0.03, 0.1, 0.3, 1.0],
        f"{STRENGTH}r2": [0.0, 0.1],
        "ema": choices("ema", 0.99, 0.0),
        "d_steps": choices("d_steps", 1, 2, 5),
        "optimizer": choices("optimizer", "adam"),
        "beta1": choices("beta1", 0.0, 0.5),
        "turns": choices("turns", "alternating"),
        "schedule": choices("schedule", "constant"),
        "noise": choices("noise", "normal"),
        "generator": choices("generator", "mlp"),
        "discriminator": choices("discriminator", "mlp"),
        "activation": choices("activation", "leaky-relu"),
        "width": choices("width", 64),
    }
