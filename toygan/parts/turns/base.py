"""What a turn is: an order of moves of the two players of a game, one update of the generator in all."""

from __future__ import annotations

from torch import Tensor

from toygan.parts.menu import Menu
from toygan.parts.optimizers import SGD
from toygan.parts.protocols import BatchView, GameView, RecipeParts

TurnState = tuple[Tensor, ...]  # what a turn keeps from one iteration to the next, each tensor `(P, ...)`


class Turn:
    """An order of moves: override `gradients` for another direction, `step` for another order."""

    @property
    def takes_steps(self) -> bool:
        """Whether g_steps and d_steps have a meaning."""
        return False

    @property
    def couples(self) -> bool:
        """Whether its direction takes the losses of both players, and so a discriminator."""
        return False

    @property
    def period(self) -> int:
        """Iterations after which it repeats: of lookahead, k."""
        return 1

    def refuses(self, parts: RecipeParts) -> str | None:
        """Why this turn has no meaning beside those parts, or None where it has."""
        return None

    def start(self, theta_g: Tensor, theta_d: Tensor) -> TurnState:
        """The state before the first iteration."""
        return ()

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """What G `(P, n_g)` and D `(P, n_d)` descend at these parameters: minus the game's vector field."""
        return (
            game.generator_gradient(theta_g, theta_d, batch),
            game.discriminator_gradient(theta_g, theta_d, batch),
        )

    def step(self, game: GameView) -> None:
        """One iteration: both players at once, on one batch, each against the other's present parameters."""
        g, d = game.generator, game.discriminator
        for_g, for_d = self.gradients(game, g.theta, d.theta, game.batch())
        game.step_g(for_g)
        game.step_d(for_d)


def plain(parts: RecipeParts) -> bool:
    """Whether both players take plain gradient steps, as turns need that look ahead by formula."""
    return all(
        type(optimizer) is SGD and (parts.momentum if optimizer.momentum is None else optimizer.momentum) == 0
        for optimizer in (parts.optimizer_g, parts.optimizer_d)
    )


TURNS: Menu[Turn] = (
    Menu()
)  # filled in the package, where the families are; it stands here because a turn may name another
