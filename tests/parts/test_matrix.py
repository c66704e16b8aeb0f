"""Every pair of parts trains: loss x regularizer, loss x turn, regularizer x turn, and each of them x distribution.

All fields but the pair's, and size, are the defaults. Data goes round: of a pair's run it is the next of the menu, and
what no run has met by then runs on its own. A pair is refused in the recipe, with a reason, or trains for six
iterations to finite numbers or to members that are marked diverged; which ones, `pytest -rP` prints.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
from support.pairs import DATA, LOSS, PLAN, REGULARIZER, TURN

from toygan import Population

# What a pair runs on where it has no meaning at the defaults: equations for every parameter need few, and plain steps.
STEPS, SEEDS, CHUNKS = 6, 2, 4  # lookahead goes back after five
LOOKED_AT = ("loss-g", "loss-d", "gradient-norm-g", "gradient-norm-d")


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
