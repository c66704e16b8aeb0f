"""MLPs with dropout: hidden units are set to 0 at random, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import torch
from torch import Tensor

from toygan.parts.networks.layers import MLP, Layer


def dropout_factors(draws: Tensor, rate: Tensor | float) -> Tensor:
    """Turn uniform draws into factors of units: 0 at this rate, else 1 / (1 - rate) (inverted dropout)."""
    return (draws >= rate).to(draws.dtype) / (1 - rate)


@dataclass(frozen=True)
class DropoutMLP(MLP):
    """An MLP whose inputs may end with a factor for each of its hidden units."""

    units: int = 0  # number of hidden units, and of factors at the end of the inputs

    @classmethod
    def from_mlp(cls, mlp: MLP) -> Self:
        """Return the same layers with a factor for each hidden unit at the end of the inputs."""
        units = sum(outs for _, outs in mlp.layers[:-1])
        return cls(mlp.inputs + units, mlp.outputs, mlp.shape, units)

    def with_inputs(self, inputs: int) -> Self:
        return replace(self, inputs=inputs + self.units)

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        (inputs, outputs), *rest = super().layers
        return [(inputs - self.units, outputs), *rest]

    def factors(self, ends: Tensor) -> Tensor:
        """Return the factor of each hidden unit `(P, n, units)` from the last inputs."""
        return ends

    def _through(self, hidden: list[Layer], x: Tensor) -> Tensor:
        if x.shape[-1] < self.inputs:  # without factors
            return super()._through(hidden, x)
        data, ends = x[..., : -self.units], x[..., -self.units :]
        # Not differentiated: penalties on D's gradient mean the one in the data.
        sizes = [outs for _, outs in self.layers[:-1]]
        factors = self.factors(ends.detach()).mT.split_with_sizes(sizes, dim=1)
        x = self._scale_inputs(data).mT
        for (weight, bias), factor in zip(hidden, factors, strict=True):
            x = self._activate(torch.baddbmm(bias, weight, x)) * factor
        return x


@dataclass(frozen=True)
class NoisyMLP(DropoutMLP):
    """A generator with dropout at this rate in training and evaluation: dropout is part of its noise.

    Isola et al. 2017 (pix2pix), sec. 3.2. Its inputs are a latent point and a uniform number on [0, 1) for each unit.
    """

    rate: float = 0.0

    roles = ("generator",)

    @property
    def beside(self) -> int:
        return self.units

    def factors(self, ends: Tensor) -> Tensor:
        return dropout_factors(ends, self.rate)
