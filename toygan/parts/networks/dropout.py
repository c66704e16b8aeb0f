"""MLPs of which hidden units are switched off at random, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

from toygan.parts.networks.layers import MLP, Layer


def dropout_factors(draws: Tensor, rate: Tensor | float) -> Tensor:
    """What units are multiplied with, given uniform draws: 0 at this rate, else 1 / (1 - rate) (inverted dropout)."""
    return (draws >= rate).to(draws.dtype) / (1 - rate)


@dataclass(frozen=True)
class DropoutMLP(MLP):
    """An MLP that may be told with every sample what each of its hidden units is multiplied with."""

    units: int = 0  # hidden ones, at the end of the inputs

    @classmethod
    def from_mlp(cls, mlp: MLP) -> Self:
        """The same layers, with all hidden units at the end of the inputs."""
        units = sum(outs for _, outs in mlp.layers[:-1])
        return cls(mlp.inputs + units, mlp.outputs, mlp.shape, units)

    def with_inputs(self, inputs: int) -> Self:
        return replace(self, inputs=inputs + self.units)

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        (inputs, outputs), *rest = super().layers
        return [(inputs - self.units, outputs), *rest]

    def factors(self, told: Tensor) -> Tensor:
        """What each hidden unit is multiplied with `(P, n, units)`, of what is told at the end of the inputs."""
        return told

    def _through(self, hidden: list[Layer], x: Tensor) -> Tensor:
        if x.shape[-1] < self.inputs:  # a point alone
            return super()._through(hidden, x)
        data, told = x[..., : -self.units], x[..., -self.units :]
        # Not differentiated: a penalty on D's slope means that in the data.
        sizes = [outs for _, outs in self.layers[:-1]]
        factors = self.factors(told.detach()).mT.split_with_sizes(sizes, dim=1)
        x = self._scale_inputs(data).mT
        for (weight, bias), factor in zip(hidden, factors, strict=True):
            x = self._activate(torch.baddbmm(bias, weight, x)) * factor
        return x


@dataclass(frozen=True)
class NoisyMLP(DropoutMLP):
    """A generator that drops its hidden units at this rate, also when it is looked at: dropout is part of its noise.

    Isola et al. 2017 (pix2pix), sec. 3.2. It takes a number, uniform on [0, 1), for each unit beside a latent point.
    """

    rate: float = 0.0

    roles = ("generator",)

    @property
    def beside(self) -> int:
        return self.units

    def factors(self, told: Tensor) -> Tensor:
        return dropout_factors(told, self.rate)
