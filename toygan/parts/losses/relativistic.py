"""Relativistic losses: D compares a real with a generated sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import relu, softplus

from toygan.parts.losses.base import Logits, Loss


class Relativistic(Loss):
    """A loss of pairs, from the margin between the logits of a real and a generated sample; `penalty` falls with it."""

    separable = False
    relative = True

    def penalty(self, margin: Tensor) -> Tensor:
        """Compute the loss of the player that raises the margin."""
        raise NotImplementedError

    def discriminator(self, logits: Logits) -> Tensor:
        return self.penalty(logits.real - logits.fake)

    def generator(self, logits: Logits) -> Tensor:
        return self.penalty(logits.fake - logits.real)


@dataclass(frozen=True)
class RelativisticPairing(Relativistic):
    """The logistic loss of the margin (Jolicoeur-Martineau 2018, RSGAN; RpGAN in Sun et al. 2020)."""

    formula = r"\mathcal L_D=-\log\sigma(a_r-a_f),\quad \mathcal L_G=-\log\sigma(a_f-a_r)"

    def penalty(self, margin: Tensor) -> Tensor:
        return softplus(-margin)

    def exact_equilibrium(self) -> tuple[float, float]:
        return math.log(2), math.log(2)

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -torch.sigmoid(logits.real - logits.fake)


@dataclass(frozen=True)
class RelativisticHinge(Relativistic):
    """The hinge loss of the margin: pairs with a margin above 1 no longer count (Jolicoeur-Martineau 2018)."""

    formula = r"\mathcal L_D=(1-(a_r-a_f))_+,\quad \mathcal L_G=(1-(a_f-a_r))_+"

    def penalty(self, margin: Tensor) -> Tensor:
        return relu(1 - margin)

    def exact_equilibrium(self) -> tuple[float, float]:
        return 1.0, 1.0

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return -(logits.fake - logits.real < 1).to(logits.fake)


@dataclass(frozen=True)
class RelativisticLeastSquares(Relativistic):
    """The least squares loss of the margin, with target 1 (Jolicoeur-Martineau 2018)."""

    formula = r"\mathcal L_D=(a_r-a_f-1)^2,\quad \mathcal L_G=(a_f-a_r-1)^2"

    def penalty(self, margin: Tensor) -> Tensor:
        return (margin - 1) ** 2

    def exact_equilibrium(self) -> tuple[float, float]:
        return 1.0, 1.0

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        return 2 * (logits.fake - logits.real - 1)


@dataclass(frozen=True)
class RelativisticAverage(RelativisticPairing):
    """The logistic loss of logits minus the mean of the other kind (Jolicoeur-Martineau 2018, RaSGAN).

    The factor 1/2 is that of the author's code.
    """

    formula = (
        r"\mathcal L_D=-\tfrac12\log\sigma(a_r-\bar a_f)-\tfrac12\log\sigma(\bar a_r-a_f),"
        r"\quad \mathcal L_G=-\tfrac12\log\sigma(a_f-\bar a_r)-\tfrac12\log\sigma(\bar a_f-a_r)"
    )

    def discriminator(self, logits: Logits) -> Tensor:
        return self._against_means(logits.real, logits.fake)

    def generator(self, logits: Logits) -> Tensor:
        return self._against_means(logits.fake, logits.real)

    def _against_means(self, high: Tensor, low: Tensor) -> Tensor:
        above, below = high - low.mean(-1, keepdim=True), high.mean(-1, keepdim=True) - low
        return (self.penalty(above) + self.penalty(below)) / 2

    def exact_generator_weight(self, logits: Logits) -> Tensor:
        of_fake = torch.sigmoid(logits.real.mean(-1, keepdim=True) - logits.fake)
        of_mean = torch.sigmoid(logits.real - logits.fake.mean(-1, keepdim=True)).mean(-1, keepdim=True)
        return -(of_fake + of_mean) / 2


RELATIVISTIC: dict[str, Loss] = {
    "relativistic": RelativisticPairing(),
    "relativistic-hinge": RelativisticHinge(),
    "relativistic-least-squares": RelativisticLeastSquares(),
    "relativistic-average": RelativisticAverage(),
}
