"""Regularizers of D's inputs and labels: noise on samples, smoothed and flipped labels."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState


@dataclass(frozen=True)
class InstanceNoise(Regularizer):
    """Gaussian noise of this standard deviation on all inputs of D, so supports overlap (Sonderby et al. 2017)."""

    strengths = (0.01, 0.1, 1.0)
    formula = r"x\leftarrow x+\mathcal N(0,s^2 I)"
    fades = True

    def inputs(self, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> tuple[Tensor, Tensor]:
        s = strength[:, None, None]
        real, fake = c.batch.normal("noise on real", c.x_real), c.batch.normal("noise on fake", c.x_fake)
        return c.x_real + s * real, c.x_fake + s * fake


class Labels(Regularizer):
    """A regularizer that mixes the two terms of D's loss, which needs a loss of two terms."""

    bounds = (0.0, 0.5)  # above, D would learn the opposite

    def refuses(self, parts: RecipeParts) -> str | None:
        if parts.loss.separable:
            return None
        named = parts.names["loss"]
        return f"loss {named!r} compares samples with samples, so that a sample has no label of its own"


@dataclass(frozen=True)
class LabelSmoothing(Labels):
    """Real samples count as generated with this weight, one-sided (Salimans et al. 2016, sec. 3.4)."""

    strengths = (0.01, 0.1, 0.5)
    formula = (
        r"(1-s)\,\mathcal L_{\mathrm{real}}(a_r)+s\,\mathcal L_{\mathrm{fake}}(a_r)+\mathcal L_{\mathrm{fake}}(a_f)"
    )

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        return loss + strength * (c.loss.on_fake(c.real) - c.loss.on_real(c.real)).mean(-1)


@dataclass(frozen=True)
class LabelFlipping(Labels):
    """Each label is wrong with this probability (Chintala et al. 2016, ganhacks, 6): logits within log((1 - s)/s)."""

    strengths = (0.01, 0.05, 0.5)
    formula = r"y\leftarrow 1-y\ \text{with probability}\ s"

    def discriminator_loss(
        self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState
    ) -> Tensor:
        def draw_flips(name: str, logits: Tensor) -> Tensor:  # 1 for a label that is wrong, else 0 (P, n)
            draws = c.batch.uniform(name, logits.unsqueeze(-1)).squeeze(-1)
            return (draws < strength[:, None]).to(logits.dtype)

        wrong_real = draw_flips("flips on real", c.real) * (c.loss.on_fake(c.real) - c.loss.on_real(c.real))
        wrong_fake = draw_flips("flips on fake", c.fake) * (c.loss.on_real(c.fake) - c.loss.on_fake(c.fake))
        return loss + (wrong_real + wrong_fake).mean(-1)


NOISE_AND_LABELS: dict[str, Regularizer] = {
    "instance-noise": InstanceNoise(),
    "label-smoothing": LabelSmoothing(),
    "label-flipping": LabelFlipping(),
}
