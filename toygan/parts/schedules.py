"""Schedules of both learning rates: factors of the recipe's rates that depend on the iteration alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from toygan.parts import checks
from toygan.parts.menu import Menu

LONGEST = 10**9  # iterations


class Schedule:
    """A factor of both learning rates; a subclass defines `factor`.

    Example:
        >>> from toygan import SCHEDULES, Recipe, Schedule
        >>> class Warmup(Schedule):
        ...     def factor(self, step):
        ...         return min(1.0, (step + 1) / 100)
        >>> SCHEDULES["warmup"] = Warmup()
        >>> Recipe(schedule="warmup").parts.schedule.factor(49)
        0.5
        >>> del SCHEDULES["warmup"]
    """

    constant: ClassVar[bool] = False  # True: the factor is always 1

    def factor(self, step: int) -> float:
        """Compute the factor of both learning rates.

        Args:
            step: Iterations so far, 0 or more.
        Returns:
            The factor of the next iteration's rates.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """Constant rates, as the recipe has them."""

    constant = True

    def factor(self, step: int) -> float:
        return 1.0


@dataclass(frozen=True)
class Falling(Schedule):
    """A factor that falls from 1 to `end` over the first `over` iterations, and stays there."""

    over: int = 10_000
    end: float = 0.0

    def __post_init__(self) -> None:
        checks.whole("over", self.over, 1, LONGEST)
        checks.number("end", self.end, 0, 1)

    def left(self, done: float) -> float:
        """Compute the share of the fall that is left, from 1 to 0, after the share `done` of the iterations."""
        raise NotImplementedError

    def factor(self, step: int) -> float:
        return self.end + (1 - self.end) * self.left(min(1.0, step / self.over))


@dataclass(frozen=True)
class LinearDecay(Falling):
    """Rates that fall linearly to `end` times their start over the first `over` iterations."""

    def left(self, done: float) -> float:
        return 1 - done


@dataclass(frozen=True)
class CosineDecay(Falling):
    """Rates that fall along half a cosine to `end` times their start (Loshchilov and Hutter 2017, SGDR, eq. 5)."""

    def left(self, done: float) -> float:
        return (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class StepDecay(Schedule):
    """Rates that are multiplied by `by` after every `every` iterations."""

    every: int = 2000
    by: float = 0.5

    def __post_init__(self) -> None:
        checks.whole("every", self.every, 1, LONGEST)
        checks.number("by", self.by, checks.SMALLEST, 1)

    def factor(self, step: int) -> float:
        return float(self.by ** (step // self.every))


SCHEDULES: Menu[Schedule] = Menu(
    {"constant": Constant(), "linear": LinearDecay(), "cosine": CosineDecay(), "step": StepDecay()}
)
"""The schedules of both learning rates by name, for a recipe's `schedule`."""
