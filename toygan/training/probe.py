"""A probe: samples, logits and metrics of P runs at the present iteration; a probe changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.parts.losses import LogitPair
from toygan.parts.metrics import default_metrics, measure
from toygan.parts.metrics.inputs import Earlier, GameState, MetricInputs
from toygan.parts.metrics.memo import keep
from toygan.recipe import Recipe
from toygan.training.batches import Batch
from toygan.training.game import Game, gradient
from toygan.training.snapshot import Snapshot

PROBE_BATCH = 128  # samples on which a snapshot measures losses, accuracies and gradients
CONTEXT = 64  # real samples among which a discriminator that judges whole batches is shown single points


@dataclass(frozen=True)
class Probe:
    """P runs at the present iteration.

    `batch` gives the same n samples at every call, from streams that no run uses. So a picture moves only if the
    networks do, and a run continues as if nobody had looked.
    """

    recipes: tuple[Recipe, ...]
    game: Game
    average: Tensor | None  # the averaged generators' parameters (P, n_g), if a recipe's `ema` is above 0
    diverged_at: Tensor  # (P,)
    batch: Callable[[int], Batch]

    @property
    def data(self) -> Distribution:
        """The data; a probe takes and returns samples in its units, not in those that the players see."""
        return self.recipes[0].parts.data

    @torch.no_grad()
    def generate(self, n: int, average: bool = False) -> Tensor:
        """Generate n samples of every member `(P, n, dim)`; `average` takes its averaged generator, if it has one."""
        g = self.game.generator
        theta = self.average if average and self.average is not None else g.theta
        return self.data.from_players(g.network(theta, self.batch(n).z))

    def real(self, n: int) -> Tensor:
        """Return n real samples for every member `(P, n, dim)`."""
        return self.data.from_players(self.batch(n).real)

    @torch.no_grad()
    def critic(self, x: Tensor) -> Tensor:
        """Compute D's logits `(P, n)` at x `(P, n, dim)`, or at the same x `(n, dim)` for all.

        Without a discriminator they are the loss's witness function.
        """
        g, d = self.game.generator, self.game.discriminator
        x = self.data.players_see(x.to(g.theta)).expand(len(g.theta), -1, -1)
        if not self.game.loss.uses_discriminator:
            batch = self.batch(PROBE_BATCH)
            return self.game.loss.witness(x, batch.real, g.network(g.theta, batch.z))
        return self.game.at_points(x, x[:, :0] if d.network.per_sample else self.batch(CONTEXT).real)

    def descent_directions(self, n: int) -> tuple[Tensor, Tensor]:
        """Return n samples of every member and minus the gradient of G's loss at each of them, both `(P, n, dim)`."""
        samples, directions = self.game.descent_directions(self.batch(n))
        unit = self.data.players_see(torch.tensor([[0.0], [1.0]]).to(samples).expand(2, samples.shape[-1]))
        return self.data.from_players(samples), directions * (unit[1] - unit[0])

    def snapshot(self, n: int, since: Snapshot | None = None, metrics: Iterable[str] | None = None) -> Snapshot:
        """Return n samples and the metrics, the default ones or those named, as `Population.snapshot` describes."""
        earlier = None if since is None else Earlier(since.samples, self.game.steps - since.step)
        data, average = self.data, None
        inputs = MetricInputs(self.generate(n), data, self._game_state(), earlier)
        keep(inputs.samples)
        names = default_metrics() if metrics is None else list(metrics)
        measured = measure(inputs, names)
        if self.average is not None:
            average = self.generate(n, average=True)
            of_average = measure(MetricInputs(average, data), names)
            measured |= {f"average-{name}": value for name, value in of_average.items()}
        return Snapshot(
            step=self.game.steps,
            samples=inputs.samples.cpu(),
            metrics=measured,
            shares=inputs.shares.cpu().numpy(),
            diverged_at=self.diverged_at.cpu().numpy(),
            recipes=self.recipes,
            average=None if average is None else average.cpu(),
        )

    def _on_training(self) -> Tensor:
        """Compute D's logits on points of the training set, the same at every call `(P, n)`."""
        pool = self.data.training_set
        assert pool is not None
        which = torch.randint(len(pool), (PROBE_BATCH,), generator=torch.Generator().manual_seed(0))
        return self.critic(pool[which])

    def _game_state(self) -> GameState:
        """Compute D's logits and both losses on one batch, and both gradients, here and one step later, if needed."""
        game, batch = self.game, self.batch(PROBE_BATCH)
        g, d = (player.theta.detach().requires_grad_() for player in (game.generator, game.discriminator))
        loss_g = game.generator_loss(g, d.detach(), batch)
        loss_d, c = game.judge(g.detach(), d, batch)
        logits = LogitPair(c.real.detach(), c.fake.detach())

        @cache  # a graph is gone once its gradient is taken
        def gradients() -> tuple[Tensor, Tensor]:
            return gradient(loss_g, g), gradient(loss_d, d)

        def next_gradients() -> tuple[Tensor, Tensor]:
            for_g, for_d = state.gradients
            then_g, then_d = game.generator.compute_step(for_g)[0], game.discriminator.compute_step(for_d)[0]
            return game.generator_gradient(then_g, then_d, batch), game.discriminator_gradient(then_g, then_d, batch)

        state = GameState(
            loss=game.loss,
            x_real=self.data.from_players(batch.real),
            x_fake=self.data.from_players(c.samples.detach()),
            logits=logits,
            weight_g=game.loss.generator_weight(logits).abs().flatten(1).mean(-1),
            losses=(loss_g.detach(), loss_d.detach()),
            rates=(game.generator.rates.lr[:, 0], game.discriminator.rates.lr[:, 0]),
            on_training=None if self.data.training_set is None else self._on_training,
            slopes=gradients,
            ahead=next_gradients,
        )
        return state
