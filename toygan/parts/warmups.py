"""Warm-ups of the averaged generator: its decay in each iteration, as packages for averages have it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.menu import Menu
from toygan.parts.schedules import LONGEST


class Warmup:
    """The course of the average's decay; a subclass defines `decay`.

    Example:
        >>> import torch
        >>> from toygan import WARMUPS, Recipe, Warmup
        >>> class Late(Warmup):
        ...     def decay(self, step, full):
        ...         return full * (step > 1000)
        >>> WARMUPS["late"] = Late()
        >>> Recipe(ema=0.99, ema_warmup="late").parts.ema_warmup.decay(1000, torch.tensor(0.99))
        tensor(0.)
        >>> del WARMUPS["late"]
    """

    plain: ClassVar[bool] = False  # True: the decay is always the recipe's

    def decay(self, step: int, full: Tensor) -> Tensor:
        """Compute the share of the average that an iteration keeps.

        Args:
            step: The iteration, counted from 1.
            full: The recipe's `ema` of each member `(P, 1)`.
        Returns:
            The share `(P, 1)`: 0 copies the generator, 1 leaves the average as it is.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class NoWarmup(Warmup):
    """The recipe's decay from the first iteration on: the initial generator counts for long."""

    plain = True

    def decay(self, step: int, full: Tensor) -> Tensor:
        return full


@dataclass(frozen=True)
class Ratio(Warmup):
    """At most (1 + t) / (10 + t) in iteration t, so early generators are soon forgotten (TensorFlow, torch-ema)."""

    def decay(self, step: int, full: Tensor) -> Tensor:
        return full.clamp(max=(1 + step) / (10 + step))


@dataclass(frozen=True)
class Copy(Warmup):
    """A copy of the generator up to the iteration `until`, then the recipe's decay (PyTorch's AveragedModel: 1)."""

    until: int = 1

    def __post_init__(self) -> None:
        checks.whole("until", self.until, 1, LONGEST)

    def decay(self, step: int, full: Tensor) -> Tensor:
        return full * (step > self.until)


@dataclass(frozen=True)
class Power(Warmup):
    """The average every `every` iterations only: a copy up to `after`, then at most 1 - (1 + t / inv_gamma)^-power.

    t counts the iterations since `after`. The defaults are those of the package ema-pytorch.
    """

    inv_gamma: float = 1.0
    power: float = 2 / 3
    after: int = 100
    every: int = 10

    def __post_init__(self) -> None:
        checks.size("inv_gamma", self.inv_gamma)
        checks.number("power", self.power, checks.SMALLEST, 10)
        checks.whole("after", self.after, 0, LONGEST)
        checks.whole("every", self.every, 1, LONGEST)

    def decay(self, step: int, full: Tensor) -> Tensor:
        if (step - 1) % self.every:
            return torch.ones_like(full)
        since = max(0, step - self.after - 1)
        return full.clamp(max=1 - (1 + since / self.inv_gamma) ** -self.power)


WARMUPS: Menu[Warmup] = Menu({"none": NoWarmup(), "ratio": Ratio(), "copy": Copy(), "power": Power()})
"""The warm-ups of the averaged generator by name, for a recipe's `ema_warmup`."""
