"""How a gradient becomes a step: pure functions, so that a step can be computed and not taken, as unrolling does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.menu import Menu

OptimizerState = tuple[Tensor, ...]  # what an optimizer keeps from one step to the next, each tensor `(P, ...)`
TINY = 1e-30  # far below EPSILON squared
BELOW_1 = 1 - 1e-9  # of a decay: with 1, a running mean would never move
EPSILON = 1e-8  # PyTorch's default, added to the root of the mean square


class OptimizerRates(NamedTuple):
    """One player's optimizer numbers, each `(P, 1)`, so that members may differ."""

    lr: Tensor
    beta1: Tensor
    beta2: Tensor
    momentum: Tensor


class Optimizer:
    """A rule `(gradient, state) -> (step, state)`; gradient and step are `(P, n_params)`, the step is to be added.

    A field that is named as one of OptimizerRates stands in place of the recipe's number, unless it is None.
    """

    def start(self, theta: Tensor) -> OptimizerState:
        """The state before the first step."""
        return ()

    def step(self, gradient: Tensor, state: OptimizerState, rates: OptimizerRates) -> tuple[Tensor, OptimizerState]:
        """The step for this gradient, and the state after it."""
        raise NotImplementedError


@dataclass(frozen=True)
class SGD(Optimizer):
    """Gradient descent; momentum may be negative, which damps rotation (Gidel et al. 2019, sec. 3)."""

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
    """Gradients over the root of their running mean square (Tieleman and Hinton 2012; as in PyTorch)."""

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
    """Steps of about lr in every coordinate, whatever the gradient's size (Kingma and Ba 2015, algorithm 1)."""

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
        # The same running means of a constant 1: the bias correction, also where beta changes during a run.
        one = torch.ones_like(state[2])
        seen1, seen2 = torch.lerp(one, state[2], rates.beta1), torch.lerp(one, state[3], rates.beta2)
        step = first / (_root(second / seen2) + EPSILON)
        return step * (rates.lr / seen1).neg(), (first, second, seen1, seen2)


class Optimistic(Optimizer):
    """Twice the plain step minus the last one: a guess at the next gradient (Daskalakis et al. 2018)."""

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
    """Optimism on Adam's steps (Daskalakis et al. 2018, algorithm 1)."""

    plain = Adam()


def _root(x: Tensor) -> Tensor:
    """Square root; where a step is differentiated (unrolling), with derivative 0 at 0 instead of infinity."""
    return x.clamp(min=TINY).sqrt() if x.requires_grad else x.sqrt()


OPTIMIZERS: Menu[Optimizer] = Menu(
    {
        "sgd": SGD(),
        "rmsprop": RMSProp(),
        "adam": Adam(),
        "optimistic-sgd": OptimisticSGD(),
        "optimistic-adam": OptimisticAdam(),
    }
)
