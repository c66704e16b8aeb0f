"""The views that parts get of the engine above them: the recipe's other parts, a batch, the players, the game."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from torch import Tensor

from toygan.parts.distributions.base import Distribution
from toygan.parts.losses.base import Loss
from toygan.parts.networks.base import Network
from toygan.parts.noises import Noise
from toygan.parts.optimizers import Optimizer, OptimizerRates


class RecipeParts(Protocol):
    """The parts that a recipe names; `refuses` of a part looks at them."""

    @property
    def names(self) -> Mapping[str, str]:
        """The recipe's spec of each part, by field, for messages."""

    @property
    def data(self) -> Distribution:
        """The data that G learns."""

    @property
    def loss(self) -> Loss:
        """The loss of both players."""

    @property
    def optimizer_g(self) -> Optimizer:
        """G's update rule."""

    @property
    def optimizer_d(self) -> Optimizer:
        """D's update rule."""

    @property
    def noise(self) -> Noise:
        """The distribution of G's noise."""

    @property
    def generator(self) -> Network:
        """G's network, before any regularizer has changed it."""

    @property
    def discriminator(self) -> Network:
        """D's network, before any regularizer has changed it."""

    @property
    def regularizers(self) -> Mapping[str, object]:
        """The regularizers by their specs."""

    @property
    def strengths(self) -> Mapping[str, float]:
        """The regularizers' strengths by their specs."""

    @property
    def batch(self) -> int:
        """Samples of each kind in one step."""

    @property
    def momentum(self) -> float:
        """The recipe's momentum, which `sgd` uses."""


class BatchView(Protocol):
    """Real samples `(P, n, dim)`, latent points `(P, n, latent)` and further random numbers, one draw per name."""

    real: Tensor
    z: Tensor

    def normal(self, name: str, like: Tensor) -> Tensor:
        """Draw standard normal numbers in the shape of `like` `(P, n, dim)`."""

    def uniform(self, name: str, like: Tensor) -> Tensor:
        """Draw numbers in the shape of `like` `(P, n, dim)`, uniform on [0, 1)."""


class PlayerView(Protocol):
    """One side of the game: its parameters `(P, n_params)` and its optimizer's numbers."""

    theta: Tensor
    rates: OptimizerRates


class GameView(Protocol):
    """The game as a turn sees it: two players, fresh batches, gradients and losses at any pair of parameters."""

    @property
    def generator(self) -> PlayerView:
        """The generators of all members."""

    @property
    def discriminator(self) -> PlayerView:
        """The discriminators of all members."""

    @property
    def g_steps(self) -> int:
        """Steps of G in one iteration."""

    @property
    def d_steps(self) -> int:
        """Steps of D in one iteration."""

    @property
    def steps(self) -> int:
        """Iterations so far."""

    turn_state: tuple[Tensor, ...]  # kept by the turn from one iteration to the next, each tensor `(P, ...)`

    def batch(self) -> BatchView:
        """Draw the next training batch."""

    def step_g(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Let G take its optimizer's step for this gradient `(P, n_g)`, in the members that `where` `(P,)` selects."""

    def step_d(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Let D take its optimizer's step for this gradient `(P, n_d)`, in the members that `where` `(P,)` selects."""

    def generator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Compute the gradient of G's loss in its parameters `(P, n_g)`."""

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Compute the gradient of D's loss in its parameters `(P, n_d)`."""

    def accuracy(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Compute the share of a batch, real and generated, that D classifies correctly `(P,)`."""

    def losses(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """Compute G's and D's loss, each `(P,)`, differentiable in both players' parameters."""
