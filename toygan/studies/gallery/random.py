"""Random recipes over all menus, on which the diagnosis is tried: nobody made them for it."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from typing import Any

from toygan.parts.distributions import DISTRIBUTIONS
from toygan.parts.losses import LOSSES
from toygan.parts.networks import ACTIVATIONS, NETWORKS
from toygan.parts.noises import NOISES
from toygan.parts.optimizers import OPTIMIZERS
from toygan.parts.regularizers import REGULARIZERS
from toygan.parts.schedules import SCHEDULES
from toygan.parts.turns import TURNS
from toygan.recipe import Recipe, RecipeError
from toygan.text import round_to

DATA = [name for name in DISTRIBUTIONS if name not in ("dirac", "file", "digits")]
OTHER_UNITS = [  # shapes that lie far from the first samples, or have another size
    "gaussian1d(mean=400.0,sigma=1.25)",
    "gaussian1d(mean=0.0,sigma=0.001)",
    "ring8(radius=50.0,sigma=1.0)",
    "bimodal(gap=400.0,widths=(30.0,30.0))",
    "standardised(of=ring8(radius=50.0,sigma=1.0))",
]
STARTS = ("mlp(init=normal,gain=1e-06)", "mlp(init=orthogonal)", "mlp(init=he,gain=0.3)")
PLAIN_TURNS = ("competitive", "runge-kutta-4")
DEFAULT_SHARE = 0.6  # of the recipes, which keep a field at its default


class _Deck:
    """The rows of a menu in random order, each once before any comes again, so that every part is in some recipe."""

    def __init__(self, rows: Sequence[str], rng: random.Random) -> None:
        self._rows, self._rng, self._left = list(rows), rng, list[str]()

    def draw(self) -> str:
        if not self._left:
            self._left = self._rng.sample(self._rows, len(self._rows))
        return self._left.pop()


def recipes(seed: int = 0) -> Iterator[Recipe]:
    """Yield random recipes without end, small enough to train hundreds of them; the same ones for the same seed."""
    rng = random.Random(seed)
    decks = {
        "data": [*DATA, *DATA, *OTHER_UNITS],
        "loss": LOSSES,
        "turns": TURNS,
        "optimizer": OPTIMIZERS,
        "optimizer_g": OPTIMIZERS,
        "optimizer_d": OPTIMIZERS,
        "schedule": SCHEDULES,
        "noise": NOISES,
        "activation": ACTIVATIONS,
        "generator": [*NETWORKS, *STARTS],
        "discriminator": [*NETWORKS, *STARTS],
        "regularizers": REGULARIZERS,
    }
    drawn = {field: _Deck(list(rows), rng) for field, rows in decks.items()}
    while True:
        try:
            yield Recipe(**_fields(drawn, rng))
        except RecipeError:  # parts that do not fit together
            continue


def _fields(decks: dict[str, _Deck], rng: random.Random) -> dict[str, Any]:
    """Draw the fields of one recipe."""

    def rate(low: float, high: float) -> float:
        return round_to(math.exp(rng.uniform(math.log(low), math.log(high))), 2)

    fields: dict[str, Any] = {
        "data": decks["data"].draw(),
        "loss": decks["loss"].draw() if rng.random() > 0.4 else "non-saturating",
        "lr_g": rate(1e-4, 1e-2),
        "lr_d": rate(1e-4, 1e-2),
        "batch": rng.choice((32, 64, 128)),
        "width": rng.choice((8, 16, 32)),
        "depth": rng.choice((1, 2, 2)),
        "latent": rng.choice((1, 2, 4)),
        "beta1": rng.choice((0.0, 0.5, 0.9)),
        "beta2": rng.choice((0.9, 0.99, 0.999)),
        "d_steps": rng.choice((1, 1, 1, 2)),
        "seed": rng.randrange(10**6),
    }
    for field in ("turns", "optimizer", "schedule", "noise", "activation", "generator", "discriminator"):
        if rng.random() > DEFAULT_SHARE:
            fields[field] = decks[field].draw()
    for field in ("optimizer_g", "optimizer_d"):
        if rng.random() > 0.9:
            fields[field] = decks[field].draw()
    if "sgd" in fields.get("optimizer", "adam"):  # plain steps are shorter than Adam's
        fields["lr_g"], fields["lr_d"] = rate(1e-3, 0.3), rate(1e-3, 0.3)
    if fields.get("turns") in PLAIN_TURNS:  # of small networks, and of plain steps alone
        fields |= {"optimizer": "sgd", "momentum": 0.0, "width": 8, "depth": 1, "optimizer_g": "", "optimizer_d": ""}
    strengths = {}
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        name = decks["regularizers"].draw()
        low, usual, high = REGULARIZERS[name].strengths
        strengths[name] = usual if rng.random() < 0.7 or REGULARIZERS[name].whole else rng.choice((low, high))
    if "unrolled" in strengths:  # derivatives through several iterations take seconds
        fields |= {"width": 8, "turns": "alternating", "d_steps": 1}
        strengths = {"unrolled": strengths["unrolled"]}
    return {**fields, "regularizers": strengths}
