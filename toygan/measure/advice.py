"""Remedies: for each verdict, changes of the recipe to try, with how often each has helped runs with that verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.text import round_to

Changes = dict[str, Any]  # fields of a recipe
PRIOR_RUNS = 4  # without an effect, added to the runs of each remedy, so that one lucky run ranks it low


@dataclass(frozen=True)
class Remedy:
    """A change of a recipe, and its purpose.

    Args:
        words: The purpose, as the begin of a sentence in the imperative.
        changes: A function from a recipe to the fields that change, empty if the remedy has no use there.
    """

    words: str
    changes: Callable[[Recipe], Changes]

    def apply(self, recipe: Recipe) -> Recipe | None:
        """Return the changed recipe, or None if the remedy has no use or no meaning there."""
        try:
            changed = recipe.but(**self.changes(recipe))
        except RecipeError:
            return None
        return None if changed == recipe else changed


class Odds(NamedTuple):
    """The outcomes of a remedy on n runs with a verdict: nearer to the data and without the verdict, or worse."""

    helped: int
    harmed: int
    n: int

    def __str__(self) -> str:
        return f"helped {self.helped} of {self.n} runs, harmed {self.harmed}"


def advice(verdict: str, recipe: Recipe) -> str:
    """Return the best remedy for a verdict, in words, with the odds that were measured.

    Remedies are tried in the order of their odds; one that harms at least as often as it helps is left out.

    Args:
        verdict: A name of `VERDICTS`.
        recipe: The recipe of the run.
    Returns:
        The purpose, the changes and the odds, or "" if no remedy has a meaning in the recipe.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.measure.advice import advice
        >>> advice("oscillation", Recipe())
        'Damp the game by a D that is flat at the data: r1 = 1 (now off) (helped 7 of 12 runs, harmed 0).'
    """
    for remedy, changed, known in remedies(verdict, recipe):
        odds = f" ({known})" if known else ""
        return f"{remedy.words}: {describe_changes(recipe, changed)}{odds}."
    return ""


def remedies(verdict: str, recipe: Recipe) -> Iterator[tuple[Remedy, Recipe, Odds | None]]:
    """Yield the remedies that have a meaning in the recipe, the recipe with each, and its odds, the best first."""
    odds = read_odds().get(verdict, {})

    def gain(name: str) -> float:
        known = odds.get(name)
        return (known.helped - known.harmed) / (known.n + PRIOR_RUNS) if known else 0.0

    for name in sorted(REMEDIES_FOR.get(verdict, ()), key=gain, reverse=True):
        known = odds.get(name)
        if (changed := REMEDIES[name].apply(recipe)) is not None and not (known and known.harmed >= known.helped):
            yield REMEDIES[name], changed, known


def describe_changes(recipe: Recipe, changed: Recipe) -> str:
    """Return what differs, such as "lr_d = 0.01 (now 0.001), d_steps = 5 (now 1)"."""
    changes = []
    for name, how in KNOBS.items():
        old, new = getattr(recipe, name), getattr(changed, name)
        if name == "regularizers":
            old, new = ({spec: f"{x:g}" for spec, x in strengths.items()} for strengths in (old, new))
            for spec in dict.fromkeys([*old, *new]):
                if old.get(spec) != new.get(spec):
                    changes.append(f"{spec} = {new.get(spec, 'off')} (now {old.get(spec, 'off')})")
        elif old != new:
            changes.append(f"{name} = {how.write(new) or how.unset} (now {how.write(old) or how.unset})")
    return ", ".join(changes)


@cache
def read_odds() -> Mapping[str, Mapping[str, Odds]]:
    """Return what `toygan gallery --odds` measured over the gallery and random recipes, by verdict and remedy."""
    measured = json.loads(files("toygan.measure").joinpath("odds.json").read_text(encoding="utf-8"))
    table: dict[str, dict[str, Odds]] = {}
    for source in measured.values():
        for verdict, rows in source.items():
            sums = table.setdefault(verdict, {})
            for remedy, row in rows.items():
                sums[remedy] = Odds(*(a + b for a, b in zip(sums.get(remedy, (0, 0, 0)), row, strict=True)))
    return table


def _rates(for_g: float, for_d: float) -> Callable[[Recipe], Changes]:
    return lambda r: {"lr_g": round_to(for_g * r.lr_g, 3), "lr_d": round_to(for_d * r.lr_d, 3)}


def _r1(strength: float) -> Callable[[Recipe], Changes]:
    """Return the change to R1 at this strength, or to three times its present strength if that is more."""
    return lambda r: {
        "regularizers": {**r.regularizers, "r1": max(strength, round_to(3 * r.regularizers.get("r1", 0.0), 3))}
    }


REMEDIES: dict[str, Remedy] = {
    "lower both rates": Remedy("Take shorter steps", _rates(0.1, 0.1)),
    "a third of both rates": Remedy("Take shorter steps", _rates(0.3, 0.3)),
    "raise lr_g": Remedy("Let G keep up", _rates(10, 1)),
    "lower lr_g": Remedy("Let D keep up", _rates(0.1, 1)),
    "raise lr_d": Remedy("Let D keep up", _rates(1, 10)),
    "raise lr_d threefold": Remedy("Let D keep up", _rates(1, 3)),
    "more d_steps": Remedy("Let D learn more between two steps of G", lambda r: {"d_steps": min(1000, 5 * r.d_steps)}),
    "weak r1": Remedy("Flatten D where the data is", _r1(0.1)),
    "strong r1": Remedy("Damp the game by a D that is flat at the data", _r1(1.0)),
    "steep loss": Remedy("Use a loss that is steep if D is sure", lambda r: {"loss": "non-saturating"}),
    "usual weights": Remedy(
        "Start from the usual weights, with units that never turn off",
        lambda r: {"generator": "mlp", "discriminator": "mlp", "activation": "leaky-relu"},
    ),
    "weaker regularizers": Remedy(
        "Weaken the regularizers that hold D back",
        lambda r: {"regularizers": {name: round_to(x / 100, 3) for name, x in r.regularizers.items()}},
    ),
    "other units": Remedy(
        "Standardize the data that the players see", lambda r: {"data": f"standardised(of={r.data})"}
    ),
    "adam": Remedy(
        "Use Adam for both players",
        lambda r: {"optimizer": "adam", "optimizer_g": "", "optimizer_d": "", "lr_g": 1e-3, "lr_d": 1e-3},
    ),
    "larger networks": Remedy(
        "Use larger networks", lambda r: {"width": max(64, 2 * r.width), "depth": max(2, r.depth)}
    ),
}

# The remedies that were tried for each verdict; `toygan gallery --odds` measures them.
REMEDIES_FOR: dict[str, tuple[str, ...]] = {
    "diverged": ("lower both rates", "strong r1", "adam"),
    "vanishing gradient": ("steep loss", "weak r1", "adam"),
    "does not move": ("usual weights", "adam"),
    "out of scale": ("other units",),
    "discriminator overpowered": ("weak r1", "raise lr_g", "adam"),
    "mode collapse, rotating": ("lower lr_g", "raise lr_d", "strong r1"),
    "discriminator too weak": ("raise lr_d", "raise lr_d threefold", "adam", "usual weights"),
    "mode collapse, modes absent": ("weak r1", "strong r1", "larger networks"),
    "over-regularized blur": ("weaker regularizers",),
    "oscillation": ("strong r1", "a third of both rates"),
    "off centre": ("a third of both rates", "weak r1", "more d_steps", "adam"),
    "too narrow": ("more d_steps", "weak r1", "larger networks", "adam"),
    "too wide": ("more d_steps", "weak r1", "larger networks", "adam"),
    "uneven shares": ("a third of both rates", "weak r1", "larger networks"),
    "parts missing": ("weak r1", "larger networks", "more d_steps"),
    "wrong shape": ("larger networks", "weak r1", "a third of both rates", "adam"),
}
