"""Looking at a population: objectives, samples, D's answers, arrows and snapshots; a look changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import torch
from torch import Tensor

from toygan.game import Batch, Rules, Source
from toygan.parts.evidence import Before, Evidence, Play
from toygan.parts.losses import Answers
from toygan.parts.metrics import cheap, measure
from toygan.recipe import Recipe
from toygan.training.players import Discriminator, Player, gradient
from toygan.training.snapshot import Snapshot

LOOK_BATCH = 128  # samples on which a snapshot measures losses, accuracies and gradients
COMPANY = 64  # real samples among which a discriminator that judges whole batches is shown single points
LOOKS = 8  # batches to look at, of different sizes, that are kept: drawing one costs more than looking at it


class Looks:
    """What can be seen of P runs; looks have random numbers of their own, so that a run goes on as if nobody looked."""

    recipes: tuple[Recipe, ...]
    device: torch.device
    dtype: torch.dtype
    steps: int
    rules: Rules
    generator: Player
    discriminator: Discriminator
    _average: Tensor
    _averages: bool
    _alive: Tensor
    _age: Tensor

    def __init__(self) -> None:
        self._looks: dict[tuple[int, int | None], Batch] = {}

    def generator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: Batch) -> Tensor:
        """Gradient of every member's generator loss in its generator's parameters `(P, n_g)`."""
        theta_g = theta_g.detach().requires_grad_()
        return gradient(self.rules.generator_loss(theta_g, theta_d.detach(), batch), theta_g)

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: Batch) -> Tensor:
        """Gradient of every member's discriminator loss in its discriminator's parameters `(P, n_d)`."""
        theta_d = theta_d.detach().requires_grad_()
        return gradient(self.rules.discriminator_loss(theta_g.detach(), theta_d, batch), theta_d)

    def losses(self, theta_g: Tensor, theta_d: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """What every member's G and D minimise, each `(P,)`, as functions of both players' parameters."""
        return self.rules.generator_loss(theta_g, theta_d, batch), self.rules.discriminator_loss(
            theta_g, theta_d, batch
        )

    @property
    def average(self) -> Tensor:
        """Each generator's running average over its iterations `(P, n_g)`; its present parameters where `ema` is 0."""
        return self._average if self._averages else self.generator.theta

    @property
    def diverged_at(self) -> np.ndarray:
        """The iteration at which each member left the finite numbers, or -1 `(P,)`."""
        return torch.where(self._alive, -1, self._age + 1).cpu().numpy()

    @torch.no_grad()
    def generate(self, n: int, member: int | None = None, average: bool = False) -> Tensor:
        """n samples of every member `(P, n, dim)`, or of one `(n, dim)`: the same latent points at every call.

        `average` takes each member's averaged generator (the recipe's `ema`) in place of the present one.
        """
        rules, theta_g, _ = self._seen(member)
        if average:
            theta_g = self.average if member is None else self.average[[member]]
        return _of(member, rules.generator(theta_g, self._look(n, member).z))

    def real(self, n: int, member: int | None = None) -> Tensor:
        """n real samples for every member `(P, n, dim)`, or for one `(n, dim)`: the same at every call."""
        return _of(member, self._look(n, member).real)

    @torch.no_grad()
    def critic(self, x: Tensor, member: int | None = None) -> Tensor:
        """D's logits `(P, n)` at x `(P, n, dim)`, or at the same x `(n, dim)` for all; of one member `(n,)`.

        Where there is no discriminator, the loss's witness function stands for it.
        """
        rules, theta_g, theta_d = self._seen(member)
        x = x.to(self.device, self.dtype).expand(len(theta_d), -1, -1)
        if not rules.loss.uses_discriminator:
            batch = self._look(LOOK_BATCH, member)
            return _of(member, rules.loss.witness(x, batch.real, rules.generator(theta_g, batch.z)))
        return _of(member, rules.points(theta_g, theta_d, x, lambda: self._look(COMPANY, member).real))

    def push(self, n: int, member: int | None = None) -> tuple[Tensor, Tensor]:
        """n samples of every member, and where the chosen loss pushes each of them: the arrows.

        Both `(P, n, dim)`, or `(n, dim)` of one member.
        """
        rules, theta_g, theta_d = self._seen(member)
        samples, push = rules.push(theta_g, theta_d, self._look(n, member))
        return _of(member, samples), _of(member, push)

    def _seen(self, member: int | None) -> tuple[Rules, Tensor, Tensor]:
        """Rules and both players' parameters, of all members or of one as a population of one: a look costs no more."""
        if member is None:
            return self.rules, self.generator.theta, self.discriminator.theta
        rules = Rules([self.recipes[member]], self.device, self.dtype)
        g, d = self.generator.of([member]), self.discriminator.of([member])
        rules.now = self.steps
        rules.seat(g, d, {name: tuple(x[[member]] for x in kept) for name, kept in self.rules.memory.items()})
        return rules, g.theta, d.theta

    def _look(self, n: int, member: int | None = None) -> Batch:
        """A batch to look at, always the same one: so a picture moves only when the networks do, and no run changes."""
        key = n, member
        if key not in self._looks:
            if len(self._looks) == LOOKS:
                self._looks.clear()
            recipes = self.recipes if member is None else [self.recipes[member]]
            self._looks[key] = Source(recipes, "look", self.device, self.dtype, ahead=1).batch(n)
        return self._looks[key]

    def snapshot(self, n: int = 2500, since: Snapshot | None = None, metrics: Iterable[str] | None = None) -> Snapshot:
        """The present samples and metrics, the cheap ones or those named; looking never changes a run.

        `since` is an earlier snapshot of this run: with it, mode hopping is measured.
        """
        before = None if since is None else Before(since.samples, self.steps - since.step)
        data, average = self.recipes[0].distribution, None
        evidence = Evidence(self.generate(n), data, self._play(), before)
        names = cheap() if metrics is None else list(metrics)
        measured = measure(evidence, names)
        if self._averages:
            average = self.generate(n, average=True)
            of_average = measure(Evidence(average, data), names)
            measured |= {f"average-{name}": value for name, value in of_average.items()}
        return Snapshot(
            self.steps,
            evidence.samples.cpu(),
            measured,
            evidence.shares.cpu().numpy(),
            self.diverged_at,
            self.recipes,
            None if average is None else average.cpu(),
        )

    def _play(self) -> Play:
        """D's answers, both losses and both gradients on a batch to look at; the next ones when asked for."""
        batch = self._look(LOOK_BATCH)
        g, d = (player.theta.detach().requires_grad_() for player in (self.generator, self.discriminator))
        loss_g = self.rules.generator_loss(g, d.detach(), batch)
        loss_d = self.rules.discriminator_loss(g.detach(), d, batch)
        now = gradient(loss_g, g), gradient(loss_d, d)
        with torch.no_grad():
            c = self.rules.critique(g, d, batch)
            real_logit, fake_logit = c.both

        def ahead() -> tuple[Tensor, Tensor]:
            then = self.generator.after(now[0])[0], self.discriminator.after(now[1])[0]
            return self.generator_gradient(*then, batch), self.discriminator_gradient(*then, batch)

        loss, losses = self.rules.loss, (loss_g.detach(), loss_d.detach())
        weight = loss.generator_weight(Answers(real_logit, fake_logit)).abs().flatten(1).mean(-1)
        return Play(loss, c.x_real, c.x_fake, real_logit, fake_logit, weight, *losses, *now, ahead)


def _of(member: int | None, x: Tensor) -> Tensor:
    """What belongs to all members, or the one row of a population of one."""
    return x if member is None else x[0]
