"""Every pair of parts as a recipe, or the reason for which it is refused."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from toygan import DISTRIBUTIONS, LOSSES, REGULARIZERS, TURNS, Recipe, RecipeError

SIZE = {"width": 8, "batch": 16}


TINY = {"width": 4, "depth": 1, "batch": 16, "optimizer": "sgd"}


LOSS = [{"loss": name} for name in LOSSES]


REGULARIZER = [{"regularizers": {name: part.strengths[1]}} for name, part in REGULARIZERS.items()]


TURN = [{"turns": name} for name in TURNS]


DATA = [{"data": name} for name in DISTRIBUTIONS]


Changes = dict[str, object]


def tried(changes: Changes) -> Recipe | str:
    """The recipe of these changes at default, or else at tiny size; if neither is allowed, the reason of the former."""
    try:
        return Recipe(**SIZE, **changes)
    except RecipeError as error:
        reason = str(error)
    try:
        return Recipe(**TINY, **changes)
    except RecipeError:
        return reason


def plan() -> Iterator[tuple[Changes, Recipe | str]]:
    """What is to be trained, or refused."""
    met: set[tuple[str, str]] = set()
    for one, other in itertools.combinations((LOSS, REGULARIZER, TURN), 2):
        for (i, a), (j, b) in itertools.product(enumerate(one), enumerate(other)):
            data = DATA[(i + j) % len(DATA)]
            recipe = tried({**a, **b, **data})
            if isinstance(recipe, str):  # perhaps the data is to blame: each of the pair meets it below
                data = {}
                recipe = tried({**a, **b})
            if isinstance(recipe, Recipe):
                met |= {(str(part), str(data)) for part in (a, b)}
            yield {**a, **b, **data}, recipe
    for part, data in itertools.product(LOSS + REGULARIZER + TURN, DATA):
        if (str(part), str(data)) not in met:
            yield {**part, **data}, tried({**part, **data})


PLAN = list(plan())
