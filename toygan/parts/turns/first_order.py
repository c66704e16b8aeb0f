"""Turns of plain gradients: who moves when, and from where."""

from __future__ import annotations

from dataclasses import dataclass

from toygan.parts.protocols import Game
from toygan.parts.turns.base import Turn


@dataclass(frozen=True)
class Alternating(Turn):
    """D takes d_steps steps against this G, then G one against the new D (Goodfellow et al. 2014, algorithm 1)."""

    takes_d_steps = True

    def step(self, game: Game) -> None:
        g, d = game.generator, game.discriminator
        for _ in range(game.d_steps):
            d.step(game.discriminator_gradient(g.theta, d.theta, game.batch()))
        g.step(game.generator_gradient(g.theta, d.theta, game.batch()))


@dataclass(frozen=True)
class Simultaneous(Turn):
    """Both players step at once, on one batch, each against the other's present parameters (Mescheder et al. 2017)."""


@dataclass(frozen=True)
class Extragradient(Turn):
    """Steps from the present point with the gradients one step ahead of it (Korpelevich 1976).

    Both steps go through the optimizer and change its state, each on a batch of its own: with Adam this is ExtraAdam
    (Gidel et al. 2019, algorithm 4).
    """

    def step(self, game: Game) -> None:
        g, d = game.generator, game.discriminator
        here = g.theta.clone(), d.theta.clone()
        super().step(game)
        ahead = self.gradients(game, g.theta, d.theta, game.batch())
        g.theta, d.theta = here
        g.step(ahead[0])
        d.step(ahead[1])


FIRST_ORDER: dict[str, Turn] = {
    "alternating": Alternating(),
    "simultaneous": Simultaneous(),
    "extragradient": Extragradient(),
}
