"""Remedies: for each verdict, changes of the recipe to try, with how often each has helped runs with that verdict."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, NamedTuple

from toygan.measure.same_game import is_same_game
from toygan.parts.networks import NETWORKS
from toygan.parts.networks.specs import LayeredSpec
from toygan.parts.optimizers import Adam
from toygan.parts.spec import with_arguments
from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.text import format_number, round_to

Changes = dict[str, Any]  # fields of a recipe
PRIOR_RUNS = 4  # without an effect, added to the runs of each remedy, so that one lucky run ranks it low
ENOUGH_RUNS, LEAST_SHARE = 4, 0.25  # a remedy that was tried on so many runs has to have helped this share of them
WEAKER = {"smaller": 100, "larger": 10}  # times: a penalty, or a bound, that is to hold D back less
STEPS_OF_CRITIC = 5  # an iteration, where its bound is wide (Arjovsky et al. 2017)
USUAL_RATE = 1e-3  # of Adam on toys
ROLES = ("generator", "discriminator")
OTHER_NETWORK = "a network that can learn it"  # if a network cannot, the only remedy for what samples lack
NOTHING_LEFT = "None of the remedies that were tried for this helps often enough here."


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
        """Return the changed recipe, or None if the remedy has no meaning there, or no effect on what trains."""
        try:
            changed = recipe.amend(**self.changes(recipe))
        except RecipeError:
            return None
        return None if is_same_game(recipe, changed) else changed


class Odds(NamedTuple):
    """The outcomes of a remedy on n runs with a verdict: nearer to the data and without the verdict, or worse."""

    helped: int
    harmed: int
    n: int

    @property
    def promising(self) -> bool:
        """True unless it harmed at least as often as it helped, or helped fewer than one in four of enough runs."""
        return self.harmed < self.helped and (self.n < ENOUGH_RUNS or self.helped >= LEAST_SHARE * self.n)

    def __str__(self) -> str:
        return f"helped {self.helped} of {self.n} runs, harmed {self.harmed}"


def advice(verdict: str, recipe: Recipe, earlier: Sequence[Recipe] = ()) -> str:
    """Return the best remedy for a verdict, in words, with the odds that were measured.

    Remedies are tried in the order of their odds. One is left out if it harms at least as often as it helps, if it
    helped fewer than one in four runs, or if it takes back a change that was made before.

    Args:
        verdict: A name of `VERDICTS`.
        recipe: The recipe of the run.
        earlier: The recipes of the run before its remedies, from the first on.
    Returns:
        The purpose, the changes and the odds; a line that says so if no remedy is left, and "" for a verdict that
        needs none.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.measure.advice import advice
        >>> advice("oscillation", Recipe())
        'Damp the game by a D that is flat at the data: r1 = 1 (now off) (helped 7 of 12 runs, harmed 0).'
    """
    for remedy, changed, known in remedies(verdict, recipe, earlier):
        odds = f" ({known})" if known else ""
        return f"{remedy.words}: {describe_changes(recipe, changed)}{odds}."
    return NOTHING_LEFT if verdict in REMEDIES_FOR else ""


def remedies(
    verdict: str, recipe: Recipe, earlier: Sequence[Recipe] = ()
) -> Iterator[tuple[Remedy, Recipe, Odds | None]]:
    """Yield the remedies that have a meaning in the recipe, the recipe with each, and its odds, the best first."""
    odds, names = read_odds().get(verdict, {}), REMEDIES_FOR.get(verdict, ())
    if OTHER_NETWORK in names and find_limits(recipe):
        names = (OTHER_NETWORK,)

    def gain(name: str) -> float:
        known = odds.get(name)
        return (known.helped - known.harmed) / (known.n + PRIOR_RUNS) if known else 0.0

    for name in sorted(names, key=gain, reverse=True):
        known, changed = odds.get(name), REMEDIES[name].apply(recipe)
        if changed is not None and (known is None or known.promising) and not takes_back(recipe, changed, earlier):
            yield REMEDIES[name], changed, known


def find_limits(recipe: Recipe) -> dict[str, str]:
    """Return what the networks cannot learn, by player and in words."""
    g, d = recipe.parts.networks
    limits = {"discriminator": d.limit("discriminator"), "generator": g.limit("generator")}
    return {role: words for role, words in limits.items() if words}


def find_cause(verdict: str, recipe: Recipe) -> str:
    """Return what a network cannot learn, in words, if that explains the verdict, or ""."""
    return next(iter(find_limits(recipe).values()), "") if OTHER_NETWORK in REMEDIES_FOR.get(verdict, ()) else ""


def takes_back(recipe: Recipe, changed: Recipe, earlier: Sequence[Recipe]) -> bool:
    """Return True if a change undoes one of those that led from the `earlier` recipes to this one, in any field."""
    steps = [_find_moves(before, after) for before, after in pairwise([*earlier, recipe])]
    moves = _find_moves(recipe, changed)
    return any(move.get(field) == (new, old) for move in steps for field, (old, new) in moves.items())


def _find_moves(before: Recipe, after: Recipe) -> dict[str, tuple[Any, Any]]:
    """Return the fields that differ, with both values of a choice, and for a number only which of both is larger."""
    views = [
        {name: getattr(recipe, name) for name in KNOBS if name != "regularizers"}
        | {spec: recipe.regularizers.get(spec, 0.0) for spec in {**before.regularizers, **after.regularizers}}
        | {"lr_g / lr_d": recipe.lr_g / recipe.lr_d}
        for recipe in (before, after)
    ]
    pairs = {field: (old, views[1][field]) for field, old in views[0].items() if old != views[1][field]}
    return {
        field: pair if isinstance(pair[0], str) else (pair[0] > pair[1], pair[0] < pair[1])
        for field, pair in pairs.items()
    }


def describe_changes(recipe: Recipe, changed: Recipe, before: str = "now") -> str:
    """Return what differs, such as "lr_d = 0.01 (now 0.001), d_steps = 5 (now 1)"; `before` may also be "was"."""
    changes = []
    for name, how in KNOBS.items():
        old, new = getattr(recipe, name), getattr(changed, name)
        if name == "regularizers":
            old, new = ({spec: format_number(x, 6) for spec, x in strengths.items()} for strengths in (old, new))
            for spec in dict.fromkeys([*old, *new]):
                if old.get(spec) != new.get(spec):
                    changes.append(f"{spec} = {new.get(spec, 'off')} ({before} {old.get(spec, 'off')})")
        elif old != new:
            changes.append(f"{name} = {how.describe(new)} ({before} {how.describe(old)})")
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


def _weaken(r: Recipe) -> Changes:
    """Weaken every regularizer that can be weaker, in its own direction; a critic with more room takes more steps."""
    parts, strengths = r.parts.regularizers, dict(r.regularizers)
    for name, strength in strengths.items():
        strengths[name] = round_to(parts[name].weaken(strength, WEAKER[parts[name].weaker]), 3)
    bounded = any(part.weaker == "larger" and strengths[name] > r.regularizers[name] for name, part in parts.items())
    steps = {"d_steps": max(STEPS_OF_CRITIC, r.d_steps)} if bounded and r.parts.loss.relative else {}
    return {"regularizers": strengths, **steps}


def _take_adam(r: Recipe) -> Changes:
    """Give Adam at its usual rate to each player that has another optimizer."""
    others = [player for player in "gd" if not isinstance(getattr(r.parts, f"optimizer_{player}"), Adam)]
    rates = {f"lr_{player}": USUAL_RATE for player in others}
    if len(others) == 2:
        return {"optimizer": "adam", "optimizer_g": "", "optimizer_d": "", **rates}
    return {f"optimizer_{player}": "" if r.optimizer == "adam" else "adam" for player in others} | rates


def _enlarge(r: Recipe) -> Changes:
    """Widen and deepen the layers in force: a network's own, and the recipe's if a network has those."""
    changes: Changes = {}
    for role in ROLES:
        spec = r.parts.rows[role]
        own = spec.enlarge() if isinstance(spec, LayeredSpec) else {}
        if own:
            changes[role] = with_arguments(getattr(r, role), **own)
    shared = {"width": max(64, 2 * r.width), "depth": max(2, r.depth)}
    return changes | {name: size for name, size in shared.items() if not is_same_game(r, r.amend(**{name: size}))}


def _give_layers(r: Recipe) -> Changes:
    """Give hidden layers to the players whose networks are limited without."""
    limited = find_limits(r)
    return {role: _with_layers(getattr(r, role), r) for role in limited}


def _with_layers(spec: str, r: Recipe) -> str:
    layered = isinstance(NETWORKS.make(spec), LayeredSpec)
    return with_arguments(spec, depth=2) if layered else "mlp" if r.depth else "mlp(depth=2)"


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
        _weaken,
    ),
    "other units": Remedy(
        "Standardize the data that the players see", lambda r: {"data": f"standardised(of={r.data})"}
    ),
    "adam": Remedy("Use Adam for both players", _take_adam),
    "larger networks": Remedy("Use larger networks", _enlarge),
    OTHER_NETWORK: Remedy("Use a network that can learn it", _give_layers),
    "plain mlp": Remedy("Use a generator that can bend and mix its noise", lambda r: {"generator": "mlp"}),
    "fresh noise": Remedy("Draw new noise for every sample", lambda r: {"noise": "normal"}),
}

# The remedies that were tried for each verdict; `toygan gallery --odds` measures them.
REMEDIES_FOR: dict[str, tuple[str, ...]] = {
    "diverged": ("lower both rates", "strong r1", "adam"),
    "vanishing gradient": ("steep loss", "weak r1", "adam"),
    "does not move": ("usual weights", "adam"),
    "out of scale": ("other units",),
    "discriminator overpowered": ("weak r1", "raise lr_g", "adam"),
    "mode collapse, rotating": ("lower lr_g", "raise lr_d", "strong r1", OTHER_NETWORK),
    "discriminator too weak": ("raise lr_d", "raise lr_d threefold", "adam", "usual weights", OTHER_NETWORK),
    "mode collapse, modes absent": ("weak r1", "strong r1", "larger networks", OTHER_NETWORK),
    "over-regularized blur": ("weaker regularizers",),
    "oscillation": ("strong r1", "a third of both rates"),
    "off centre": ("a third of both rates", "weak r1", "more d_steps", "adam"),
    "too narrow": ("more d_steps", "weak r1", "larger networks", "adam", OTHER_NETWORK),
    "too wide": ("more d_steps", "weak r1", "larger networks", "adam", OTHER_NETWORK),
    "uneven shares": ("a third of both rates", "weak r1", "larger networks", OTHER_NETWORK),
    "parts missing": ("weak r1", "larger networks", "more d_steps", OTHER_NETWORK),
    "wrong shape": ("larger networks", "weak r1", "a third of both rates", "adam", OTHER_NETWORK),
    "rotated": ("plain mlp",),
    "link broken": ("plain mlp",),
    "constant column": ("plain mlp",),
    "memorised": ("fresh noise",),
}
