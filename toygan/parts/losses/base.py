"""What a loss is: two objectives as functions of logits; a high logit means real."""

from __future__ import annotations

from typing import ClassVar, NamedTuple, Protocol

import torch
from torch import Tensor


class Logits(Protocol):
    """D's logits on real and on generated samples, each `(P, n)`; without a D the samples themselves `(P, n, dim)`."""

    @property
    def real(self) -> Tensor:
        """On real samples."""

    @property
    def fake(self) -> Tensor:
        """On generated samples."""


class LogitPair(NamedTuple):
    """Logits that are already there."""

    real: Tensor
    fake: Tensor


class Loss:
    """A pair of objectives, each a value per sample `(P, n)`, of D's logits on real and on generated samples.

    Most losses are a sum of a term on real and a term on generated samples: they define the first three methods, and
    need nothing else. Tests hold every loss to this: D's loss falls with real logits and rises with generated ones, G's
    falls with generated ones; at the equilibrium logit D's gradient is 0; values and gradients are finite up to logits
    of 50 and never NaN. The formula and the closed forms at the end are optional; a loss is held to those that it has.
    """

    formula: ClassVar[str] = ""  # D's and G's objective, LaTeX, a_r and a_f for the logits
    equilibrium_logit: ClassVar[float] = 0.0  # D's logit everywhere when the generator is perfect
    probability: ClassVar[bool] = False  # True: sigmoid(logit) is D's probability that a sample is real
    uses_discriminator: ClassVar[bool] = True  # False: the loss compares the samples themselves
    relative: ClassVar[bool] = False  # True: only differences of logits count, so that no logit is a zero
    separable: ClassVar[bool] = True  # False: a sample's loss depends on other samples, so it has no label of its own

    def on_real(self, a: Tensor) -> Tensor:
        """D's loss on a real sample of logit a."""
        raise NotImplementedError

    def on_fake(self, a: Tensor) -> Tensor:
        """D's loss on a generated sample of logit a."""
        raise NotImplementedError

    def for_generator(self, a: Tensor) -> Tensor:
        """G's loss on a generated sample of logit a."""
        raise NotImplementedError

    def discriminator(self, logits: Logits) -> Tensor:
        """What D minimises, per sample `(P, n)`."""
        return self.on_real(logits.real) + self.on_fake(logits.fake)

    def generator(self, logits: Logits) -> Tensor:
        """What G minimises, per sample `(P, n)`."""
        return self.for_generator(logits.fake)

    def threshold(self, logits: Logits) -> Tensor | float:
        """The logit above which D says "real": that of the equilibrium, or halfway between the means `(P, 1)`."""
        if not self.relative:
            return self.equilibrium_logit
        return (logits.real.mean(-1, keepdim=True) + logits.fake.mean(-1, keepdim=True)) / 2

    @torch.enable_grad()
    def generator_weight(self, logits: Logits) -> Tensor:
        """How G's loss grows with each generated sample's logit `(P, n)`: the factor of D's input gradient there."""
        fake = logits.fake.detach().requires_grad_()
        return torch.autograd.grad(self.generator(LogitPair(logits.real, fake)).sum(), fake)[0]

    def witness(self, x: Tensor, real: Tensor, fake: Tensor) -> Tensor:
        """Without a D, what stands for its logit at x `(P, m, dim)`, as `(P, m)`: high where data outweighs samples.

        Generated samples climb it: minus the gradient of a sample's share in G's loss is twice its gradient there.
        """
        raise NotImplementedError

    @property
    def equilibrium(self) -> tuple[float, float]:
        """D's and G's loss when the generator is perfect and D is optimal: the lines in the loss plot."""
        a = torch.full((1, 2), self.equilibrium_logit, dtype=torch.float64)
        same = LogitPair(a, a)
        return float(self.discriminator(same).mean()), float(self.generator(same).mean())

    @property
    def equilibrium_lines(self) -> tuple[float | None, float | None]:
        """The same, None for a player whose loss is moved by what moves all logits alike: it has no level of its own.

        Such is a critic's G, whose loss is minus the mean of logits of which only differences count.
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

    # Closed forms, each None where there is none or nobody has worked it out.

    def exact_equilibrium(self) -> tuple[float, float] | None:
        """What `equilibrium` has to be, from the optimal D where p = q."""
        return None

    def exact_generator_weight(self, logits: Logits) -> Tensor | None:
        """What `generator_weight` has to be `(P, n)`, as a formula."""
        return None

    def optimal_logit(self, log_ratio: Tensor) -> Tensor | None:
        """The logit that minimises D's loss where log p/q is `log_ratio`, in the shape of that."""
        return None
