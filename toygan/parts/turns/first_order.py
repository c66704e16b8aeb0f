"""Turns of plain gradients, without second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from toygan.parts import checks
from toygan.parts.protocols import BatchView, GameView, RecipeParts
from toygan.parts.turns.base import Turn, plain


@dataclass(frozen=True)
class Alternating(Turn):
    """D takes d_steps steps against this G, then G g_steps against the new D (Goodfellow et al. 2014, algorithm 1)."""

    takes_steps = True

    def step(self, game: GameView) -> None:
        self.step_player(game, "D")
        self.step_player(game, "G")

    def step_player(self, game: GameView, player: str) -> None:
        g, d = game.generator, game.discriminator
        if player == "D":
            for _ in range(game.d_steps):
                game.step_d(game.discriminator_gradient(g.theta, d.theta, game.batch()))
        else:
            for _ in range(game.g_steps):
                game.step_g(game.generator_gradient(g.theta, d.theta, game.batch()))


@dataclass(frozen=True)
class WhileLosing(Turn):
    """Alternating, but D rests while it is right about more than the share `accuracy` of a batch, or its loss is low.

    Each member decides for itself; with `loss`, D also rests while its loss is below that. Folklore advises against it
    (Chintala et al. 2016, ganhacks, 14: do not balance by loss statistics).
    """

    accuracy: float = 0.8
    loss: float | None = None

    takes_steps = True
    couples = True

    def __post_init__(self) -> None:
        checks.number("accuracy", self.accuracy, 0, 1)
        if self.loss is not None:
            checks.number("loss", self.loss)

    def step(self, game: GameView) -> None:
        g, d = game.generator, game.discriminator
        for _ in range(game.d_steps):
            batch = game.batch()
            losing = game.accuracy(g.theta, d.theta, batch) <= self.accuracy
            if self.loss is not None:
                losing = losing & (game.losses(g.theta, d.theta, batch)[1] >= self.loss)
            game.step_d(game.discriminator_gradient(g.theta, d.theta, batch), where=losing)
        for _ in range(game.g_steps):
            game.step_g(game.generator_gradient(g.theta, d.theta, game.batch()))


@dataclass(frozen=True)
class WhoeverLoses(Turn):
    """One player at a time, in each member: G if its loss is above `loss`, else D (after Gurumurthy et al. 2017)."""

    loss: float = 0.7

    couples = True

    def __post_init__(self) -> None:
        checks.number("loss", self.loss)

    def step(self, game: GameView) -> None:
        g, d, batch = game.generator, game.discriminator, game.batch()
        losing = game.losses(g.theta, d.theta, batch)[0] > self.loss
        for_g, for_d = self.gradients(game, g.theta, d.theta, batch)
        game.step_g(for_g, where=losing)
        game.step_d(for_d, where=~losing)


@dataclass(frozen=True)
class RungeKutta4(Turn):
    """Both players follow the flow of the game by the classical Runge-Kutta step (Qin et al. 2020, ODE-GAN, sec. 3).

    The step is the mean of four gradients on one batch: at the present point, twice halfway, and at the end.
    """

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return a reason unless both players take plain gradient steps, as its points in between do."""
        return None if plain(parts) else "follows plain gradient steps: needs optimizer 'sgd' with momentum 0"

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        lr_g, lr_d = game.generator.rates.lr, game.discriminator.rates.lr
        for_g, for_d = super().gradients(game, theta_g, theta_d, batch)
        mean_g, mean_d = for_g / 6, for_d / 6
        for ahead, weight in ((0.5, 1 / 3), (0.5, 1 / 3), (1.0, 1 / 6)):
            there = theta_g - ahead * lr_g * for_g, theta_d - ahead * lr_d * for_d
            for_g, for_d = super().gradients(game, *there, batch)
            mean_g, mean_d = mean_g + weight * for_g, mean_d + weight * for_d
        return mean_g, mean_d


@dataclass(frozen=True)
class Simultaneous(Turn):
    """Both players step at once, on one batch, each against the other's present parameters (Mescheder et al. 2017)."""

    def step_player(self, game: GameView, player: str) -> None:
        g, d, batch = game.generator, game.discriminator, game.batch()
        if player == "D":
            game.step_d(game.discriminator_gradient(g.theta, d.theta, batch))
        else:
            game.step_g(game.generator_gradient(g.theta, d.theta, batch))


@dataclass(frozen=True)
class Extragradient(Turn):
    """Steps from the present point with the gradients one step ahead of it (Korpelevich 1976).

    Both steps go through the optimizer and change its state, each on its own batch: with Adam this is ExtraAdam
    (Gidel et al. 2019, algorithm 4).
    """

    def step(self, game: GameView) -> None:
        g, d = game.generator, game.discriminator
        here = g.theta.clone(), d.theta.clone()
        super().step(game)
        ahead = self.gradients(game, g.theta, d.theta, game.batch())
        g.theta, d.theta = here
        game.step_g(ahead[0])
        game.step_d(ahead[1])


FIRST_ORDER: dict[str, Turn] = {
    "alternating": Alternating(),
    "simultaneous": Simultaneous(),
    "extragradient": Extragradient(),
    "runge-kutta-4": RungeKutta4(),
    "while-losing": WhileLosing(),
    "whoever-loses": WhoeverLoses(),
}
