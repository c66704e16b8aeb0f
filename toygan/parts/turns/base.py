"""The base class of turns: an order of the players' updates, with one update of the generator in all."""

from __future__ import annotations

from torch import Tensor

from toygan.parts.menu import Menu
from toygan.parts.optimizers import SGD
from toygan.parts.protocols import BatchView, GameView, RecipeParts

TurnState = tuple[Tensor, ...]  # kept from one iteration to the next, each tensor `(P, ...)`


class Turn:
    """An order of the players' updates: override `gradients` for another direction, `step` for another order.

    A turn is a frozen dataclass; its fields are arguments of its name in a recipe, as in `"lookahead(k=10)"`. P is the
    number of members, n_g and n_d are the numbers of parameters of a generator and of a discriminator.

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
        """True if its direction depends on the losses of both players, and so needs a discriminator."""
        return False

    @property
    def period(self) -> int:
        """Iterations after which it repeats: k for lookahead."""
        return 1

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return the reason that this turn has no meaning beside those parts, or None if it has one."""
        return None

    def start(self, theta_g: Tensor, theta_d: Tensor) -> TurnState:
        """Return the state before the first iteration, from `theta_g` `(P, n_g)` and `theta_d` `(P, n_d)`."""
        return ()

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """Compute the directions that both players descend: minus the game's vector field.

        Args:
            game: The game, with `generator_gradient`, `discriminator_gradient` and both players.
            theta_g: G's parameters `(P, n_g)`.
            theta_d: D's parameters `(P, n_d)`.
            batch: Real samples and noise, as `game.batch()` draws them.
        Returns:
            Directions of G `(P, n_g)` and of D `(P, n_d)`.
        """
        return (
            game.generator_gradient(theta_g, theta_d, batch),
            game.discriminator_gradient(theta_g, theta_d, batch),
        )

    def step(self, game: GameView) -> None:
        """Move both players of the `game` at once, on one batch, each against the other's present parameters."""
        g, d = game.generator, game.discriminator
        for_g, for_d = self.gradients(game, g.theta, d.theta, game.batch())
        game.step_g(for_g)
        game.step_d(for_d)


def plain(parts: RecipeParts) -> bool:
    """Return True if both players take plain gradient steps, as turns need that look ahead by a formula."""
    return all(
        type(optimizer) is SGD and (parts.momentum if optimizer.momentum is None else optimizer.momentum) == 0
        for optimizer in (parts.optimizer_g, parts.optimizer_d)
    )


# Filled in the package, where the families are; it is defined here because a turn may name another.
TURNS: Menu[Turn] = Menu()
"""The turns by name, for a recipe's `turns`."""
