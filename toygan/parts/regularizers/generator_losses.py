"""Regularizers that give the generator another objective, or another discriminator to play against."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.networks import name_discriminators
from toygan.parts.optimizers import OptimizerState
from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState, VirtualStep


@dataclass(frozen=True)
class Unrolled(Regularizer):
    """G plays against the D of `strength` steps ahead, and differentiates through these steps (Metz et al. 2017).

    The steps are those of D's own optimizer on the present batch; only G's loss uses them. `detached` leaves out the
    gradient through them, as public code often does by mistake: half the damping.
    """

    detached: bool = False

    strengths = (1, 5, 10)
    bounds = (0, 100)
    whole = True
    formula = r"\mathcal L_G(\theta,\psi^k),\quad \psi^{i+1}=\psi^i-\eta\nabla_\psi\mathcal L_D(\theta,\psi^i)"

    def unrolled_d(self, theta_d: Tensor, state: OptimizerState, virtual_step: VirtualStep, strength: Tensor) -> Tensor:
        for i in range(int(max(strength.tolist()))):
            ahead, state = virtual_step(theta_d, state, not self.detached)
            still = (strength[:, None] > i).to(theta_d.device)  # each member takes as many steps as its strength says
            theta_d = torch.where(still, ahead, theta_d)
        return theta_d


@dataclass(frozen=True)
class NagarajanKolter(Regularizer):
    """eta times the squared gradient of D's loss in its parameters, added to G's loss (Nagarajan and Kolter 2017).

    The authors' toy uses 0.5 and 100,000 slow steps; at high rates this term is most of G's gradient.
    """

    strengths = (1e-3, 1e-2, 1.0)
    formula = r"\mathcal L_G+\eta\lVert\nabla_\psi\mathcal L_D\rVert^2"

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        return loss + strength * (c.discriminator_gradient() ** 2).sum(-1)


@dataclass(frozen=True)
class TopK(Regularizer):
    """G learns only from this share of its samples: those with the highest logits (Sinha et al. 2020)."""

    strengths = (0.25, 0.75, 1.0)
    weaker = "larger"
    bounds = (1e-6, 1.0)
    formula = r"\mathcal L_G\ \text{over the}\ \lceil sn\rceil\ \text{samples of highest}\ a_f"

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        each, n = c.loss.generator(c), c.fake.shape[-1]
        rank = c.fake.detach().argsort(dim=-1, descending=True).argsort(dim=-1)
        kept = (rank < strength[:, None] * n).to(each.dtype)
        return loss - each.mean(-1) + (kept * each).sum(-1) / kept.sum(-1)


@dataclass(frozen=True)
class FeatureMatching(Regularizer):
    """G matches the mean inputs of D's last layer, in place of its own loss (Salimans et al. 2016, sec. 3.1).

    At strength 1 this is all of G's loss; below, it is that share.
    """

    strengths = (0.1, 1.0, 1.0)
    bounds = (0.0, 1.0)
    formula = r"(1-s)\,\mathcal L_G+s\,\lVert\mathbb E f(x_r)-\mathbb E f(x_f)\rVert^2"

    def refuses(self, parts: RecipeParts) -> str | None:
        if parts.discriminator.layered:
            return None
        named, fitting = parts.names["discriminator"], name_discriminators(lambda kind: kind.layered)
        return f"discriminator {named!r} has no layer of features to match; needs {fitting}"

    def generator_loss(self, loss: Tensor, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> Tensor:
        apart = c.features(c.x_real).mean(-2) - c.features(c.x_fake).mean(-2)
        return torch.lerp(loss, (apart**2).sum(-1), strength)


GENERATOR_LOSSES: dict[str, Regularizer] = {
    "unrolled": Unrolled(),
    "top-k": TopK(),
    "feature-matching": FeatureMatching(),
    "nagarajan-kolter": NagarajanKolter(),
}
