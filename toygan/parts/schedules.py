"""How both learning rates change over the iterations: a factor of the recipe's rates, by the iteration alone."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from toygan.parts import checks
from toygan.parts.menu import Menu

LONGEST = 10**9  # iterations


class Schedule:
    """A factor of both learning rates: 1 at first, and what `factor` says of later iterations."""

    constant: ClassVar[bool] = False  # True: it is always 1, so that nobody need ask

    def factor(self, step: int) -> float:
        """What the rates are multiplied with after `step` iterations."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """The rates stay as the recipe has them."""

    constant = True

    def factor(self, step: int) -> float:
        return 1.0


@dataclass(frozen=True)
class Falling(Schedule):
    """A schedule that falls to `end` within the iterations `over`, and stays there."""

    over: int = 10_000
    end: float = 0.0

    def __post_init__(self) -> None:
        checks.whole("over", self.over, 1, LONGEST)
        checks.number("end", self.end, 0, 1)

    def left(self, done: float) -> float:
        """What is left to fall when the share `done` of the iterations is over, from 1 to 0."""
        raise NotImplementedError

    def factor(self, step: int) -> float:
        return self.end + (1 - self.end) * self.left(min(1.0, step / self.over))


@dataclass(frozen=True)
class LinearDecay(Falling):
    """The rates fall on a straight line to `end` times their start, within the iterations `over`."""

    def left(self, done: float) -> float:
        return 1 - done


@dataclass(frozen=True)
class CosineDecay(Falling):
    """The rates fall on half a cosine to `end` times their start (Loshchilov and Hutter 2017, SGDR, eq. 5)."""

    def left(self, done: float) -> float:
        return (1 + math.cos(math.pi * done)) / 2


@dataclass(frozen=True)
class StepDecay(Schedule):
    """The rates are multiplied by `by` after every `every` iterations."""

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
