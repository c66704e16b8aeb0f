"""The two sides of P games: a network, its parameters, and the optimizer that moves them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from toygan.parts.networks import Network
from toygan.parts.optimizers import Optimizer, OptimizerRates, OptimizerState
from toygan.recipe import Recipe


class Player:
    """One side of P games: its network, its parameters `(P, n_params)`, which may be assigned, and its optimizer.

    `after_step` gives the parameters in place of those that a step has reached: for D, where regularizers allow them.
    """

    def __init__(
        self, network: Network, theta: Tensor, optimizer: Optimizer, rates: OptimizerRates,
        after_step: Callable[[Tensor], Tensor] | None = None,
    ) -> None:  # fmt: skip
        self.network, self.theta = network, theta
        self.optimizer, self.rates, self._full_rates = optimizer, rates, rates
        self.state: OptimizerState = optimizer.start(theta)
        self._after_step = after_step

    def after(self, gradient: Tensor) -> tuple[Tensor, OptimizerState]:
        """Parameters and optimizer state after a step for this gradient `(P, n_params)`; nothing moves yet."""
        step, state = self.optimizer.step(gradient, self.state, self.rates)
        return self.theta + step, state

    def step(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Moves theta by the optimizer's step for this gradient `(P, n_params)`; where `where` `(P,)` says so."""
        theta, state = self.after(gradient)
        if self._after_step is not None:
            theta = self._after_step(theta)
        if where is not None:
            theta = torch.where(where[:, None], theta, self.theta)
            state = tuple(
                torch.where(_by_member(where, new), new, old) for new, old in zip(state, self.state, strict=True)
            )
        self.theta, self.state = theta, state

    def scale_rate(self, factor: float) -> None:
        """The learning rate of the next steps, as a factor of the recipe's."""
        self.rates = self._full_rates._replace(lr=factor * self._full_rates.lr)

    def change(self, optimizer: Optimizer, rates: OptimizerRates) -> None:
        """Goes on with other rates; another optimizer starts anew."""
        if optimizer != self.optimizer:
            self.optimizer, self.state = optimizer, optimizer.start(self.theta)
        self.rates = self._full_rates = rates

    def twin(self, after_step: Callable[[Tensor], Tensor] | None) -> Player:
        """A player that stands as this one does, and moves by itself."""
        one = copy.copy(self)
        one._after_step = after_step
        return one

    def of(self, members: slice) -> Player:
        """The same player of some members only, to be looked at."""
        one = Player(
            self.network, self.theta[members], self.optimizer, OptimizerRates(*(rate[members] for rate in self.rates))
        )
        one.state = tuple(x[members] for x in self.state)
        return one


def _by_member(where: Tensor, x: Tensor) -> Tensor:
    """`where` `(P,)` as something that is broadcast with x `(P, ...)`."""
    return where.reshape(-1, *[1] * (x.ndim - 1))


def rates_of(recipes: Sequence[Recipe], lr: str, optimizer: Optimizer, like: Tensor) -> OptimizerRates:
    """One player's numbers, each `(P, 1)`: the optimizer's own, or else the recipes'; `lr` names its learning rate."""
    own = {name: value for name in OptimizerRates._fields if (value := getattr(optimizer, name, None)) is not None}
    columns = [[own.get(name, getattr(r, name)) for r in recipes] for name in (lr, *OptimizerRates._fields[1:])]
    return OptimizerRates(*torch.tensor(columns, dtype=like.dtype, device=like.device).unsqueeze(-1))
