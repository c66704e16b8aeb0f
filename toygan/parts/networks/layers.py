"""Networks of layers: MLPs, normalised MLPs and maxout."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor
from torch.nn import functional as F

from toygan.parts.checks import number
from toygan.parts.menu import Menu
from toygan.parts.networks.base import LINEAR_D, Network


@dataclass(frozen=True)
class LeakyReLU:
    """PyTorch's `leaky_relu`, with slope `slope` below 0 (Maas et al. 2013: .01; most GANs: .2)."""

    slope: float = 0.2

    def __post_init__(self) -> None:
        number("slope", self.slope, 0, 1)

    def __call__(self, x: Tensor) -> Tensor:
        return F.leaky_relu_(x, self.slope)


# In place if torch can: the tensor is new, and writing another one costs more than the maths.
ACTIVATIONS: Menu[Callable[[Tensor], Tensor]] = Menu(
    {
        "relu": torch.relu_,
        "leaky-relu": LeakyReLU(),
        "tanh": torch.tanh_,
        "sigmoid": torch.sigmoid_,
        "softplus": F.softplus,
        "silu": F.silu,
    }
)
"""The nonlinearities of hidden units by name, for a recipe's `activation`."""

# Functions of the last layer's outputs, by name.
OUTPUTS: dict[str, Callable[[Tensor], Tensor]] = {
    "identity": lambda x: x,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "softplus": F.softplus,
}


def he(outs: int, ins: int, rng: torch.Generator) -> Tensor:
    """Draw uniform weights of variance 2 / fan in, which keep the scale of ReLU layers (He et al. 2015, eq. 10)."""
    return (2 * torch.rand(outs, ins, generator=rng) - 1) * math.sqrt(6 / ins)


def orthogonal(outs: int, ins: int, rng: torch.Generator) -> Tensor:
    """Draw weights with orthonormal rows or columns, whichever are fewer, uniformly (Saxe et al. 2014)."""
    tall = torch.randn(max(outs, ins), min(outs, ins), generator=rng)
    q, r = torch.linalg.qr(tall)
    columns: Tensor = q * torch.sign(torch.diagonal(r))  # without the signs the draw would not be uniform
    return columns if outs >= ins else columns.mT


def normal(outs: int, ins: int, rng: torch.Generator) -> Tensor:
    """Draw standard normal weights; the gain is their standard deviation."""
    return torch.randn(outs, ins, generator=rng)


# Initial weights `(fan out, fan in)` by name, with biases of 0; "uniform" is PyTorch's own, which also draws biases.
INITS: dict[str, Callable[[int, int, torch.Generator], Tensor] | None] = {
    "uniform": None,
    "he": he,
    "orthogonal": orthogonal,
    "normal": normal,
}

Layer = tuple[Tensor, ...]  # a weight `(P, fan_out, fan_in)`, a bias `(P, fan_out, 1)`, and a gain if it has one


@dataclass(frozen=True)
class MLP(Network):
    """`depth` hidden layers of `width` units, with initial weights as the shape says."""

    layered = True

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        """Fan in and fan out of each layer."""
        hidden = list(self.shape.widths) or [self.shape.width] * self.shape.depth
        sizes = [self.inputs, *hidden, self.outputs]
        return list(itertools.pairwise(sizes))

    @cached_property
    def sizes(self) -> list[int]:
        """Number of parameters of each weight and bias, in the order of theta."""
        return [n for fan_in, fan_out in self.layers for n in (fan_in * fan_out, fan_out)]

    @cached_property
    def fan_ins(self) -> list[int]:
        """Fan in of each weight and bias, in the same order."""
        return [fan_in for fan_in, _ in self.layers for _ in range(2)]

    @property
    def n_params(self) -> int:
        return sum(self.sizes)

    def limit(self, role: str) -> str:
        linear = len(self.layers) == 1 and self.shape.output == "identity"
        return LINEAR_D if linear and role == "discriminator" else ""

    def start(self, rng: torch.Generator) -> Tensor:
        theta = (2 * torch.rand(self.n_params, generator=rng) - 1) * self.spread()
        init = INITS[self.shape.init]
        parts = list(theta.split_with_sizes(self.sizes))
        for i, (ins, outs) in enumerate(self.layers):
            weight, bias = parts[2 * i : 2 * i + 2]
            if init is not None:
                weight, bias = init(outs, ins, rng).flatten(), torch.zeros(outs)
            parts[2 * i : 2 * i + 2] = self.shape.gain * weight, bias
        return torch.cat(parts)

    def spread(self) -> Tensor:
        return self._spread

    @cached_property
    def _spread(self) -> Tensor:
        return torch.tensor(self.fan_ins).rsqrt().repeat_interleave(torch.tensor(self.sizes))

    def unpack(self, theta: Tensor) -> list[Layer]:
        """Split parameters into layers: a weight `(P, fan_out, fan_in)` and a bias `(P, fan_out, 1)` each."""
        column = theta.unsqueeze(-1)
        parts = iter(column.split_with_sizes(self.sizes, dim=1))  # one split: its gradient is one concatenation
        return [(next(parts).view(-1, outs, ins), next(parts)) for ins, outs in self.layers]

    def matrices(self, theta: Tensor) -> list[Tensor]:
        return [layer[0] for layer in self.unpack(theta)]

    def scale_weights(self, theta: Tensor, factors: Sequence[Tensor], output: Tensor) -> Tensor:
        parts, last = list(theta.split_with_sizes(self.sizes, dim=-1)), 2 * len(self.layers) - 2
        for i, factor in enumerate(factors):
            parts[2 * i] = parts[2 * i] * factor
        parts[last], parts[last + 1] = parts[last] * output, parts[last + 1] * output
        return torch.cat(parts, dim=-1)

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        *hidden, last = self.unpack(theta)
        return self._last(last, self._through(hidden, x))

    def _last(self, layer: Layer, units: Tensor) -> Tensor:
        """Compute outputs `(P, n, outputs)` of the last layer from its inputs `(P, units, n)`."""
        weight, bias = layer
        return self._output(torch.baddbmm(bias, weight, units)).mT

    @cached_property
    def _output(self) -> Callable[[Tensor], Tensor]:
        output, scale = OUTPUTS[self.shape.output], self.shape.output_scale
        return output if scale == 1 else lambda x: scale * output(x)

    def features(self, theta: Tensor, x: Tensor) -> Tensor:
        return self._through(self.unpack(theta)[:-1], x).mT

    def _through(self, hidden: list[Layer], x: Tensor) -> Tensor:
        """Compute hidden units `(P, units, n)`; with samples as columns, thin layers are several times faster."""
        x = self._scale_inputs(x).mT
        for weight, bias in hidden:
            x = self._activate(torch.baddbmm(bias, weight, x))
        return x

    def _scale_inputs(self, x: Tensor) -> Tensor:
        return x if self.shape.scale == 1 else self.shape.scale * x

    def _activate(self, x: Tensor) -> Tensor:
        """Apply the nonlinearity to `(P, width, n)`, in place if it can."""
        return self._activation(x)

    @cached_property
    def _activation(self) -> Callable[[Tensor], Tensor]:
        return ACTIVATIONS.make(self.shape.activation)


@dataclass(frozen=True)
class Maxout(MLP):
    """An MLP whose hidden units are the maximum of `pieces` linear ones (Goodfellow et al. 2013)."""

    pieces: int = 5

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        return [(ins, outs * self.pieces) for ins, outs in super().layers[:-1]] + super().layers[-1:]

    def _activate(self, x: Tensor) -> Tensor:
        return x.view(len(x), -1, self.pieces, x.shape[-1]).amax(2)


class NormalisedMLP(MLP):
    """An MLP whose hidden units get mean 0 and variance 1, then a learned gain and bias each."""

    scale_free = True
    EPSILON = 1e-5  # PyTorch's, added to the variance

    @cached_property
    def sizes(self) -> list[int]:
        return [*super().sizes, *[outs for _, outs in self.layers[:-1]]]

    @cached_property
    def fan_ins(self) -> list[int]:
        return [*super().fan_ins, *[1] * (len(self.layers) - 1)]

    def start(self, rng: torch.Generator) -> Tensor:
        parts = list(super().start(rng).split_with_sizes(self.sizes))
        for i in range(len(self.layers) - 1):
            parts[2 * i + 1] = torch.zeros_like(parts[2 * i + 1])
            parts[2 * len(self.layers) + i] = torch.ones_like(parts[2 * len(self.layers) + i])
        return torch.cat(parts)

    def unpack(self, theta: Tensor) -> list[Layer]:
        """Split parameters into layers; a hidden one has a weight, a bias and a gain `(P, fan_out, 1)`."""
        parts = theta.unsqueeze(-1).split_with_sizes(self.sizes, dim=1)
        gains = [*[(gain,) for gain in parts[2 * len(self.layers) :]], ()]
        return [
            (parts[2 * i].view(-1, outs, ins), parts[2 * i + 1], *gains[i]) for i, (ins, outs) in enumerate(self.layers)
        ]


@dataclass(frozen=True)
class LayerNormMLP(NormalisedMLP):
    """An MLP normalised over the units of a layer, sample by sample (Ba et al. 2016, eq. 3)."""

    def _through(self, hidden: list[Layer], x: Tensor) -> Tensor:
        x = self._scale_inputs(x).mT
        for weight, bias, gain in hidden:
            x = torch.bmm(weight, x)
            variance, mean = torch.var_mean(x, dim=1, correction=0, keepdim=True)
            x = self._activate(torch.addcmul(bias, (x - mean) * (variance + self.EPSILON).rsqrt(), gain))
        return x


@dataclass(frozen=True)
class BatchNormMLP(NormalisedMLP):
    """An MLP normalised over the present batch, unit by unit.

    Statistics are those of each member's batch, in training and evaluation; there are no running means.
    """

    per_sample = False

    def _through(self, hidden: list[Layer], x: Tensor, judged: int | None = None) -> Tensor:
        """Compute hidden units; the statistics are those of the first `judged` points, or of all."""
        x = self._scale_inputs(x).mT
        for weight, bias, gain in hidden:
            x = torch.bmm(weight, x)
            variance, mean = torch.var_mean(x[..., :judged], dim=-1, correction=0, keepdim=True)
            x = self._activate(torch.addcmul(bias, x - mean, gain * (variance + self.EPSILON).rsqrt()))
        return x

    def in_batch(self, theta: Tensor, x: Tensor, context: Tensor) -> Tensor:
        *hidden, last = self.unpack(theta)
        m = context.shape[1]
        return self._last(last, self._through(hidden, torch.cat([context, x], dim=1), judged=m)[..., m:])


@dataclass(frozen=True)
class WeightNormMLP(MLP):
    """An MLP whose weight rows are directions v / |v| times learned lengths (Salimans and Kingma 2016, eq. 2)."""

    scale_free = True

    @cached_property
    def sizes(self) -> list[int]:
        return [*super().sizes, *[outs for _, outs in self.layers]]

    @cached_property
    def fan_ins(self) -> list[int]:
        return [*super().fan_ins, *[1] * len(self.layers)]

    def start(self, rng: torch.Generator) -> Tensor:
        parts = list(super().start(rng).split_with_sizes(self.sizes))
        for i, (ins, outs) in enumerate(self.layers):  # the function of the MLP with the same weights
            parts[2 * len(self.layers) + i] = parts[2 * i].view(outs, ins).norm(dim=1)
        return torch.cat(parts)

    def unpack(self, theta: Tensor) -> list[Layer]:
        parts = theta.unsqueeze(-1).split_with_sizes(self.sizes, dim=1)
        layers, lengths = list[Layer](), parts[2 * len(self.layers) :]
        for i, (ins, outs) in enumerate(self.layers):
            v = parts[2 * i].view(-1, outs, ins)
            inverse = (v.square().sum(-1, keepdim=True) + 1e-30).rsqrt()
            layers.append((lengths[i] * inverse * v, parts[2 * i + 1]))
        return layers
