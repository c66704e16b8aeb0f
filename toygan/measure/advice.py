"""One knob to try for a verdict: a change of the recipe, with how often it has helped runs with that verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from toygan.recipe import KNOBS, Recipe, RecipeError

Changes = dict[str, Any]  # fields of a recipe
FEW = 4  # runs without an effect that are added to each knob's, so that one run that was lucky ranks it low


@dataclass(frozen=True)
class Knob:
    """A change of a recipe, and what it is for; `changes` gives the fields that change, or none where it has no use."""

    words: str
    changes: Callable[[Recipe], Changes]

    def turned(self, recipe: Recipe) -> Recipe | None:
        """The recipe with the change; None where it has no use there, or no meaning."""
        try:
            changed = recipe.but(**self.changes(recipe))
        except RecipeError:
            return None
        return None if changed == recipe else changed


class Odds(NamedTuple):
    """Of n runs with a verdict, how many came closer to the data and lost it under a knob, and how many got worse."""

    helped: int
    harmed: int
    n: int

    def __str__(self) -> str:
        return f"helped {self.helped} of {self.n} runs, harmed {self.harmed}"


def advice(verdict: str, recipe: Recipe) -> str:
    """The first knob of a verdict that has a meaning in the recipe, in words, with its odds; empty where there is none.

    Knobs are in the order of their odds; those that harm more often than they help are left out.
    """
    for knob, changed, known in offered(verdict, recipe):
        told = f" ({known})" if known else ""
        return f"{knob.words}: {in_words(recipe, changed)}{told}."
    return ""


def offered(verdict: str, recipe: Recipe) -> Iterator[tuple[Knob, Recipe, Odds | None]]:
    """The knobs of a verdict that have a meaning in the recipe, the recipe with each, and its odds, the best first."""
    for knob, known in by_odds(verdict):
        if (changed := knob.turned(recipe)) is not None and not (known and known.harmed >= known.helped):
            yield knob, changed, known


def by_odds(verdict: str) -> Iterator[tuple[Knob, Odds | None]]:
    """The knobs for a verdict, those that helped most often first."""
    known = odds().get(verdict, {})
    names = sorted(ADVICE.get(verdict, ()), key=lambda name: _rate(known.get(name)), reverse=True)
    for name in names:
        yield TURNED[name], known.get(name)


def _rate(known: Odds | None) -> float:
    return (known.helped - known.harmed) / (known.n + FEW) if known else 0.0


def in_words(recipe: Recipe, changed: Recipe) -> str:
    """What differs: "lr_d = 0.01 (now 0.001), d_steps = 5 (now 1)"."""
    said = []
    for name, how in KNOBS.items():
        old, new = getattr(recipe, name), getattr(changed, name)
        if name == "regularizers":
            for spec in dict.fromkeys([*old, *new]):
                if old.get(spec) != new.get(spec):
                    said.append(f"{spec} = {_strength(new.get(spec))} (now {_strength(old.get(spec))})")
        elif old != new:
            said.append(f"{name} = {how.write(new) or how.unset} (now {how.write(old) or how.unset})")
    return ", ".join(said)


def _strength(value: float | None) -> str:
    return "off" if value is None else f"{value:g}"


@cache
def odds() -> Mapping[str, Mapping[str, Odds]]:
    """What `toygan gallery --odds` has measured, by verdict and knob: over the gallery and over recipes at random."""
    measured = json.loads(files("toygan.measure").joinpath("odds.json").read_text(encoding="utf-8"))
    table: dict[str, dict[str, Odds]] = {}
    for source in measured.values():
        for verdict, rows in source.items():
            of = table.setdefault(verdict, {})
            for knob, row in rows.items():
                of[knob] = Odds(*(a + b for a, b in zip(of.get(knob, (0, 0, 0)), row, strict=True)))
    return table


def _rounded(x: float) -> float:
    return float(f"{x:.3g}")


def _rates(for_g: float, for_d: float) -> Callable[[Recipe], Changes]:
    return lambda r: {"lr_g": _rounded(for_g * r.lr_g), "lr_d": _rounded(for_d * r.lr_d)}


def _r1(strength: float) -> Callable[[Recipe], Changes]:
    """R1 at this strength, or three times as strong as it is."""
    return lambda r: {
        "regularizers": {**r.regularizers, "r1": max(strength, _rounded(3 * r.regularizers.get("r1", 0.0)))}
    }


def _weaker(r: Recipe) -> Changes:
    return {"regularizers": {name: _rounded(strength / 100) for name, strength in r.regularizers.items()}}


def _usual_start(r: Recipe) -> Changes:
    return {"generator": "mlp", "discriminator": "mlp", "activation": "leaky-relu"}


TURNED: dict[str, Knob] = {
        "lower both rates": Knob("Take shorter steps", _rates(0.1, 0.1)),
        "a third of both rates": Knob("Take shorter steps", _rates(0.3, 0.3)),
        "raise lr_g": Knob("Let G keep up", _rates(10, 1)),
        "lower lr_g": Knob("Let D keep up", _rates(0.1, 1)),
        "raise lr_d": Knob("Let D keep up", _rates(1, 10)),
        "raise lr_d threefold": Knob("Let D keep up", _rates(1, 3)),
        "more d_steps": Knob("Let D see more between two steps of G", lambda r: {"d_steps": min(1000, 5 * r.d_steps)}),
        "weak r1": Knob("Flatten D where the data is", _r1(0.1)),
        "strong r1": Knob("Damp it, by a D that is flat at the data", _r1(1.0)),
        "steep loss": Knob("Take a loss that is steep where D is sure", lambda r: {"loss": "non-saturating"}),
        "usual weights": Knob("Start from the usual weights, with units that are never all off", _usual_start),
        "weaker regularizers": Knob("Weaken what holds D back", _weaker),
        "other units": Knob(
            "Let the players see the data in other units", lambda r: {"data": f"standardised(of={r.data})"}
        ),
        "adam": Knob("Take steps of Adam", lambda r: {"optimizer": "adam", "optimizer_g": "", "optimizer_d": "",
                                                      "lr_g": 1e-3, "lr_d": 1e-3}),
        "larger networks": Knob("Take larger networks", lambda r: {"width": max(64, 2 * r.width),
                                                                   "depth": max(2, r.depth)}),
}  # fmt: skip

# The knobs that were tried for each verdict; `toygan gallery --odds` measures them.
ADVICE: dict[str, tuple[str, ...]] = {
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
