"""The two sides of P games: a network, its parameters, and the optimizer that moves them."""

from __future__ import annotations

import copy
from collections.abc import Sequence

import torch
from torch import Tensor

from toygan.parts.networks import Network
from toygan.parts.optimizers import Optimizer, OptimizerRates, OptimizerState
from toygan.recipe import Recipe


class Player:
    """One side of P games: its network, its parameters `(P, n_params)`, which may be assigned, and its optimizer.

    `constraint` names what else has to happen after each of its steps; then only the game takes steps.
    """

    def __init__(self, network: Network, theta: Tensor, optimizer: Optimizer, rates: OptimizerRates) -> None:
        self.network, self.theta = network, theta
        self.optimizer, self.rates, self._full_rates = optimizer, rates, rates
        self.state: OptimizerState = optimizer.start(theta)
        self.constraint = ""

    def compute_step(self, gradient: Tensor) -> tuple[Tensor, OptimizerState]:
        """Return parameters and optimizer state after a step for this gradient `(P, n_params)`; nothing moves."""
        step, state = self.optimizer.step(gradient, self.state, self.rates)
        return self.theta + step, state

    def move(self, theta: Tensor, state: OptimizerState, where: Tensor | None = None) -> None:
        """Take these parameters and this optimizer state, in the members that `where` `(P,)` selects."""
        if where is not None:
            theta = torch.where(where[:, None], theta, self.theta)
            state = tuple(
                torch.where(where.reshape(-1, *[1] * (new.ndim - 1)), new, old)
                for new, old in zip(state, self.state, strict=True)
            )
        self.theta, self.state = theta, state

    def step(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Take the optimizer's step for this gradient; turns call `step_g` and `step_d` of the game instead.

        Raises ValueError if the player has a constraint.
        """
        if self.constraint:
            raise ValueError(f"step: {self.constraint} acts after each step of D; call game.step_d(gradient, where)")
        self.move(*self.compute_step(gradient), where)

    def scale_rate(self, factor: float) -> None:
        """Set the learning rate of the next steps to this factor of the recipe's."""
        self.rates = self._full_rates._replace(lr=factor * self._full_rates.lr)

    def change(self, optimizer: Optimizer, rates: OptimizerRates) -> None:
        """Continue with other rates; another optimizer starts from its initial state."""
        if optimizer != self.optimizer:
            self.optimizer, self.state = optimizer, optimizer.start(self.theta)
        self.rates = self._full_rates = rates

    def select(self, members: slice) -> Player:
        """Return the same player of some members only, to be looked at."""
        one = copy.copy(self)
        one.rates = one._full_rates = OptimizerRates(*(rate[members] for rate in self.rates))
        one.move(self.theta[members], tuple(x[members] for x in self.state))
        return one


def build_rates(recipes: Sequence[Recipe], lr: str, optimizer: Optimizer, like: Tensor) -> OptimizerRates:
    """Return one player's numbers, each `(P, 1)`: the optimizer's own, or else the recipes'; `lr` names its field."""
    own = {name: value for name in OptimizerRates._fields if (value := getattr(optimizer, name, None)) is not None}
    columns = [[own.get(name, getattr(r, name)) for r in recipes] for name in (lr, *OptimizerRates._fields[1:])]
    return OptimizerRates(*torch.tensor(columns, dtype=like.dtype, device=like.device).unsqueeze(-1))
