"""Optimizers: pure functions from a gradient to a step, so that a step can be computed without being taken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.kinks import at_least
from toygan.parts.menu import Menu

OptimizerState = tuple[Tensor, ...]  # kept from one step to the next, each tensor `(P, ...)`
TINY = 1e-30  # far below EPSILON squared
BELOW_1 = 1 - 1e-9  # the largest decay: with 1, a running mean would never move
EPSILON = 1e-8  # PyTorch's default, added to the root of the mean square


class OptimizerRates(NamedTuple):
    """The optimizer numbers of one player, each `(P, 1)`, so that members may differ."""

    lr: Tensor
    beta1: Tensor
    beta2: Tensor
    momentum: Tensor


class Optimizer:
    """An update rule; a subclass defines `step`, and `start` if it keeps a state.

    A subclass is a frozen dataclass. A field named like one of `OptimizerRates` replaces the recipe's number, unless it
    is None, as in `optimizer_d="sgd(momentum=0.9)"`.

    Example:
        >>> import torch
        >>> from toygan import OPTIMIZERS, Optimizer, Recipe
        >>> class SignDescent(Optimizer):
        ...     def step(self, gradient, state, rates):
        ...         return -rates.lr * gradient.sign(), state
        >>> OPTIMIZERS["sign-descent"] = SignDescent()
        >>> Recipe(optimizer="sign-descent").to_string()
        'optimizer=sign-descent'
        >>> del OPTIMIZERS["sign-descent"]
    """

    def start(self, theta: Tensor) -> OptimizerState:
        """Return the state before the first step.

        Args:
            theta: Parameters of all members `(P, n_params)`.
        Returns:
            Tensors `(P, ...)`, passed to the first `step` [default: none].
        """
        return ()

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        """Compute the step for a gradient.

        Args:
            gradient: Gradient of each member `(P, n_params)`.
            state: The state after the last step.
            rates: Learning rate, beta1, beta2 and momentum of each member, each `(P, 1)`.
        Returns:
            The step `(P, n_params)`, which is added to the parameters, and the new state.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent with momentum; a negative one damps rotation (Gidel et al. 2019, sec. 3)."""

    momentum: float | None = None

    def __post_init__(self) -> None:
        if self.momentum is not None:
            checks.number("momentum", self.momentum, -BELOW_1, BELOW_1)

    def start(self, theta: Tensor) -> OptimizerState:
        return (torch.zeros_like(theta),)

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        velocity = torch.addcmul(gradient, rates.momentum, state[0])
        return -rates.lr * velocity, (velocity,)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """Gradients divided by the root of their running mean square (Tieleman and Hinton 2012; as in PyTorch)."""

    beta2: float | None = None

    def __post_init__(self) -> None:
        if self.beta2 is not None:
            checks.number("beta2", self.beta2, 0, BELOW_1)

    def start(self, theta: Tensor) -> OptimizerState:
        return (torch.zeros_like(theta),)

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        second = torch.lerp(gradient * gradient, state[0], rates.beta2)
        return -rates.lr * gradient / (_root(second) + EPSILON), (second,)


@dataclass(frozen=True)
class Adam(Optimizer):
    """Steps of about lr in every coordinate, for gradients of any size (Kingma and Ba 2015, algorithm 1)."""

    beta1: float | None = None
    beta2: float | None = None

    def __post_init__(self) -> None:
        for name in ("beta1", "beta2"):
            if getattr(self, name) is not None:
                checks.number(name, getattr(self, name), 0, BELOW_1)

    def start(self, theta: Tensor) -> OptimizerState:
        zeros, none = torch.zeros_like(theta), torch.zeros_like(theta[:, :1])
        return zeros, zeros, none, none

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        first = torch.lerp(gradient, state[0], rates.beta1)
        second = torch.lerp(gradient * gradient, state[1], rates.beta2)
        # The same running means of a constant 1: the bias correction, even if beta changes during a run.
        one = torch.ones_like(state[2])
        seen1, seen2 = torch.lerp(one, state[2], rates.beta1), torch.lerp(one, state[3], rates.beta2)
        step = first / (_root(second / seen2) + EPSILON)
        return step * (rates.lr / seen1).neg(), (first, second, seen1, seen2)


class Optimistic(Optimizer):
    """Twice the plain step minus the last one, an estimate of the next gradient (Daskalakis et al. 2018)."""

    plain: ClassVar[Optimizer]

    def start(self, theta: Tensor) -> OptimizerState:
        return (torch.zeros_like(theta), *self.plain.start(theta))

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        step, plain_state = self.plain.step(gradient, state[1:], rates)
        return 2 * step - state[0], (step, *plain_state)


@dataclass(frozen=True)
class OptimisticSGD(Optimistic, SGD):
    """Optimistic mirror descent: theta_{t+1} = theta_t - 2 lr g_t + lr g_{t-1} (Daskalakis et al. 2018, eq. 6)."""

    plain = SGD()


@dataclass(frozen=True)
class OptimisticAdam(Optimistic, Adam):
    """Twice Adam's step minus the last one (Daskalakis et al. 2018, algorithm 1)."""

    plain = Adam()


def _root(x: Tensor) -> Tensor:
    """Compute the square root; if a step is differentiated (unrolling), its derivative at 0 is 0, not infinite."""
    return at_least(x, TINY).sqrt() if x.requires_grad else x.sqrt()


OPTIMIZERS: Menu[Optimizer] = Menu(
    {
        "sgd": SGD(),
        "rmsprop": RMSProp(),
        "adam": Adam(),
        "optimistic-sgd": OptimisticSGD(),
        "optimistic-adam": OptimisticAdam(),
    }
)
"""The update rules by name, for a recipe's `optimizer`, `optimizer_g` and `optimizer_d`."""
