"""A turn around another turn: k iterations of the inner one, then back part of the way."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.protocols import BatchView, GameView, RecipeParts
from toygan.parts.turns.base import TURNS, Turn, TurnState
from toygan.text import short


@dataclass(frozen=True)
class Lookahead(Turn):
    """Every k iterations both players return to the share alpha of their way (Chavdarova et al. 2021, algorithm 1).

    `of` names the turn of the k iterations in between; both players return together, and optimizers keep their state.
    """

    k: int = 5
    alpha: float = 0.5
    of: str = "alternating"

    def __post_init__(self) -> None:
        checks.whole("k", self.k, 1, 1_000_000)
        checks.share("alpha", self.alpha)

    @property
    def inner(self) -> Turn:
        """The turn of the iterations in between."""
        return TURNS.make(self.of)

    @property
    def takes_steps(self) -> bool:
        return self.inner.takes_steps

    @property
    def couples(self) -> bool:
        return self.inner.couples

    @property
    def period(self) -> int:
        """Iterations from one return to the next."""
        return self.k

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return a reason if the inner turn is invalid, or has no meaning beside those parts."""
        try:
            return "of: must name another turn" if isinstance(self.inner, Lookahead) else self.inner.refuses(parts)
        except (ValueError, AttributeError) as error:
            return f"of={short(self.of)}: {error}"

    def start(self, theta_g: Tensor, theta_d: Tensor) -> TurnState:
        return theta_g.clone(), theta_d.clone()

    def gradients(self, game: GameView, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        return self.inner.gradients(game, theta_g, theta_d, batch)

    def step(self, game: GameView) -> None:
        g, d = game.generator, game.discriminator
        if game.steps % self.k == 0:
            game.turn_state = self.start(g.theta, d.theta)
        self.inner.step(game)
        if (game.steps + 1) % self.k == 0:
            slow_g, slow_d = game.turn_state
            g.theta, d.theta = torch.lerp(slow_g, g.theta, self.alpha), torch.lerp(slow_d, d.theta, self.alpha)


LOOKAHEAD: dict[str, Turn] = {"lookahead": Lookahead()}
