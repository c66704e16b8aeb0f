"""Specs of networks with layers: what a recipe may change of one player's network alone."""

from __future__ import annotations

from dataclasses import dataclass

from toygan.parts.checks import size, whole
from toygan.parts.networks.base import Network, NetworkSpec, Shape
from toygan.parts.networks.layers import ACTIVATIONS, INITS, MLP, BatchNormMLP, Maxout
from toygan.text import short


@dataclass(frozen=True)
class LayeredSpec(NetworkSpec):
    """A network with layers: what is None is the recipe's; `scale` multiplies the inputs.

    `init` is "uniform" (PyTorch's own), "he", "orthogonal" or "normal", and `gain` multiplies the initial weights.
    """

    width: int | None = None
    depth: int | None = None
    init: str = "uniform"
    gain: float = 1.0
    scale: float = 1.0

    kind = MLP

    def __post_init__(self) -> None:
        if self.width is not None:
            whole("width", self.width, 1, 4096)
        if self.depth is not None:
            whole("depth", self.depth, 0, 16)
        if self.init not in INITS:
            raise ValueError(f"init={short(self.init)}: must be one of {', '.join(INITS)}")
        size("gain", self.gain)
        size("scale", self.scale)

    def shaped(self, shape: Shape) -> Shape:
        width = shape.width if self.width is None else self.width
        depth = shape.depth if self.depth is None else self.depth
        return Shape(width, depth, shape.activation, self.init, self.gain, self.scale)


@dataclass(frozen=True)
class MLPSpec(LayeredSpec):
    """`depth` hidden layers of `width` units, by default started as PyTorch does: uniform within 1 / sqrt(fan in)."""

    activation: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation is not None and self.activation not in ACTIVATIONS:
            raise ValueError(f"activation={short(self.activation)}: must be one of {', '.join(ACTIVATIONS)}")

    def shaped(self, shape: Shape) -> Shape:
        return super().shaped(shape._replace(activation=self.activation or shape.activation))


@dataclass(frozen=True)
class BatchNormMLPSpec(MLPSpec):
    """An mlp whose hidden units are normalised over the batch at hand, also when looking (Ioffe and Szegedy 2015)."""

    kind = BatchNormMLP


@dataclass(frozen=True)
class MaxoutSpec(LayeredSpec):
    """An mlp whose hidden units are each the largest of `pieces` linear ones (Goodfellow et al. 2013, Maxout)."""

    pieces: int = 5

    kind = Maxout

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("pieces", self.pieces, 1, 64)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> Network:
        return Maxout(inputs, outputs, self.shaped(shape), self.pieces)


LAYERED: dict[str, NetworkSpec] = {
    "mlp": MLPSpec(),
    "batch-norm-mlp": BatchNormMLPSpec(),
    "maxout": MaxoutSpec(),
}
