"""The networks that a recipe names: those without layers, and orders of those with layers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from toygan.parts.checks import number, whole
from toygan.parts.layers import ACTIVATIONS as ACTIVATIONS
from toygan.parts.layers import INITS, BatchNormMLP, Maxout
from toygan.parts.layers import MLP as MLP
from toygan.parts.menu import Menu
from toygan.parts.network import Network as Network
from toygan.parts.network import Shape as Shape


@dataclass(frozen=True)
class Linear(Network):
    """A matrix and nothing else: as a discriminator a(x) = psi x, the Dirac-GAN's (Mescheder et al. 2018, sec. 2)."""

    inputs: int
    outputs: int
    shape: Shape

    @property
    def n_params(self) -> int:  # type: ignore[override]
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

    inputs: int
    outputs: int
    shape: Shape

    roles = ("generator",)

    @property
    def n_params(self) -> int:  # type: ignore[override]
        return self.outputs

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.outputs, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return theta.unsqueeze(1).expand(-1, x.shape[1], -1)


@dataclass(frozen=True)
class Shift(Network):
    """A generator that moves its noise as a whole, G(z) = z + theta: the one of the shift family of Gaussians."""

    inputs: int
    outputs: int
    shape: Shape

    roles = ("generator",)

    @classmethod
    def refuses(cls, inputs: int, outputs: int) -> str | None:
        return None if inputs == outputs else f"moves noise of {inputs} dimensions; data of {outputs} needs as many"

    @property
    def n_params(self) -> int:  # type: ignore[override]
        return self.outputs

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.randn(self.outputs, generator=rng)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return x + theta.unsqueeze(1)


@dataclass(frozen=True)
class Samples(Network):
    """No discriminator: the samples themselves are passed on, for losses that compare samples with samples."""

    roles = ()
    inputs = outputs = n_params = 0

    def start(self, rng: torch.Generator) -> Tensor:
        return torch.empty(0)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return x


@dataclass(frozen=True)
class Layered:
    """An order of a network with layers: what is None is the recipe's; `scale` multiplies the inputs.

    `init` is "uniform" (PyTorch's own), "he", "orthogonal" or "normal", and `gain` multiplies the initial weights.
    """

    width: int | None = None
    depth: int | None = None
    init: str = "uniform"
    gain: float = 1.0
    scale: float = 1.0

    kind: ClassVar[type[MLP]] = MLP
    roles = Network.roles
    layered = True

    def __post_init__(self) -> None:
        if self.width is not None:
            whole("width", self.width, 1, 4096)
        if self.depth is not None:
            whole("depth", self.depth, 0, 16)
        if self.init not in INITS:
            raise ValueError(f"init={self.init!r}: must be one of {', '.join(INITS)}")
        number("gain", self.gain, above=0)
        number("scale", self.scale, above=0)

    @property
    def pointwise(self) -> bool:
        """Whether its answer at one point depends on that point only."""
        return self.kind.pointwise

    def refuses(self, inputs: int, outputs: int) -> str | None:
        """Why there is no such network with that many inputs and outputs: there always is."""
        return None

    def shaped(self, shape: Shape) -> Shape:
        """The recipe's shape with the changes that are ordered."""
        width = shape.width if self.width is None else self.width
        depth = shape.depth if self.depth is None else self.depth
        return Shape(width, depth, shape.activation, self.init, self.gain, self.scale)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> MLP:
        """The network with so many inputs and outputs, in a recipe of this shape."""
        return self.kind(inputs, outputs, self.shaped(shape))


@dataclass(frozen=True)
class PlainOrder(Layered):
    """`depth` hidden layers of `width` units, by default started as PyTorch does: uniform within 1 / sqrt(fan in)."""

    activation: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation is not None and self.activation not in ACTIVATIONS:
            raise ValueError(f"activation={self.activation!r}: must be one of {', '.join(ACTIVATIONS)}")

    def shaped(self, shape: Shape) -> Shape:
        return super().shaped(shape._replace(activation=self.activation or shape.activation))


@dataclass(frozen=True)
class BatchNormOrder(PlainOrder):
    """An mlp whose hidden units are normalised over the batch at hand, also when looking (Ioffe and Szegedy 2015)."""

    kind = BatchNormMLP


@dataclass(frozen=True)
class MaxoutOrder(Layered):
    """An mlp whose hidden units are each the largest of `pieces` linear ones (Goodfellow et al. 2013, Maxout)."""

    pieces: int = 5

    kind = Maxout

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("pieces", self.pieces, 1, 64)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> MLP:
        return Maxout(inputs, outputs, self.shaped(shape), self.pieces)


NETWORKS: Menu[Layered | type[Linear] | type[Point] | type[Shift]] = Menu(
    {
        "mlp": PlainOrder(),
        "batch-norm-mlp": BatchNormOrder(),
        "maxout": MaxoutOrder(),
        "linear": Linear,
        "point": Point,
        "shift": Shift,
    }
)
