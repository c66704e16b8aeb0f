"""The game of P members: two players and two objectives, functions of both players' parameters and of a batch."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from toygan.parts.losses import Loss
from toygan.parts.networks import Network
from toygan.parts.optimizers import OptimizerState
from toygan.parts.protocols import BatchView
from toygan.parts.regularizers import DiscriminatorPass, Regularizer, RegularizerState, requiring_grad
from toygan.parts.schedules import SCHEDULES
from toygan.parts.turns import TurnState
from toygan.randomness import generator as random_generator
from toygan.recipe import Recipe
from toygan.training.batches import TRAINING, Batch, Source
from toygan.training.players import Player, build_rates

AFTER_D_STEP = ("project", "update")
# What a regularizer may do; those that leave a hook as it is are not asked.
HOOKS = (*AFTER_D_STEP, "reparametrized", "unrolled_d", "inputs", "point", "discriminator_loss", "generator_loss")


class Acting(NamedTuple):
    """A regularizer at one moment: its present strength `(P,)`, and what it keeps from step to step."""

    name: str
    part: Regularizer
    strength: Tensor
    state: RegularizerState


class Game:
    """Two players with their networks, the loss, the regularizers with each member's strengths, and the batches.

    `steps` counts the iterations, `regularizer_states` holds what regularizers keep, by name, and `turn_state` what the
    turn keeps from one iteration to the next, each tensor `(P, ...)`.
    """

    def __init__(self, recipes: Sequence[Recipe], device: torch.device, dtype: torch.dtype) -> None:
        parts, like = recipes[0].parts, torch.empty(0, device=device, dtype=dtype)
        self.steps = 0
        self.turn_state: TurnState = ()
        self.regularizer_states: dict[str, RegularizerState] = {}
        self.source = Source(recipes, TRAINING, device, dtype)
        g, d = parts.networks
        for_g, for_d = parts.optimizer_g, parts.optimizer_d
        theta_g, theta_d = _initial("generator", g, recipes, like), _initial("discriminator", d, recipes, like)
        self.generator = Player(g, theta_g, for_g, build_rates(recipes, "lr_g", for_g, like))
        self.discriminator = Player(d, theta_d, for_d, build_rates(recipes, "lr_d", for_d, like))
        self.change(recipes)
        self.discriminator.theta = self._project(theta_d)
        self.start_regularizers({})

    def change(self, recipes: Sequence[Recipe]) -> None:
        """Continue with the loss, the rates and the strengths of these recipes; regularizers are started apart."""
        first, parts, like = recipes[0], recipes[0].parts, self.generator.theta
        self.loss, self.batch_size = parts.loss, first.batch
        self.g_steps, self.d_steps = first.g_steps, first.d_steps
        self.generator.change(parts.optimizer_g, build_rates(recipes, "lr_g", parts.optimizer_g, like))
        self.discriminator.change(parts.optimizer_d, build_rates(recipes, "lr_d", parts.optimizer_d, like))
        self._schedule, self._anneal = parts.schedule, first.anneal
        self.apply_schedule()
        self._parts: Mapping[str, Regularizer] = parts.regularizers
        # A strength that counts is read in every step: on the CPU, that waits for nothing.
        self._strengths = {
            name: like.new_tensor([r.regularizers[name] for r in recipes], device="cpu" if part.whole else like.device)
            for name, part in self._parts.items()
        }
        self._hooked = {
            hook: [
                name
                for name, part in self._parts.items()
                if getattr(type(part), hook) is not getattr(Regularizer, hook)
            ]
            for hook in HOOKS
        }
        self.discriminator.constraint = " and ".join(name for hook in AFTER_D_STEP for name in self._hooked[hook])
        self._needs_input_gradient = any(part.needs_input_gradient for part in self._parts.values())

    def apply_schedule(self) -> None:
        """Give both players the learning rates that the schedule has for this iteration."""
        if not self._schedule.constant:
            factor = self._schedule.factor(self.steps)
            self.generator.scale_rate(factor)
            self.discriminator.scale_rate(factor)

    def present_strengths(self) -> dict[str, Tensor]:
        """Return the strength of each regularizer at this iteration `(P,)`, but of those that count repetitions."""
        return {name: self._now(name).strength for name, part in self._parts.items() if not part.whole}

    def fix_strengths(self, strengths: Mapping[str, Tensor]) -> None:
        """Continue with strengths that do not fade, and with rates that no schedule changes."""
        self._schedule, self._anneal, self._strengths = SCHEDULES.make("constant"), 0, {**self._strengths, **strengths}

    def start_regularizers(self, kept: Mapping[str, RegularizerState]) -> None:
        """Start the regularizers, except those whose state is `kept` from before a change of the recipe."""
        thetas, net = (self.generator.theta, self.discriminator.theta), self.discriminator.network
        self.regularizer_states = {
            name: kept[name] if name in kept else part.start(*thetas, net) for name, part in self._parts.items()
        }

    def fork(self) -> Game:
        """Return a game at the same point that moves by itself; it shares what no step changes."""
        one = copy.copy(self)
        one.generator, one.discriminator = copy.copy(self.generator), copy.copy(self.discriminator)
        one.source = self.source.fork()
        return one

    def select(self, members: slice) -> Game:
        """Return the same game of some members only, to be looked at."""
        one = copy.copy(self)
        one.generator, one.discriminator = self.generator.select(members), self.discriminator.select(members)
        one._strengths = {name: strength[members] for name, strength in self._strengths.items()}
        one.regularizer_states = {
            name: tuple(x[members] for x in state) for name, state in self.regularizer_states.items()
        }
        return one

    # What a turn asks for: batches, and the steps of the two players.

    def batch(self) -> Batch:
        """Return the next training batch of every member."""
        return self.source.batch(self.batch_size)

    def step_g(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Let G take its optimizer's step for this gradient `(P, n_g)`, in the members that `where` `(P,)` selects."""
        self.generator.move(*self.generator.compute_step(gradient), where)

    def step_d(self, gradient: Tensor, where: Tensor | None = None) -> None:
        """Let D take its optimizer's step, brought back to where it may be; what regularizers keep is updated."""
        theta, state = self.discriminator.compute_step(gradient)
        theta = self._project(theta)
        for r in map(self._now, self._hooked["update"]):
            new = r.part.update(r.state, self.generator.theta, theta, self.discriminator.network)
            self.regularizer_states = {**self.regularizer_states, r.name: new}
        self.discriminator.move(theta, state, where)

    # The two objectives, and what each player descends.

    def discriminator_loss(
        self, theta_g: Tensor, theta_d: Tensor, batch: BatchView, samples: Tensor | None = None
    ) -> Tensor:
        """Return what D minimises `(P,)`; `samples` stand in for what G makes of the batch."""
        return self.judge(theta_g, theta_d, batch, samples)[0]

    def judge(
        self, theta_g: Tensor, theta_d: Tensor, batch: BatchView, samples: Tensor | None = None
    ) -> tuple[Tensor, DiscriminatorPass]:
        """Return what D minimises `(P,)`, and the pass over the batch that it comes from."""
        c = self.discriminator_pass(theta_g, theta_d, batch, samples, self._needs_input_gradient)
        c.judge_both()
        loss = self.loss.discriminator(c).mean(-1)
        for r in map(self._now, self._hooked["discriminator_loss"]):
            loss = r.part.discriminator_loss(loss, c, r.strength, r.state)
        return loss, c

    def generator_loss(
        self, theta_g: Tensor, theta_d: Tensor, batch: BatchView, samples: Tensor | None = None
    ) -> Tensor:
        """Return what G minimises `(P,)`; `samples` stand in for what it makes of the batch."""
        loss, c = self._main_generator_loss(theta_g, theta_d, batch, samples)
        for r in map(self._now, self._hooked["generator_loss"]):
            loss = r.part.generator_loss(loss, c, r.strength, r.state)
        return loss

    def _main_generator_loss(
        self, theta_g: Tensor, theta_d: Tensor, batch: BatchView, samples: Tensor | None = None
    ) -> tuple[Tensor, DiscriminatorPass]:
        """Return what G minimises without the regularizers' terms `(P,)`, and the pass that it comes from."""
        for r in map(self._now, self._hooked["unrolled_d"]):
            samples = self.generator.network(theta_g, batch.z) if samples is None else samples
            virtual_step = partial(self._virtual_d_step, theta_g, batch, samples)
            theta_d = r.part.unrolled_d(theta_d, self.discriminator.state, virtual_step, r.strength)
        c = self.discriminator_pass(theta_g, theta_d, batch, samples)
        return self.loss.generator(c).mean(-1), c

    def generator_terms(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> dict[str, Tensor]:
        """Return the terms of what G minimises, each `(P,)`: the loss, and what each regularizer adds to it."""
        loss, c = self._main_generator_loss(theta_g, theta_d, batch)
        return {"loss": loss, **self._added("generator_loss", loss, c)}

    def discriminator_terms(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> dict[str, Tensor]:
        """Return the terms of what D minimises, each `(P,)`: the loss, and what each regularizer adds to it.

        The loss is two terms if it is a sum of one on real and one on generated samples.
        """
        c = self.discriminator_pass(theta_g, theta_d, batch, None, self._needs_input_gradient)
        c.judge_both()
        loss = self.loss.discriminator(c).mean(-1)
        main = {"loss": loss}
        if type(self.loss).discriminator is Loss.discriminator:
            on_real, on_fake = self.loss.on_real(c.real), self.loss.on_fake(c.fake)
            main = {"loss on real": on_real.mean(-1), "loss on generated": on_fake.mean(-1)}
        return {**main, **self._added("discriminator_loss", loss, c)}

    def _added(self, hook: str, loss: Tensor, c: DiscriminatorPass) -> dict[str, Tensor]:
        """Return what each regularizer adds to a loss by one of its hooks, each `(P,)`."""
        added = {}
        for r in map(self._now, self._hooked[hook]):
            new = getattr(r.part, hook)(loss, c, r.strength, r.state)
            added[r.name], loss = new - loss, new
        return added

    def losses(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> tuple[Tensor, Tensor]:
        """Return what every member's G and D minimise, each `(P,)`, as functions of both players' parameters."""
        return self.generator_loss(theta_g, theta_d, batch), self.discriminator_loss(theta_g, theta_d, batch)

    def accuracy(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Return the share of a batch, real and generated, that D is right about `(P,)`."""
        c = self.discriminator_pass(theta_g, theta_d, batch)
        c.judge_both()
        middle = self.loss.threshold(c)
        right = (c.real > middle).to(c.real.dtype).mean(-1) + (c.fake < middle).to(c.fake.dtype).mean(-1)
        return right / 2

    def generator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Return the gradient of every member's generator loss in its generator's parameters `(P, n_g)`."""
        theta_g = theta_g.detach().requires_grad_()
        return gradient(self.generator_loss(theta_g, theta_d.detach(), batch), theta_g)

    def discriminator_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView) -> Tensor:
        """Return the gradient of every member's discriminator loss in its discriminator's parameters `(P, n_d)`."""
        theta_d = theta_d.detach().requires_grad_()
        return gradient(self.discriminator_loss(theta_g.detach(), theta_d, batch), theta_d)

    # D before a batch, and what the regularizers make of it.

    def discriminator_pass(
        self,
        theta_g: Tensor,
        theta_d: Tensor,
        batch: BatchView,
        samples: Tensor | None = None,
        input_gradient: bool = False,
    ) -> DiscriminatorPass:
        """Show D the batch as the regularizers let D see it; `samples` stand in for what G makes of the batch."""
        used = self._reparametrize(theta_d)
        samples = self.generator.network(theta_g, batch.z) if samples is None else samples
        c = DiscriminatorPass(
            loss=self.loss,
            generator=self.generator.network,
            discriminator=self.discriminator.network,
            theta_g=theta_g,
            theta_d=theta_d,
            reparametrized=used,
            batch=batch,
            samples=samples,
            discriminator_gradient=partial(self._d_gradient, theta_g, theta_d, batch, samples),
            needs_input_gradient=input_gradient,
        )
        for r in map(self._now, self._hooked["inputs"]):
            c.x_real, c.x_fake = r.part.inputs(c, r.strength, r.state)
        return c

    def at_points(self, x: Tensor, context: Tensor) -> Tensor:
        """Return D's logits `(P, n)` at single points x `(P, n, dim)`.

        A D that judges whole batches sees them in `context`: real samples `(P, m, dim)`. For one that judges samples
        one by one, m may be 0.
        """
        g, d = self.generator, self.discriminator
        for r in map(self._now, self._hooked["point"]):
            x, context = (r.part.point(points, g.network, g.theta, r.strength) for points in (x, context))
        return d.network.in_batch(self._reparametrize(d.theta), x, context).squeeze(-1)

    def descent_directions(self, batch: BatchView) -> tuple[Tensor, Tensor]:
        """Return generated samples, and minus the gradient of G's loss at each, both `(P, n, dim)`."""
        g, d = self.generator, self.discriminator
        samples = g.network(g.theta, batch.z).detach().requires_grad_()
        loss = self.generator_loss(g.theta, d.theta, batch, samples)
        (slope,) = torch.autograd.grad(loss.sum(), samples)
        return samples.detach(), -slope * samples.shape[1]  # the loss is a mean over samples; an arrow is one sample's

    def _now(self, name: str) -> Acting:
        """Return a regularizer as it is at this iteration."""
        part, strength = self._parts[name], self._strengths[name]
        if part.fades and self._anneal:
            strength = strength * max(0.0, 1 - self.steps / self._anneal)
        return Acting(name, part, strength, self.regularizer_states.get(name, ()))

    def _project(self, theta_d: Tensor) -> Tensor:
        """Bring D's parameters back to where the regularizers allow them."""
        for r in map(self._now, self._hooked["project"]):
            theta_d = r.part.project(theta_d, self.discriminator.network, r.strength)
        return theta_d

    def _reparametrize(self, theta_d: Tensor) -> Tensor:
        """Return D's parameters as its layers use them."""
        for r in map(self._now, self._hooked["reparametrized"]):
            theta_d = r.part.reparametrized(theta_d, self.discriminator.network, r.strength, r.state)
        return theta_d

    def _virtual_d_step(
        self,
        theta_g: Tensor,
        batch: BatchView,
        samples: Tensor,
        theta_d: Tensor,
        state: OptimizerState,
        through_generator: bool,
    ) -> tuple[Tensor, OptimizerState]:
        """Take a step of D against the present G on this batch that only G sees (VirtualStep)."""
        if not through_generator:
            theta_g, samples = theta_g.detach(), samples.detach()
        slope = self._d_gradient(theta_g, theta_d, batch, samples)
        step, state = self.discriminator.optimizer.step(slope, state, self.discriminator.rates)
        return self._project(theta_d + step), state

    def _d_gradient(self, theta_g: Tensor, theta_d: Tensor, batch: BatchView, samples: Tensor) -> Tensor:
        """Return the gradient of D's loss in its parameters `(P, n_d)`, differentiable in all that it depends on."""
        keep = torch.is_grad_enabled() and any(t.requires_grad for t in (theta_g, theta_d, samples))
        with torch.enable_grad():
            theta_d = requiring_grad(theta_d)
            loss = self.discriminator_loss(theta_g, theta_d, batch, samples)
            return torch.autograd.grad(
                loss.sum(), theta_d, create_graph=keep, materialize_grads=True, allow_unused=True
            )[0]


def gradient(loss: Tensor, theta: Tensor) -> Tensor:
    """Return each member's gradient: members are independent, so the sum's gradient holds them all."""
    if not loss.requires_grad:  # theta has no part in the loss, as D's if there is no D
        return torch.zeros_like(theta)
    return torch.autograd.grad(loss, theta, torch.ones_like(loss), materialize_grads=True, allow_unused=True)[0]


def _initial(role: str, network: Network, recipes: Sequence[Recipe], like: Tensor) -> Tensor:
    """Return each member's initial parameters `(P, n_params)`, from its own seed."""
    if like.is_meta:
        return like.new_empty(len(recipes), network.n_params)
    return torch.stack([network.start(random_generator(r.seed, f"initial {role}")) for r in recipes]).to(like)
