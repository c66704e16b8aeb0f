"""Every pair of parts trains: loss x regularizer, loss x turn, regularizer x turn, and each of them x distribution.

All fields but the pair's, and size, are the defaults. Data goes round: of a pair's run it is the next of the menu, and
what no run has met by then runs on its own. A pair is refused in the recipe, with a reason, or trains for six
iterations to finite numbers or to members that are marked diverged; which ones, `pytest -rP` prints.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from toygan import DISTRIBUTIONS, LOSSES, REGULARIZERS, TURNS, Population, Recipe, RecipeError

SIZE = {"width": 8, "batch": 16}
# What a pair runs on where it has no meaning at the defaults: equations for every parameter need few, and plain steps.
TINY = {"width": 4, "depth": 1, "batch": 16, "optimizer": "sgd"}
STEPS, SEEDS, CHUNKS = 6, 2, 4  # lookahead goes back after five
LOOKED_AT = ("loss-g", "loss-d", "gradient-norm-g", "gradient-norm-d")

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


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_pair_trains_to_finite_numbers_or_is_marked_diverged(chunk: int) -> None:
    for changes, recipe in PLAN[chunk::CHUNKS]:
        if isinstance(recipe, str):
            continue
        p = Population([recipe.but(seed=seed) for seed in range(SEEDS)])
        try:
            p.run(STEPS)
            s = p.snapshot(64, metrics=LOOKED_AT)
        except Exception as error:
            raise AssertionError(f"{changes} raised {error!r}") from error
        finite = torch.isfinite(torch.cat([p.generator.theta, p.discriminator.theta], dim=-1)).all(-1).numpy()
        assert (s.alive == finite).all(), f"{changes}: finite {finite}, diverged at {s.diverged_at}"
        assert torch.isfinite(s.samples[s.alive]).all(), changes
        assert all(len(values) == SEEDS for values in s.metrics.values()), changes
        for seed in np.flatnonzero(~s.alive):
            assert 0 < s.diverged_at[seed] <= STEPS, changes
            print(f"diverged at iteration {s.diverged_at[seed]}, seed {seed}: {changes}")


def test_pairs_without_meaning_are_refused_with_a_reason() -> None:
    refused = [(changes, reason) for changes, reason in PLAN if isinstance(reason, str)]
    for changes, reason in refused:
        print(f"{changes}: {reason}")
        field, words = reason.split("=", 1)
        assert field in changes, reason  # the message blames one of the two
        assert len(words.split()) > 4, reason
    assert len(refused) < len(PLAN) / 4


def test_the_plan_holds_every_pair() -> None:
    held = {
        (str(key), str(value), str(other), str(another))
        for changes, _ in PLAN
        for (key, value), (other, another) in itertools.permutations(changes.items(), 2)
    }
    for one, other in itertools.combinations((LOSS, REGULARIZER, TURN, DATA), 2):
        for a, b in itertools.product(one, other):
            ((key, value),), ((k, v),) = a.items(), b.items()
            assert (key, str(value), k, str(v)) in held, (a, b)
