"""What parts see of the engine above them: the recipe's other parts, a batch, the players and the game."""

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
    """The parts that a recipe names: what a part looks at to say whether it has a meaning beside the others."""

    @property
    def names(self) -> Mapping[str, str]:
        """The recipe's spec of each part, by field: for messages."""

    @property
    def data(self) -> Distribution:
        """What G learns."""

    @property
    def loss(self) -> Loss:
        """What both players minimise."""

    @property
    def optimizer_g(self) -> Optimizer:
        """G's rule of steps."""

    @property
    def optimizer_d(self) -> Optimizer:
        """D's rule of steps."""

    @property
    def noise(self) -> Noise:
        """What G is fed with."""

    @property
    def generator(self) -> Network:
        """G, before any regularizer has changed it."""

    @property
    def discriminator(self) -> Network:
        """D, before any regularizer has changed it."""

    @property
    def regularizers(self) -> Mapping[str, object]:
        """The regularizers by their specs."""

    @property
    def batch(self) -> int:
        """Samples of each kind in one step."""

    @property
    def momentum(self) -> float:
        """That of plain gradient descent."""


class BatchView(Protocol):
    """Real samples `(P, n, dim)`, latent points `(P, n, latent)`, and further random numbers: one draw a name."""

    real: Tensor
    z: Tensor

    def normal(self, name: str, like: Tensor) -> Tensor:
        """Standard normal numbers in the shape of `like` `(P, n, dim)`."""

    def uniform(self, name: str, like: Tensor) -> Tensor:
        """Numbers in the shape of `like` `(P, n, dim)`, uniform on [0, 1)."""


class PlayerView(Protocol):
    """One side of the game: its parameters, its optimizer's numbers, and the step that a gradient gives them."""

    theta: Tensor
    rates: OptimizerRates

    def step(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Moves theta `(P, n_params)` by the optimizer's step for this gradient; where `where` `(P,)` says so."""


class GameView(Protocol):
    """What a turn sees: two players, fresh batches, each player's gradient and loss at any pair of parameters."""

    @property
    def generator(self) -> PlayerView:
        """G of every member."""

    @property
    def discriminator(self) -> PlayerView:
        """D of every member."""

    @property
    def g_steps(self) -> int:
        """Steps of G in one iteration."""

    @property
    def d_steps(self) -> int:
        """Steps of D in one iteration."""

    @property
    def steps(self) -> int:
        """Iterations so far."""

    turn_state: tuple[Tensor, ...]  # what the turn keeps from one iteration to the next, each tensor `(P, ...)`

    def batch(self) -> BatchView:
        """The next training batch."""

    def generator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Gradient of G's loss in its parameters `(P, n_g)`."""

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Gradient of D's loss in its parameters `(P, n_d)`."""

    def accuracy(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """The share of a batch, real and generated, that D is right about `(P,)`."""

    def losses(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """What G and D minimise, each `(P,)`, differentiable in both players' parameters."""
