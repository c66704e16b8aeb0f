"""The base class of losses: two objectives as functions of logits; a high logit means real."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor


class Logits(Protocol):
    """D's logits on real and generated samples, each `(P, n)`; without a D the samples themselves `(P, n, dim)`."""

    @property
    def real(self) -> Tensor:
        """The logits on real samples."""

    @property
    def fake(self) -> Tensor:
        """The logits on generated samples."""


class LogitPair(NamedTuple):
    """Logits that have been computed."""

    real: Tensor
    fake: Tensor


class Loss:
    """Two objectives, one per player, as values per sample `(P, n)` of D's logits; a subclass defines both.

    Most losses are a sum of a term on real and a term on generated samples; they define `on_real`, `on_fake` and
    `for_generator`, and nothing else. A loss of pairs or of whole batches overrides `discriminator` and `generator`.

    Tests hold every loss to these rules. D's loss falls with real logits and rises with generated ones; G's loss falls
    with generated ones. At the equilibrium logit D's gradient is 0. Values and gradients are finite for logits up to 50
    and never NaN. The formula and the closed forms at the end are optional; tests check those that a loss has.

    Example:
        >>> from toygan import LOSSES, Loss, Recipe
        >>> class Exponential(Loss):
        ...     def on_real(self, a):
        ...         return (-a).exp()
        ...     def on_fake(self, a):
        ...         return a.exp()
        ...     def for_generator(self, a):
        ...         return (-a).exp()
        >>> LOSSES["exponential"] = Exponential()
        >>> Recipe(loss="exponential").parts.loss.equilibrium
        (2.0, 1.0)
        >>> del LOSSES["exponential"]
    """

    formula: ClassVar[str] = ""  # D's and G's objective in LaTeX, with a_r and a_f for the logits
    equilibrium_logit: ClassVar[float] = 0.0  # D's logit everywhere when the generator is perfect
    probability: ClassVar[bool] = False  # True: sigmoid(logit) is D's probability that a sample is real
    uses_discriminator: ClassVar[bool] = True  # False: the loss compares the samples themselves
    relative: ClassVar[bool] = False  # True: only differences of logits count, so 0 has no meaning
    separable: ClassVar[bool] = True  # False: the loss of a sample depends on other samples

    def on_real(self, a: Tensor) -> Tensor:
        """Compute D's loss on real samples with logits `a` `(P, n)`, as `(P, n)`."""
        raise NotImplementedError

    def on_fake(self, a: Tensor) -> Tensor:
        """Compute D's loss on generated samples with logits `a` `(P, n)`, as `(P, n)`."""
        raise NotImplementedError

    def for_generator(self, a: Tensor) -> Tensor:
        """Compute G's loss on generated samples with logits `a` `(P, n)`, as `(P, n)`."""
        raise NotImplementedError

    def discriminator(self, logits: Logits) -> Tensor:
        """Compute D's loss per sample `(P, n)` from `logits.real` and `logits.fake`, each `(P, n)`."""
        return self.on_real(logits.real) + self.on_fake(logits.fake)

    def generator(self, logits: Logits) -> Tensor:
        """Compute G's loss per sample `(P, n)` from `logits.real` and `logits.fake`, each `(P, n)`."""
        return self.for_generator(logits.fake)

    def threshold(self, logits: Logits) -> Tensor | float:
        """Return the logit above which D says "real".

        It is that of the equilibrium; if only differences count, it is halfway between the means of `logits`, `(P, 1)`.
        """
        if not self.relative:
            return self.equilibrium_logit
        return (logits.real.mean(-1, keepdim=True) + logits.fake.mean(-1, keepdim=True)) / 2

    @torch.enable_grad()
    def generator_weight(self, logits: Logits) -> Tensor:
        """Compute the derivative of G's loss in each generated logit of `logits` `(P, n)`.

        In G's gradient it is the factor of D's input gradient at that sample.
        """
        fake = logits.fake.detach().requires_grad_()
        return torch.autograd.grad(self.generator(LogitPair(logits.real, fake)).sum(), fake)[0]

    def witness(self, x: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        """Compute the witness function of a loss without a discriminator; it takes the place of D's logit.

        Generated samples climb it: minus the gradient of a sample's share in G's loss is twice its gradient there.

        Args:
            x: Points to evaluate at `(P, m, dim)`.
            real: Real samples `(P, n, dim)`.
            fake: Generated samples `(P, n, dim)`.
        Returns:
            Values `(P, m)`, high where real samples outweigh generated ones.
        """
        raise NotImplementedError

    @property
    def equilibrium(self) -> tuple[float, float]:
        """D's and G's loss with a perfect generator and an optimal D: the lines in the loss plot."""
        a = torch.full((1, 2), self.equilibrium_logit, dtype=torch.float64)
        same = LogitPair(a, a)
        return float(self.discriminator(same).mean()), float(self.generator(same).mean())

    @property
    def equilibrium_lines(self) -> tuple[float | None, float | None]:
        """The same losses, but None for a player whose loss changes if a constant is added to all logits.

        An example is the generator of a critic: its loss is minus a mean of logits, of which only differences count.
        """
        if not self.relative:
            return self.equilibrium
        a = torch.ones(1, 2, dtype=torch.float64)
        moved = LogitPair(a, a)
        there = float(self.discriminator(moved).mean()), float(self.generator(moved).mean())
        for_d, for_g = (
            old if abs(old - new) < 1e-9 else None for old, new in zip(self.equilibrium, there, strict=True)
        )
        return for_d, for_g

    # Closed forms, each None if there is none or it is not known.

    def exact_equilibrium(self) -> tuple[float, float] | None:
        """Return the closed form of `equilibrium`, from the optimal D at p = q, or None."""
        return None

    def exact_generator_weight(self, logits: Logits) -> Tensor | None:
        """Return the closed form of `generator_weight` at `logits`, as `(P, n)`, or None."""
        return None

    def optimal_logit(self, log_ratio: Tensor) -> Tensor | None:
        """Return the logit that minimises D's loss at points with this `log_ratio` log p/q, in its shape, or None."""
        return None
