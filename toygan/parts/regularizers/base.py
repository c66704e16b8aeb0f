"""The base class of regularizers: hooks that do nothing unless one needs them, and the pass that they look at."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

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


@dataclass(eq=False)
class DiscriminatorPass:
    """One batch, both players, and D's logits on the batch: all that a loss and a regularizer may look at.

    `x_real` and `x_fake` `(P, n, dim)` are D's inputs, as regularizers have changed them; `real` and `fake` `(P, n)`
    are D's logits on them, computed when first asked for. Without a discriminator the logits are the samples.
    """

    loss: Loss
    generator: Network
    discriminator: Network
    theta_g: Tensor  # G's parameters (P, n_g)
    theta_d: Tensor  # D's parameters (P, n_d)
    reparametrized: Tensor  # D's parameters as its layers use them (P, n_d)
    batch: BatchView  # real samples, latent points, and further random numbers by name
    samples: Tensor  # G's samples from the batch, or those that stand in for them (P, n, dim)
    discriminator_gradient: Callable[[], Tensor]  # computes the gradient of D's whole loss in theta_d, differentiable
    needs_input_gradient: bool = False  # True: some regularizer asks for `input_gradient_real` or `_fake`

    def __post_init__(self) -> None:
        self.x_real, self.x_fake = self.batch.real, self.samples

    def critic(self, x: Tensor) -> Tensor:
        """Compute D's logits `(P, n)` on its inputs `x` `(P, n, dim)`; without a discriminator, return the samples."""
        out = self.discriminator(self.reparametrized, x)
        return out.squeeze(-1) if self.loss.uses_discriminator else out

    def features(self, x: Tensor) -> Tensor:
        """Compute the inputs of D's last layer `(P, n, features)` from D's inputs `x` `(P, n, dim)`."""
        return self.discriminator.features(self.reparametrized, x)

    def judge_both(self) -> tuple[Tensor, Tensor]:
        """Compute the logits on real and on generated samples, each `(P, n)`, in one pass if that gives the same."""
        if self.needs_input_gradient:
            self.x_real, self.x_fake = requiring_grad(self.x_real), requiring_grad(self.x_fake)
        if self.needs_input_gradient or not self.discriminator.per_sample:
            self.real, fake = self.critic(self.x_real), self.critic(self.x_fake)
        else:  # side by side as columns, as networks hold them
            self.real, fake = self.critic(torch.cat([self.x_real.mT, self.x_fake.mT], dim=2).mT).chunk(2, dim=1)
        return self.real, self.__dict__.setdefault("fake", fake)  # if `fake` was asked for before, its tensor stays

    @cached_property
    def real(self) -> Tensor:
        """D's logits on real samples `(P, n)`."""
        return self.judge_both()[0]

    @cached_property
    def fake(self) -> Tensor:
        """D's logits on generated samples `(P, n)`; computed alone if nobody has asked for those on real ones."""
        return self.critic(self.x_fake)

    @cached_property
    def input_gradient_real(self) -> Tensor:
        """The gradient of the logit at D's real inputs `(P, n, dim)`, itself differentiable."""
        return self._gradient_at(self.real, self.x_real)

    @cached_property
    def input_gradient_fake(self) -> Tensor:
        """The gradient of the logit at D's generated inputs `(P, n, dim)`, itself differentiable."""
        return self._gradient_at(self.fake, self.x_fake)

    def _gradient_at(self, logits: Tensor, x: Tensor) -> Tensor:
        known = self.needs_input_gradient and logits.requires_grad
        return _gradient(logits, x) if known else self.input_gradient(x)

    def input_gradient(self, x: Tensor) -> Tensor:
        """Compute the gradient of the logit at any inputs `x` of D, itself differentiable, both `(P, n, dim)`.

        If D judges whole batches, it is that of the sum of all logits: a sample moves its neighbours' logits too.
        """
        with torch.enable_grad():
            x = requiring_grad(x)
            return _gradient(self.critic(x), x)


class Regularizer:
    """A change of the game with a strength: override the hooks that it needs; the others do nothing.

    A regularizer is a frozen dataclass; its fields are arguments of its name in a recipe, as in `"dragan(reach=1.0)"`.
    P is the number of members, n of samples of each kind in a batch, dim of the data's dimensions.

    Args:
        strengths: The lowest, the usual and the highest strength, for sliders [default: (0.001, 0.1, 10)].
        bounds: The lowest and the highest strength allowed [default: (0, inf)].
        weaker: The direction of a strength that changes the game less, "smaller" or "larger" [default: "smaller"].
        whole: True if the strength counts something, and so is a whole number [default: False].
        structural: True if the strength shapes a network, so that a change restarts the run [default: False].
        fades: True if the strength falls linearly to 0 over the recipe's `anneal` iterations [default: False].
        needs_input_gradient: True if D's loss asks for `c.input_gradient_real` or `_fake` [default: False].
        formula: The change in LaTeX, for lists.
    Raises:
        TypeError: When a subclass is defined, if one of its hooks does not take the arguments listed here.
    Example:
        >>> from toygan import REGULARIZERS, Population, Recipe, Regularizer
        >>> class SmallLogits(Regularizer):
        ...     def discriminator_loss(self, loss, c, strength, state):
        ...         return loss + strength / 2 * (c.real**2 + c.fake**2).mean(-1)
        >>> REGULARIZERS["small-logits"] = SmallLogits()
        >>> population = Population(Recipe(regularizers={"small-logits": 0.1}, width=4, batch=8))
        >>> population.run(2)
        >>> population.discriminator.theta.isfinite().all().item()
        True
        >>> del REGULARIZERS["small-logits"]
    """

    strengths: ClassVar[tuple[float, float, float]] = (1e-3, 0.1, 10.0)
    bounds: ClassVar[tuple[float, float]] = (0.0, math.inf)
    weaker: ClassVar[str] = "smaller"
    whole: ClassVar[bool] = False
    formula: ClassVar[str] = ""
    structural: ClassVar[bool] = False
    fades: ClassVar[bool] = False
    needs_input_gradient: ClassVar[bool] = False

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        for name, hook in vars(Regularizer).items():
            own = vars(cls).get(name)
            if name.startswith("_") or not inspect.isfunction(hook) or not inspect.isfunction(own):
                continue
            needs, takes = inspect.signature(hook).parameters, inspect.signature(own)
            try:
                takes.bind(*needs)
            except TypeError:
                form = f"must take ({', '.join(needs)}); it takes ({', '.join(takes.parameters)})"
                raise TypeError(f"{cls.__name__}.{name}: {form}") from None

    def refuses(self, parts: RecipeParts) -> str | None:
        """Return the reason that this regularizer has no meaning beside those parts, or None if it has one.

        Args:
            parts: The recipe's parts, such as `parts.loss`, `parts.discriminator` and `parts.strengths`.
        Returns:
            The end of the error message "regularizers=NAME: ...", or None.
        """
        return None

    def weaken(self, strength: float, factor: float) -> float:
        """Return a strength that is so many times weaker, at most as far as sliders go; a count stays as it is.

        Args:
            strength: The present strength.
            factor: How many times weaker, above 1.
        Returns:
            The weaker strength, or the present one if it is a count or is weaker than sliders go.
        """
        low, _, high = self.strengths
        if self.whole:
            return strength
        if self.weaker == "larger":
            return max(strength, min(strength * factor, high))
        return min(strength, max(strength / factor, low))

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        """Return the networks to train in place of G's and D's; for structural regularizers only.

        Args:
            g: The generator's network.
            d: The discriminator's network.
            strength: The strength, the same for all members.
        Returns:
            Both networks, the generator first.
        """
        return g, d

    def start(self, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        """Return the state before the first step.

        Args:
            theta_g: G's parameters `(P, n_g)`.
            theta_d: D's parameters `(P, n_d)`.
            net: D's network.
        Returns:
            Tensors `(P, ...)` to keep from one step to the next, none by default; checkpoints hold them.
        """
        return ()

    def update(self, state: RegularizerState, theta_g: Tensor, theta_d: Tensor, net: Network) -> RegularizerState:
        """Return the state after a step of D.

        Args:
            state: The state before it.
            theta_g: G's parameters `(P, n_g)`.
            theta_d: D's parameters after the step `(P, n_d)`.
            net: D's network.
        Returns:
            As many tensors `(P, ...)` as before.
        """
        return state

    def project(self, theta_d: Tensor, net: Network, strength: Tensor) -> Tensor:
        """Return D's parameters, after each of its steps, brought back to where they may be.

        Args:
            theta_d: D's parameters `(P, n_d)`.
            net: D's network.
            strength: The strength of each member `(P,)`.
        Returns:
            Parameters `(P, n_d)`.
        """
        return theta_d

    def reparametrized(self, theta_d: Tensor, net: Network, strength: Tensor, state: RegularizerState) -> Tensor:
        """Return D's parameters as its layers use them.

        Args:
            theta_d: D's parameters `(P, n_d)`, which its optimizer moves.
            net: D's network.
            strength: The strength of each member `(P,)`.
            state: The state that `start` and `update` keep.
        Returns:
            Parameters `(P, n_d)`, differentiable in `theta_d`.
        """
        return theta_d

    def unrolled_d(self, theta_d: Tensor, state: OptimizerState, virtual_step: VirtualStep, strength: Tensor) -> Tensor:
        """Return the parameters of the D that G plays against.

        Args:
            theta_d: D's parameters `(P, n_d)`.
            state: The present state of D's optimizer.
            virtual_step: Computes a step that D would take on this batch: it takes parameters, an optimizer state and
                True if G's gradient is to see how G shapes the step, and returns parameters and state after it.
            strength: The strength of each member `(P,)`.
        Returns:
            Parameters `(P, n_d)`.
        """
        return theta_d

    def inputs(self, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> tuple[Tensor, Tensor]:
        """Return the inputs that D sees in place of `c.x_real` and `c.x_fake`.

        Args:
            c: The batch before D; its logits cannot be asked for yet.
            strength: The strength of each member `(P,)`.
            state: The state that `start` and `update` keep.
        Returns:
            Real and generated inputs `(P, n, inputs of D)`.
        """
        return c.x_real, c.x_fake

    def point(self, x: Tensor, g: Network, theta_g: Tensor, strength: Tensor) -> Tensor:
        """Return the inputs that D sees when it is asked about single points, as by `Population.critic`.

        Args:
            x: Points `(P, n, dim)`.
            g: The generator's network.
            theta_g: G's parameters `(P, n_g)`.
            strength: The strength of each member `(P,)`.
        Returns:
            Inputs `(P, n, inputs of D)`.
        """
        return x

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        """Return D's objective in place of `loss`.

        Args:
            loss: D's objective so far, one number a member `(P,)`.
            c: The batch with D's logits `c.real` and `c.fake` `(P, n)`.
            strength: The strength of each member `(P,)`.
            state: The state that `start` and `update` keep.
        Returns:
            The objective `(P,)`, differentiable in `c.theta_d`.
        """
        return loss

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        """Return G's objective in place of `loss`.

        Args:
            loss: G's objective so far, one number a member `(P,)`.
            c: The batch with D's logits `c.fake` and, if they are asked for, `c.real` `(P, n)`.
            strength: The strength of each member `(P,)`.
            state: The state that `start` and `update` keep.
        Returns:
            The objective `(P,)`, differentiable in `c.theta_g`.
        """
        return loss


def requiring_grad(x: Tensor) -> Tensor:
    """Return x as something to differentiate by, with its history if it has one."""
    return x if x.requires_grad else x.detach().requires_grad_()


def norm(x: Tensor) -> Tensor:
    """Compute the Euclidean length over the last axis, with gradient 0 at the origin."""
    square = (x * x).sum(-1)
    at_origin = square == 0
    return torch.where(at_origin, torch.ones_like(square), square).sqrt() * ~at_origin


def _gradient(logits: Tensor, x: Tensor) -> Tensor:
    return torch.autograd.grad(logits.sum(), x, create_graph=True)[0]
