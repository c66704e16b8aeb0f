"""Specs of networks with layers, with the arguments that a recipe may give one player's network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from toygan.parts.checks import number, size, whole
from toygan.parts.networks.base import Network, NetworkSpec, Shape
from toygan.parts.networks.dropout import NoisyMLP
from toygan.parts.networks.layers import (
    ACTIVATIONS,
    INITS,
    MLP,
    OUTPUTS,
    BatchNormMLP,
    LayerNormMLP,
    Maxout,
    WeightNormMLP,
)
from toygan.text import short

WIDEST, DEEPEST = 4096, 16  # units of a layer, hidden layers
WIDE = 64  # units of a layer, enough for most data in the plane


@dataclass(frozen=True)
class LayeredSpec(NetworkSpec):
    """A network with layers; an argument that is None is the recipe's.

    `widths` are the units of each hidden layer, in place of `width` and `depth`. `scale` multiplies the inputs and
    `output_scale` the outputs. `output` is the function of the last layer: "identity", "tanh", "sigmoid" or "softplus".
    `init` is "uniform" (PyTorch's own), "he", "orthogonal" or "normal"; `gain` multiplies the initial weights.
    """

    width: int | None = None
    depth: int | None = None
    init: str = "uniform"
    gain: float = 1.0
    scale: float = 1.0
    widths: Sequence[int] = ()
    output: str = "identity"
    output_scale: float = 1.0

    kind = MLP

    def __post_init__(self) -> None:
        if self.width is not None:
            whole("width", self.width, 1, WIDEST)
        if self.depth is not None:
            whole("depth", self.depth, 0, DEEPEST)
        for name, allowed in (("init", INITS), ("output", OUTPUTS)):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name}={short(getattr(self, name))}: must be one of {', '.join(allowed)}")
        for name in ("gain", "scale", "output_scale"):
            size(name, getattr(self, name))
        self._check_widths()

    def _check_widths(self) -> None:
        if not isinstance(self.widths, Sequence) or isinstance(self.widths, str) or len(self.widths) > DEEPEST:
            raise ValueError(f"widths={short(self.widths)}: must be up to {DEEPEST} whole numbers in brackets")
        for i, width in enumerate(self.widths):
            whole(f"widths[{i}]", width, 1, WIDEST)
        if self.widths and not self.width is self.depth is None:
            raise ValueError(f"widths={short(self.widths)}: stands for width and depth; give one or the other")
        object.__setattr__(self, "widths", tuple(self.widths))

    def enlarge(self) -> dict[str, Any]:
        """Return arguments for at least two layers of twice the width, where this spec has sizes of its own."""
        if self.widths:
            widths = tuple(max(WIDE, 2 * width) for width in self.widths)
            return {"widths": widths if len(widths) > 1 else 2 * widths}
        own: dict[str, Any] = {} if self.width is None else {"width": max(WIDE, 2 * self.width)}
        return own if self.depth is None else own | {"depth": max(2, self.depth)}

    def adapt(self, shape: Shape) -> Shape:
        return Shape(
            width=shape.width if self.width is None else self.width,
            depth=shape.depth if self.depth is None else self.depth,
            activation=shape.activation,
            init=self.init,
            gain=self.gain,
            scale=self.scale,
            widths=tuple(self.widths),
            output=self.output,
            output_scale=self.output_scale,
        )


@dataclass(frozen=True)
class MLPSpec(LayeredSpec):
    """`depth` hidden layers of `width` units, by default with PyTorch's uniform start, within 1 / sqrt(fan in)."""

    activation: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.activation is not None:
            try:
                ACTIVATIONS.make(str(self.activation))
            except ValueError as error:
                raise ValueError(f"activation={short(self.activation)}: {error}") from None

    def adapt(self, shape: Shape) -> Shape:
        return super().adapt(shape._replace(activation=self.activation or shape.activation))


@dataclass(frozen=True)
class BatchNormMLPSpec(MLPSpec):
    """An mlp whose hidden units are normalised over the present batch, in evaluation too (Ioffe and Szegedy 2015)."""

    kind = BatchNormMLP


@dataclass(frozen=True)
class LayerNormMLPSpec(MLPSpec):
    """An mlp whose hidden units are normalised sample by sample, over their layer (Ba et al. 2016)."""

    kind = LayerNormMLP


@dataclass(frozen=True)
class WeightNormMLPSpec(MLPSpec):
    """An mlp that learns length and direction of each unit's weights separately (Salimans and Kingma 2016)."""

    kind = WeightNormMLP


@dataclass(frozen=True)
class MaxoutSpec(LayeredSpec):
    """An mlp whose hidden units are the maximum of `pieces` linear ones (Goodfellow et al. 2013, Maxout)."""

    pieces: int = 5

    kind = Maxout

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("pieces", self.pieces, 1, 64)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> Network:
        return Maxout(inputs, outputs, self.adapt(shape), self.pieces)


@dataclass(frozen=True)
class DropoutMLPSpec(MLPSpec):
    """An mlp for G with dropout at this `rate`, in evaluation too, as noise (Isola et al. 2017, pix2pix).

    For D there is the regularizer dropout, whose strength may change while it trains.
    """

    rate: float = 0.2

    kind = NoisyMLP

    def __post_init__(self) -> None:
        super().__post_init__()
        number("rate", self.rate, 0, 0.95)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> Network:
        mlp = MLP(inputs, outputs, self.adapt(shape))
        return replace(NoisyMLP.from_mlp(mlp), rate=self.rate) if len(mlp.layers) > 1 else mlp


LAYERED: dict[str, NetworkSpec] = {
    "mlp": MLPSpec(),
    "batch-norm-mlp": BatchNormMLPSpec(),
    "layer-norm-mlp": LayerNormMLPSpec(),
    "weight-norm-mlp": WeightNormMLPSpec(),
    "maxout": MaxoutSpec(),
    "dropout-mlp": DropoutMLPSpec(),
}
