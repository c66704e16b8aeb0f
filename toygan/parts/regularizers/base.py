"""What a regularizer may look at and what it may change: one class of hooks that do nothing unless it needs them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cached_property
from typing import ClassVar

import torch
from torch import Tensor

from toygan.parts.losses.base import Loss
from toygan.parts.networks.base import Network
from toygan.parts.optimizers import OptimizerState
from toygan.parts.protocols import BatchView, RecipeParts

RegularizerState = tuple[Tensor, ...]  # what a regularizer keeps from one step to the next, each tensor `(P, ...)`

# D's parameters and its optimizer's state after one step that D would take on the present batch, and that only G sees:
# `virtual_step(theta_d, state, through_generator)`. With the last, G's gradient sees how G shapes that step.
VirtualStep = Callable[[Tensor, OptimizerState, bool], tuple[Tensor, OptimizerState]]


class DiscriminatorPass:
    """What the discriminator makes of one batch: all that a loss and a regularizer may look at.

    `x_real` and `x_fake` are D's inputs `(P, n, dim)`, `real` and `fake` its logits `(P, n)`, computed when asked for;
    `samples` is what G made of the batch, or what stands in for it; D's layers use the parameters `reparametrized`.
    `discriminator_gradient` gives the gradient of D's whole loss on the batch in D's parameters `(P, n_d)`, itself
    differentiable. `strength` `(P,)` and `state` are those of the regularizer that looks.
    """

    strength: Tensor
    state: RegularizerState
    discriminator_gradient: Callable[[], Tensor]

    def __init__(
        self, loss: Loss, generator: Network, discriminator: Network, theta_g: Tensor, theta_d: Tensor,
        reparametrized: Tensor, batch: BatchView, samples: Tensor, needs_input_gradient: bool,
    ) -> None:  # fmt: skip
        self.loss, self.generator, self.discriminator = loss, generator, discriminator
        self.theta_g, self.theta_d, self.reparametrized = theta_g, theta_d, reparametrized
        self.batch, self.samples = batch, samples
        self.x_real, self.x_fake = batch.real, samples
        self._needs_input_gradient = needs_input_gradient

    def critic(self, x: Tensor) -> Tensor:
        """Logits `(P, n)` of D's inputs x `(P, n, dim)`; where there is no discriminator, the samples themselves."""
        out = self.discriminator(self.reparametrized, x)
        return out.squeeze(-1) if self.loss.uses_discriminator else out

    def features(self, x: Tensor) -> Tensor:
        """What the last layer of D sees of its inputs x, `(P, n, features)`."""
        return self.discriminator.features(self.reparametrized, x)

    def judge_both(self) -> tuple[Tensor, Tensor]:
        """Logits on real and on generated samples, in one pass where possible: half the work of two small ones."""
        if self._needs_input_gradient:
            self.x_real, self.x_fake = requiring_grad(self.x_real), requiring_grad(self.x_fake)
        if self._needs_input_gradient or not self.discriminator.per_sample:
            self.real, fake = self.critic(self.x_real), self.critic(self.x_fake)
        else:  # side by side as columns, as networks hold them
            self.real, fake = self.critic(torch.cat([self.x_real.mT, self.x_fake.mT], dim=2).mT).chunk(2, dim=1)
        return self.real, self.__dict__.setdefault("fake", fake)  # where `fake` was asked for alone, its tensor stays

    @cached_property
    def real(self) -> Tensor:
        """Logits on real samples."""
        return self.judge_both()[0]

    @cached_property
    def fake(self) -> Tensor:
        """Logits on generated samples; they come alone where nobody has asked for those on real ones."""
        return self.critic(self.x_fake)

    @cached_property
    def input_gradient_real(self) -> Tensor:
        """The gradient of the logit at D's real inputs `(P, n, dim)`, itself differentiable."""
        return self._at_known(self.real, self.x_real)

    @cached_property
    def input_gradient_fake(self) -> Tensor:
        """The gradient of the logit at D's generated inputs `(P, n, dim)`, itself differentiable."""
        return self._at_known(self.fake, self.x_fake)

    def _at_known(self, logits: Tensor, x: Tensor) -> Tensor:
        known = self._needs_input_gradient and logits.requires_grad
        return _gradient(logits, x) if known else self.input_gradient(x)

    def input_gradient(self, x: Tensor) -> Tensor:
        """The gradient of the logit at any inputs x `(P, n, dim)` of D, itself differentiable.

        Where D judges whole batches it is that of the sum of all logits: a sample moves its neighbours' too.
        """
        with torch.enable_grad():
            x = requiring_grad(x)
            return _gradient(self.critic(x), x)


class Regularizer:
    """A change of the game with a strength: override the hooks that it needs, the others do nothing."""

    strengths: ClassVar[tuple[float, float, float]] = (1e-3, 0.1, 10.0)  # lowest, usual and highest, for sliders
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)  # lowest and highest allowed strength
    whole: ClassVar[bool] = False  # True: the strength counts something
    formula: ClassVar[str] = ""  # LaTeX
    structural: ClassVar[bool] = False  # True: the strength shapes a network, so a change restarts
    fades: ClassVar[bool] = False  # True: the strength falls linearly to 0 over the recipe's `anneal` iterations
    needs_input_gradient: ClassVar[bool] = False  # True: D's loss needs `input_gradient_real` or `_fake`: said before

    def refuses(self, parts: RecipeParts, strength: float) -> str | None:
        """Why this regularizer has no meaning beside those parts, or None where it has."""
        return None

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        """The generator and the discriminator, other ones if need be; structural regularizers only."""
        return g, d

    def start(self, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        """The state before the first step; `net` is D."""
        return ()

    def update(self, state: RegularizerState, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        """The state after a step of D to theta_d."""
        return state

    def project(self, theta_d: Tensor, net: Network, strength: Tensor) -> Tensor:
        """D's parameters after each of its steps, brought back to where they may be."""
        return theta_d

    def reparametrized(self, theta_d: Tensor, net: Network, strength: Tensor, state: RegularizerState) -> Tensor:
        """D's parameters as its layers use them."""
        return theta_d

    def unrolled_d(self, theta_d: Tensor, state: OptimizerState, virtual_step: VirtualStep, strength: Tensor) -> Tensor:
        """The D that G plays against; `state` is that of D's optimizer, now."""
        return theta_d

    def inputs(self, c: DiscriminatorPass) -> tuple[Tensor, Tensor]:
        """What D is shown instead of `c.x_real` and `c.x_fake`."""
        return c.x_real, c.x_fake

    def point(self, x: Tensor, g: Network, theta_g: Tensor, strength: Tensor) -> Tensor:
        """What D is shown when it is asked about single points x `(P, n, dim)`."""
        return x

    def discriminator_loss(self, loss: Tensor, c: DiscriminatorPass) -> Tensor:
        """D's objective `(P,)` in place of `loss`."""
        return loss

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass) -> Tensor:
        """G's objective `(P,)` in place of `loss`."""
        return loss


def requiring_grad(x: Tensor) -> Tensor:
    """x as something to differentiate by, with its history where it has one."""
    return x if x.requires_grad else x.detach().requires_grad_()


def norm(x: Tensor) -> Tensor:
    """Euclidean length over the last axis, with gradient 0 at the origin."""
    square = (x * x).sum(-1)
    at_origin = square == 0
    return torch.where(at_origin, torch.ones_like(square), square).sqrt() * ~at_origin


def _gradient(logits: Tensor, x: Tensor) -> Tensor:
    return torch.autograd.grad(logits.sum(), x, create_graph=True)[0]
