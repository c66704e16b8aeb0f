"""Every pair of parts trains: loss x regularizer, loss x turn, regularizer x turn, and each of them x distribution.

All fields but the pair's, and size, are the defaults. Data goes round: of a pair's run it is the next of the menu, and
what no run has met by then runs on its own. A pair is refused in the recipe, with a reason, or trains for six
iterations to finite numbers or to members that are marked diverged; which ones, `pytest -rP` prints. `make test` trains
a sample of the pairs in which every part is, `make slow` all of them.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from support.pairs import DATA, LOSS, PLAN, REGULARIZER, TURN, Changes

from toygan import Population, Recipe

# What a pair runs on where it has no meaning at the defaults: equations for every parameter need few, and plain steps.
STEPS, SEEDS, CHUNKS = 6, 2, 4  # lookahead goes back after five
LOOKED_AT = ("loss-g", "loss-d", "gradient-norm-g", "gradient-norm-d")


def trains(changes: Changes, recipe: Recipe) -> None:
    """A pair trains to finite numbers, or its members that do not are marked diverged."""
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


TRAINED = [(changes, recipe) for changes, recipe in PLAN if isinstance(recipe, Recipe)]


def parts_of(changes: Changes) -> set[str]:
    return {f"{field}={value}" for field, value in changes.items()}


def sample() -> list[tuple[Changes, Recipe]]:
    """Pairs of which each brings a part that no earlier one has."""
    kept, met = [], set[str]()
    for changes, recipe in TRAINED:
        if not parts_of(changes) <= met:
            kept.append((changes, recipe))
            met |= parts_of(changes)
    return kept


def test_a_pair_with_each_part_trains_to_finite_numbers_or_is_marked_diverged() -> None:
    chosen = sample()
    assert {part for changes, _ in chosen for part in parts_of(changes)} >= {
        part for changes in LOSS + REGULARIZER + TURN + DATA for part in parts_of(changes)
    }
    for changes, recipe in chosen:
        trains(changes, recipe)


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_pair_trains_to_finite_numbers_or_is_marked_diverged(chunk: int) -> None:
    for changes, recipe in TRAINED[chunk::CHUNKS]:
        trains(changes, recipe)


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
