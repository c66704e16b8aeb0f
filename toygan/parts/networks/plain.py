"""Networks without hidden layers, for the smallest GANs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.networks.base import Network, NetworkSpec


@dataclass(frozen=True)
class Linear(Network):
    """A matrix and nothing else: as a discriminator a(x) = psi x, the Dirac-GAN's (Mescheder et al. 2018, sec. 2)."""

    @property
    def n_params(self) -> int:
        return self.inputs * self.outputs

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.n_params, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return torch.bmm(x, theta.view(-1, self.inputs, self.outputs))

    def spread(self) -> Tensor:
        return torch.full((self.n_params,), 1 / math.sqrt(self.inputs))


@dataclass(frozen=True)
class Point(Network):
    """A generator that ignores its noise: all samples are one point, and the point is the parameter."""

    roles = ("generator",)

    @property
    def n_params(self) -> int:
        return self.outputs

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.outputs, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return theta.unsqueeze(1).expand(-1, x.shape[1], -1)


@dataclass(frozen=True)
class Shift(Point):
    """A generator that moves its noise as a whole, G(z) = z + theta: the one of the shift family of Gaussians."""

    @classmethod
    def refuses(cls, inputs: int, outputs: int) -> str | None:
        return None if inputs == outputs else f"moves noise of {inputs} dimensions; data of {outputs} needs as many"

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return x + theta.unsqueeze(1)


@dataclass(frozen=True)
class NoDiscriminator(Network):
    """Passes the samples themselves on, for losses that compare samples with samples."""

    roles = ()
    n_params = 0

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.empty(0)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return x


PLAIN: dict[str, NetworkSpec] = {
    "linear": NetworkSpec(Linear),
    "point": NetworkSpec(Point),
    "shift": NetworkSpec(Shift),
}
