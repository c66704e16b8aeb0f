"""A budget in iterations counts cost; a budget in seconds becomes iterations by the pace of the search."""

from __future__ import annotations

import pytest

from toygan.limits import cost
from toygan.recipe import Recipe
from toygan.remedy.budget import SEEDS, TRIED, TRUST, Budget

SMALL = Recipe(data="gaussian1d", width=4, batch=8)


def test_an_iteration_is_one_of_the_recipe_under_sixteen_seeds() -> None:
    budget = Budget(SMALL, 100, None, processes=2)
    budget.spend(cost(SMALL, SEEDS).time * 30)
    assert (budget.left, budget.share) == (pytest.approx(70), pytest.approx(0.3))
    budget.spend(cost(SMALL, SEEDS).time * 300)
    assert (budget.left, budget.share) == (0.0, 1.0)


def test_seconds_are_what_the_pace_makes_of_them() -> None:
    now = [0.0]

    def clock() -> float:
        return now[0]

    def ticking() -> float:
        now[0] += 1.0
        return now[0]

    budget = Budget(SMALL, None, 20.0, processes=2, clock=ticking)  # one second passes while TRIED iterations are timed
    budget._clock = clock
    pace, passed = 2 * TRIED, now[0] - budget._begin
    assert budget.left == pytest.approx((20 - passed) * pace * TRUST / (passed + TRUST))
    now[0] += 5
    budget.spend(cost(SMALL, SEEDS).time * pace * (passed + 5))
    assert budget.left == pytest.approx((15 - passed) * pace)
