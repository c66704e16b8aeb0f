"""The budget of a search, in iterations of its recipe under SEEDS seeds at once, or in seconds."""

from __future__ import annotations

import time
from collections.abc import Callable

from toygan.limits import cost
from toygan.recipe import Recipe
from toygan.sweeps.piece import one_thread
from toygan.training import Population

SEEDS = 16  # that an iteration of the budget trains at once: as many as judge a remedy
TRIED = 20  # iterations by which the first estimate of the pace is made
TRUST = 5.0  # seconds of that estimate beside those of the search itself


class Budget:
    """Iterations that may be spent, or seconds: they become iterations by the pace of the search so far.

    An iteration of another recipe, or of another number of members, counts as its cost in calls of torch is more or
    less than that of the recipe with SEEDS members.

    Args:
        recipe: The recipe of the search.
        iterations: The iterations that may be spent; the search is then the same on every machine.
        seconds: The seconds that may pass, if no iterations are given.
        processes: The jobs that are trained at once.
        clock: Seconds since some moment.
    """

    def __init__(
        self, recipe: Recipe, iterations: int | None, seconds: float | None, processes: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:  # fmt: skip
        self._unit = cost(recipe, SEEDS).time
        self._iterations, self._seconds, self._clock = iterations, seconds, clock
        self._begin = clock()
        self.spent = 0.0
        self._pace = 0.0 if iterations is not None else processes * _time(recipe, clock)

    def price(self, calls: float) -> float:
        """Return the iterations that work costs, from its calls of torch."""
        return calls / self._unit

    def spend(self, calls: float) -> None:
        """Count work that is done."""
        self.spent += self.price(calls)

    @property
    def left(self) -> float:
        """The iterations that may still be spent."""
        if self._iterations is not None:
            return max(0.0, self._iterations - self.spent)
        passed = self._clock() - self._begin
        pace = (self.spent + TRUST * self._pace) / (passed + TRUST)
        return max(0.0, (self._seconds or 0.0) - passed) * pace

    @property
    def share(self) -> float:
        """The share of the budget that is spent, from 0 to 1."""
        if self._iterations is not None:
            return min(1.0, self.spent / self._iterations)
        return min(1.0, (self._clock() - self._begin) / (self._seconds or 1.0))


def _time(recipe: Recipe, clock: Callable[[], float]) -> float:
    """Return the iterations of a recipe with SEEDS members in a second, on one thread."""
    with one_thread():
        population = Population(recipe.seeds(SEEDS))
        population.run(3)  # the first ones take longer
        start = clock()
        population.run(TRIED)
        return TRIED / max(1e-9, clock() - start)
