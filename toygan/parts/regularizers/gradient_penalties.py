"""Penalties on the gradient of D's logit in its inputs, each at other points."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.checks import number
from toygan.parts.kinks import at_least
from toygan.parts.networks import name_discriminators
from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState, norm


class InputGradientPenalty(Regularizer):
    """A penalty on the gradient at single points; it needs a D that judges each point by itself."""

    def refuses(self, parts: RecipeParts) -> str | None:
        if parts.discriminator.per_sample:
            return None
        named, fitting = parts.names["discriminator"], name_discriminators(lambda kind: kind.per_sample)
        return (
            f"with discriminator {named!r} a point's logit depends on the whole batch, so that its gradient there "
            f"penalises nothing of its own (Gulrajani et al. 2017, sec. 4, who take layer norm); needs {fitting}"
        )


class InterpolatedPenalty(InputGradientPenalty):
    """A penalty on the gradient at random points of the lines from generated to real samples."""

    def penalty(self, gradient: Tensor) -> Tensor:
        """Compute the penalty `(P, n)` on a gradient `(P, n, dim)`."""
        raise NotImplementedError

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        between = torch.lerp(c.x_fake, c.x_real, c.batch.uniform("between", c.x_real[..., :1]))
        return loss + strength * self.penalty(c.input_gradient(between)).mean(-1)


@dataclass(frozen=True)
class GradientPenalty(InterpolatedPenalty):
    """Input gradients of length 1 between real and generated samples (Gulrajani et al. 2017, eq. 3; toys: 0.1)."""

    formula = r"\lambda\,\mathbb E\,(\lVert\nabla_x a(\hat x)\rVert-1)^2,\quad \hat x=u\,x_r+(1-u)\,x_f"

    def penalty(self, gradient: Tensor) -> Tensor:
        return (norm(gradient) - 1) ** 2


@dataclass(frozen=True)
class OneSided(InterpolatedPenalty):
    """Input gradients of length at most 1 between real and generated samples (Petzka et al. 2018, WGAN-LP)."""

    formula = r"\lambda\,\mathbb E\,(\lVert\nabla_x a(\hat x)\rVert-1)_+^2"

    def penalty(self, gradient: Tensor) -> Tensor:
        return at_least(norm(gradient) - 1, 0) ** 2


@dataclass(frozen=True)
class ZeroCentred(InterpolatedPenalty):
    """Flat D between real and generated samples (Thanh-Tung et al. 2019, 0-GP).

    It has the factor 1/2 of R1, so the same gamma damps as much; the paper's lambda is gamma / 2.
    """

    formula = r"\tfrac\gamma2\,\mathbb E\lVert\nabla_x a(\hat x)\rVert^2"

    def penalty(self, gradient: Tensor) -> Tensor:
        return (gradient**2).sum(-1) / 2


@dataclass(frozen=True)
class Dragan(InputGradientPenalty):
    """Input gradients of length 1 around real samples: with noise of half their spread (Kodali et al. 2017).

    The authors' code moves all samples in one direction, by numbers from [0, 1); here they are from [-1, 1).
    """

    reach: float = 0.5  # of the noise, in standard deviations of the batch over all its coordinates

    def __post_init__(self) -> None:
        number("reach", self.reach, 0)

    formula = r"\lambda\,\mathbb E\,(\lVert\nabla_x a(x_r+\delta)\rVert-1)^2"

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        spread = c.x_real.detach().std(dim=(-2, -1), correction=0, keepdim=True)
        noise = self.reach * spread * (2 * c.batch.uniform("around", c.x_real) - 1)
        return loss + strength * ((norm(c.input_gradient(c.x_real + noise)) - 1) ** 2).mean(-1)


@dataclass(frozen=True)
class R1(InputGradientPenalty):
    """Flat D at the data: gamma/2 times the squared input gradient at real samples (Mescheder et al. 2018, eq. 9)."""

    formula = r"\tfrac\gamma2\,\mathbb E_{p}\lVert\nabla_x a(x)\rVert^2"
    needs_input_gradient = True

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        return loss + strength / 2 * (c.input_gradient_real**2).sum(-1).mean(-1)


@dataclass(frozen=True)
class R2(InputGradientPenalty):
    """Flat D at the generated samples: R1 on the other side (Mescheder et al. 2018, eq. 10)."""

    formula = r"\tfrac\gamma2\,\mathbb E_{q}\lVert\nabla_x a(x)\rVert^2"
    needs_input_gradient = True

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        return loss + strength / 2 * (c.input_gradient_fake**2).sum(-1).mean(-1)


@dataclass(frozen=True)
class Roth(InputGradientPenalty):
    """Flat D at uncertain outputs: the first-order effect of input noise on the loss (Roth et al. 2017)."""

    formula = (
        r"\tfrac\gamma2\,\mathbb E\,[(1-D(x_r))^2\lVert\nabla_x a(x_r)\rVert^2+D(x_f)^2\lVert\nabla_x a(x_f)\rVert^2]"
    )
    fades = True
    needs_input_gradient = True

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        real = torch.sigmoid(-c.real) ** 2 * (c.input_gradient_real**2).sum(-1)
        fake = torch.sigmoid(c.fake) ** 2 * (c.input_gradient_fake**2).sum(-1)
        return loss + strength / 2 * (real.mean(-1) + fake.mean(-1))


GRADIENT_PENALTIES: dict[str, Regularizer] = {
    "gradient-penalty": GradientPenalty(),
    "gradient-penalty-one-sided": OneSided(),
    "gradient-penalty-zero-centred": ZeroCentred(),
    "dragan": Dragan(),
    "r1": R1(),
    "r2": R2(),
    "roth": Roth(),
}
