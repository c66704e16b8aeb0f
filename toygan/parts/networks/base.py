"""What a network is: a pure function of its parameters, `net(theta, x)`, all members at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor


class Shape(NamedTuple):
    """How large a network is, with which activation and start: the numbers of a recipe that networks read."""

    width: int
    depth: int
    activation: str
    init: str = "uniform"
    gain: float = 1.0  # times the initial weights
    scale: float = 1.0  # times the inputs
    widths: tuple[int, ...] = ()  # units of each hidden layer, where they differ
    output: str = "identity"  # what is made of the last layer
    output_scale: float = 1.0  # times the outputs


@dataclass(frozen=True)
class Network:
    """A function of parameters `(P, n_params)` and inputs `(P, n, inputs)`.

    `roles` says whether it can generate, discriminate or both.
    """

    inputs: int
    outputs: int
    shape: Shape

    roles: ClassVar[tuple[str, ...]] = ("generator", "discriminator")
    layered: ClassVar[bool] = False  # True: it has weight matrices to normalise and `features` before its last one
    scale_free: ClassVar[bool] = False  # True: a factor of all its weight matrices changes nothing
    per_sample: ClassVar[bool] = True  # False: the answer at one point depends on the other points of the batch

    @classmethod
    def refuses(cls, inputs: int, outputs: int) -> str | None:
        """Why there is no such network with that many inputs and outputs, or None where there is."""
        return None

    @property
    def beside(self) -> int:
        """How many of a generator's inputs are no latent point, but uniform on [0, 1): the last ones."""
        return 0

    @property
    def n_params(self) -> int:
        """Numbers that one member's parameters consist of."""
        raise NotImplementedError

    def with_inputs(self, inputs: int) -> Self:
        """The same network for inputs of another dimension."""
        return dataclasses.replace(self, inputs=inputs)

    def start(self, rng: torch.Generator) -> Tensor:
        """Initial parameters of one member `(n_params,)`."""
        raise NotImplementedError

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        """Outputs `(P, n, outputs)` for parameters `(P, n_params)` and inputs `(P, n, inputs)`."""
        raise NotImplementedError

    def in_batch(self, theta: Tensor, x: Tensor, context: Tensor) -> Tensor:
        """Outputs at x, each point as one of a batch `context` `(P, m, inputs)`: the same where points stand alone."""
        return self(theta, x)

    def features(self, theta: Tensor, x: Tensor) -> Tensor:
        """What the last layer sees `(P, n, features)`, of a layered network."""
        raise NotImplementedError

    def matrices(self, theta: Tensor) -> list[Tensor]:
        """Weight matrices `(P, ., .)` of a layered network."""
        raise NotImplementedError

    def scale_weights(self, theta: Tensor, factors: Sequence[Tensor], output: Tensor) -> Tensor:
        """Parameters with every matrix times its factor and the output times `output`, each `(P, 1)`."""
        raise NotImplementedError

    def spread(self) -> Tensor:
        """The range of each initial parameter `(n_params,)`: the natural unit for bounds on them."""
        return torch.ones(self.n_params)


class NetworkSpec:
    """A row of the menu: a kind of network, for as many inputs and outputs and of the shape that a recipe asks for.

    `NetworkSpec(kind)` is all that a network without numbers of its own needs; a dataclass adds those that a recipe may
    change.
    """

    kind: type[Network]

    def __init__(self, kind: type[Network]) -> None:
        self.kind, self.__doc__ = kind, kind.__doc__

    def adapt(self, shape: Shape) -> Shape:
        """The recipe's shape with the changes that the spec makes."""
        return shape

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> Network:
        """The network with so many inputs and outputs, in a recipe of this shape."""
        return self.kind(inputs, outputs, self.adapt(shape))
