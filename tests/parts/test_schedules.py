"""A schedule is its formula, and what it says is what both players step by."""

from __future__ import annotations

import itertools
import math

import pytest
import torch

from toygan import Population, Recipe
from toygan.parts.schedules import SCHEDULES


@pytest.mark.parametrize(
    ("spec", "factors"),
    [
        ("constant", {0: 1.0, 10**6: 1.0}),
        ("linear(over=100)", {0: 1.0, 25: 0.75, 100: 0.0, 500: 0.0}),
        ("linear(over=100,end=0.5)", {0: 1.0, 50: 0.75, 200: 0.5}),
        ("cosine(over=100)", {0: 1.0, 50: 0.5, 100: 0.0, 25: (1 + math.sqrt(0.5)) / 2}),
        ("step(every=10,by=0.1)", {0: 1.0, 9: 1.0, 10: 0.1, 25: 0.01}),
    ],
)
def test_a_schedule_is_its_formula(spec: str, factors: dict[int, float]) -> None:
    for step, factor in factors.items():
        assert SCHEDULES.make(spec).factor(step) == pytest.approx(factor, abs=1e-12)


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_starts_at_the_recipes_rates_and_never_exceeds_them(name: str) -> None:
    factors = [SCHEDULES[name].factor(step) for step in range(0, 20_000, 500)]
    assert factors[0] == 1
    assert all(0 <= later <= earlier for earlier, later in itertools.pairwise(factors))


def test_a_step_of_plain_descent_is_as_long_as_the_schedule_says() -> None:
    """After half of a linear fall, half as long as without one, for both players."""
    plain = Recipe(width=4, batch=8, optimizer="sgd", lr_g=0.1, lr_d=0.2)
    p, q = Population(plain), Population(plain.but(schedule="linear(over=8)"))
    for _ in range(4):
        q.step()
    p = Population.restore(q.state)
    p.change(plain)
    before = [player.theta.clone() for player in (p.generator, p.discriminator)]
    p.step()
    q.step()
    moved = [
        [player.theta - old for player, old in zip((x.generator, x.discriminator), before, strict=True)] for x in (p, q)
    ]
    # D steps first, on the same batch; G answers another D, so that only D's steps are comparable.
    torch.testing.assert_close(moved[1][1], 0.5 * moved[0][1], rtol=1e-4, atol=1e-7)


def test_a_run_that_is_taken_up_again_goes_on_at_its_rate() -> None:
    p = Population(Recipe(width=4, batch=8, schedule="cosine(over=10)"))
    p.run(6)
    q = Population.restore(p.state)
    p.run(2)
    q.run(2)
    assert torch.equal(p.generator.theta, q.generator.theta)
