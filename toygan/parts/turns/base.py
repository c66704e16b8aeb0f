"""The base class of turns: an order of the players' updates, one update of the generator in all."""

from __future__ import annotations

from torch import Tensor

from toygan.parts.menu import Menu
from toygan.parts.optimizers import SGD
from toygan.parts.protocols import BatchView, GameView, RecipeParts

TurnState = tuple[Tensor, ...]  # kept from one iteration to the next, each tensor `(P, ...)`


class Turn:
    """An order of the players' updates: override `gradients` for another direction, `step` for another order.

    A turn is a frozen dataclass; its fields are arguments of its name in a recipe, as in `"consensus(gamma=0.5)"`. In
    `step` it asks the game for batches and for gradients at any parameters, and lets each player take a step with
    `game.step_g(gradient)` and `game.step_d(gradient)`.

    Args:
        takes_steps: True if the recipe's `g_steps` and `d_steps` have a meaning [default: False].
        couples: True if the direction takes the losses of both players, and so a discriminator [default: False].
        period: Iterations after which the turn repeats itself, k for lookahead [default: 1].
    Example:
        >>> from toygan import TURNS, Population, Recipe, Turn
        >>> class GeneratorFirst(Turn):
        ...     def step(self, game):
        ...         g, d = game.generator, game.discriminator
        ...         game.step_g(game.generator_gradient(g.theta, d.theta, game.batch()))
        ...         game.step_d(game.discriminator_gradient(g.theta, d.theta, game.batch()))
        >>> TURNS["generator-first"] = GeneratorFirst()
        >>> population = Population(Recipe(turns="generator-first", width=4, batch=8))
        >>> population.run(2)
        >>> population.steps
        2
        >>> del TURNS["generator-first"]
    """

    @property
    def takes_steps(self) -> bool:
        """True if the recipe's `g_steps` and `d_steps` have a meaning."""
        return False

    @property
    def couples(self) -> bool:
        """True if the direction takes the losses of both players, and so a discriminator."""
        return False

    @property
    def period(self) -> int:
        """Iterations after which the turn repeats itself, k for lookahead."""
        return 1

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return the reason that this turn has no meaning beside those parts, or None if it has one.

        Args:
            parts: The recipe's parts, such as `parts.loss` and `parts.optimizer_g`.
        Returns:
            The end of the error message "turns=NAME: ...", or None.
        """
        return None

    def start(self, theta_g: Tensor, theta_d: Tensor) -> TurnState:
        """Return the state before the first iteration, which `game.turn_state` holds.

        Args:
            theta_g: G's parameters `(P, n_g)`.
            theta_d: D's parameters `(P, n_d)`.
        Returns:
            Tensors `(P, ...)` to keep from one iteration to the next, none by default; checkpoints hold them.
        """
        return ()

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """Compute the directions that the players descend: minus the game's vector field.

        Args:
            game: The game, which gives gradients, losses and learning rates.
            theta_g: G's parameters `(P, n_g)`.
            theta_d: D's parameters `(P, n_d)`.
            batch: The batch that both directions are computed from.
        Returns:
            G's `(P, n_g)` and D's `(P, n_d)`.
        """
        return (
            game.generator_gradient(theta_g, theta_d, batch),
            game.discriminator_gradient(theta_g, theta_d, batch),
        )

    def step(self, game: GameView) -> None:
        """Take one iteration: both players at once, on one batch, each against the other's present parameters.

        Args:
            game: The game, whose players `step_g` and `step_d` move.
        """
        g, d = game.generator, game.discriminator
        for_g, for_d = self.gradients(game, g.theta, d.theta, game.batch())
        game.step_g(for_g)
        game.step_d(for_d)

    @property
    def moves_apart(self) -> bool:
        """True if one player can take its part of an iteration alone."""
        return type(self).step_player is not Turn.step_player

    def step_player(self, game: GameView, player: str) -> None:
        """Let one player take its part of an iteration, on batches of its own; a turn need not allow it.

        Args:
            game: The game, whose players `step_g` and `step_d` move.
            player: "D" or "G".
        """
        raise NotImplementedError


def plain(parts: RecipeParts) -> bool:
    """Return True if both players take plain gradient steps, as turns need that compute a step ahead by formula."""
    return all(
        type(optimizer) is SGD and (parts.momentum if optimizer.momentum is None else optimizer.momentum) == 0
        for optimizer in (parts.optimizer_g, parts.optimizer_d)
    )


TURNS: Menu[Turn] = Menu()  # filled in the package, where the families are; here, since a turn may name another
"""The turns by name, for a recipe's `turns`."""
