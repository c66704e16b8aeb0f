"""Networks without hidden layers, for the smallest GANs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.networks.base import LINEAR_D, Network, NetworkSpec


@dataclass(frozen=True)
class Linear(Network):
    """A matrix without a bias; as D it is a(x) = psi x, that of the Dirac-GAN (Mescheder et al. 2018, sec. 2)."""

    @property
    def n_params(self) -> int:
        return self.inputs * self.outputs

    def limit(self, role: str) -> str:
        return LINEAR_D if role == "discriminator" else ""

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.n_params, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return torch.bmm(x, theta.view(-1, self.inputs, self.outputs))

    def spread(self) -> Tensor:
        return torch.full((self.n_params,), 1 / math.sqrt(self.inputs))


@dataclass(frozen=True)
class Point(Network):
    """A generator that ignores its noise: all samples are one point, which is its parameter."""

    roles = ("generator",)

    @property
    def n_params(self) -> int:
        return self.outputs

    def limit(self, role: str) -> str:
        return "G ignores its noise: all its samples are one point."

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.outputs, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return theta.unsqueeze(1).expand(-1, x.shape[1], -1)


@dataclass(frozen=True)
class Shift(Point):
    """A generator that shifts its noise, G(z) = z + theta."""

    @classmethod
    def refuses(cls, inputs: int, outputs: int) -> str | None:
        fits = inputs == outputs
        return None if fits else f"shifts noise of {inputs} dimensions; this data needs latent={outputs}"

    def limit(self, role: str) -> str:
        return "G only shifts its noise: its samples keep the spread and the shape of the noise."

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return x + theta.unsqueeze(1)


@dataclass(frozen=True)
class NoDiscriminator(Network):
    """A function that returns the samples themselves, for losses that compare samples with samples."""

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
