"""The base class of networks: pure functions of parameters, `net(theta, x)`, for all members at once."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import torch
from torch import Tensor

LINEAR_D = "D is linear: it compares the means of both kinds of samples, and sees neither their spread nor their shape."


class Shape(NamedTuple):
    """The size, activation and initial weights of a network, as a recipe and a spec set them."""

    width: int
    depth: int
    activation: str
    init: str = "uniform"
    gain: float = 1.0  # factor of the initial weights
    scale: float = 1.0  # factor of the inputs
    widths: tuple[int, ...] = ()  # units of each hidden layer, if they differ
    output: str = "identity"  # function of the last layer's outputs
    output_scale: float = 1.0  # factor of the outputs


@dataclass(frozen=True)
class Network:
    """A pure function of parameters `(P, n_params)` and inputs `(P, n, inputs)`, for P members at once.

    A subclass is a frozen dataclass that defines `n_params`, `start` and `__call__`; `roles` names the players that may
    use it. With `layered`, it also defines `features`, `matrices` and `scale_weights`.

    Args:
        inputs: Dimension of a sample for D, of a latent point for G.
        outputs: 1 for D, the dimension of a sample for G.
        shape: Width, depth, activation and initial weights.
    Example:
        >>> import torch
        >>> from toygan import NETWORKS, Network, NetworkSpec, Recipe
        >>> class Parabola(Network):
        ...     roles = ("discriminator",)
        ...     n_params = 2
        ...     def start(self, rng):
        ...         return torch.zeros(2)
        ...     def __call__(self, theta, x):
        ...         square = x.square().sum(-1, keepdim=True)
        ...         return theta[:, None, :1] + theta[:, None, 1:] * square
        >>> NETWORKS["parabola"] = NetworkSpec(Parabola)
        >>> Recipe(discriminator="parabola").parts.discriminator.n_params
        2
        >>> del NETWORKS["parabola"]
    """

    inputs: int
    outputs: int
    shape: Shape

    roles: ClassVar[tuple[str, ...]] = ("generator", "discriminator")
    layered: ClassVar[bool] = False  # True: it has weight matrices to normalise and `features` before its last one
    scale_free: ClassVar[bool] = False  # True: the output does not depend on the scale of its weight matrices
    per_sample: ClassVar[bool] = True  # False: the output at one point depends on the other points of the batch

    @classmethod
    def refuses(cls, inputs: int, outputs: int) -> str | None:
        """Return the reason why this network cannot have these numbers of `inputs` and `outputs`, or None."""
        return None

    def limit(self, role: str) -> str:
        """Return what no training teaches this network as the player `role`, as a sentence; "" if there is nothing."""
        return ""

    @property
    def beside(self) -> int:
        """The number of a generator's last inputs that are not latent, but uniform on [0, 1)."""
        return 0

    @property
    def n_params(self) -> int:
        """The number of parameters of one member."""
        raise NotImplementedError

    def with_inputs(self, inputs: int) -> Self:
        """Return the same network for `inputs` of another dimension."""
        return dataclasses.replace(self, inputs=inputs)

    def of(self, inputs: int) -> Self:
        """Call `with_inputs`, its present name, for `inputs` of another dimension."""
        return self.with_inputs(inputs)

    def start(self, rng: torch.Generator) -> Tensor:
        """Draw initial parameters of one member `(n_params,)`; all random numbers come from the generator `rng`."""
        raise NotImplementedError

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        """Compute outputs `(P, n, outputs)` from parameters `theta` `(P, n_params)` and inputs `x` `(P, n, inputs)`."""
        raise NotImplementedError

    def in_batch(self, theta: Tensor, x: Tensor, context: Tensor) -> Tensor:
        """Compute outputs at inputs that are added to a batch, for networks that look at whole batches.

        Args:
            theta: Parameters `(P, n_params)`.
            x: Inputs `(P, n, inputs)`.
            context: The batch `(P, m, inputs)`.
        Returns:
            Outputs `(P, n, outputs)`; with `per_sample` those of x alone.
        """
        return self(theta, x)

    def features(self, theta: Tensor, x: Tensor) -> Tensor:
        """Compute the last layer's inputs `(P, n, features)` from parameters `theta` and inputs `x`, if `layered`."""
        raise NotImplementedError

    def matrices(self, theta: Tensor) -> list[Tensor]:
        """Return the weight matrices `(P, ., .)` in the parameters `theta`, if `layered`."""
        raise NotImplementedError

    def scale_weights(self, theta: Tensor, factors: Sequence[Tensor], output: Tensor) -> Tensor:
        """Scale every weight matrix and the output, if `layered`.

        Args:
            theta: Parameters `(P, n_params)`.
            factors: The factor of each matrix, each `(P, 1)`.
            output: The factor of the output `(P, 1)`.
        Returns:
            New parameters `(P, n_params)`.
        """
        raise NotImplementedError

    def scaled(self, theta: Tensor, factors: Sequence[Tensor], output: Tensor) -> Tensor:
        """Call `scale_weights`, its present name, with `theta`, `factors` and `output`."""
        return self.scale_weights(theta, factors, output)

    def spread(self) -> Tensor:
        """Return the range of each initial parameter `(n_params,)`, the unit of bounds on parameters."""
        return torch.ones(self.n_params)


class NetworkSpec:
    """A row of `NETWORKS`: it builds a network for the inputs, outputs and shape of a recipe.

    `NetworkSpec(kind)` is enough for a network without arguments of its own. A subclass that is a frozen dataclass adds
    arguments, as in `generator="mlp(width=16)"`.

    Args:
        kind: The class of the network.
    Example:
        >>> from toygan import NETWORKS
        >>> from toygan.parts.networks import Shape
        >>> NETWORKS["mlp"](2, 1, Shape(width=4, depth=1, activation="relu")).n_params
        17
    """

    kind: type[Network]

    def __init__(self, kind: type[Network]) -> None:
        self.kind, self.__doc__ = kind, kind.__doc__

    def adapt(self, shape: Shape) -> Shape:
        """Return the recipe's `shape` with the changes of this spec."""
        return shape

    def shaped(self, shape: Shape) -> Shape:
        """Call `adapt`, its present name, with the recipe's `shape`."""
        return self.adapt(shape)

    def __call__(self, inputs: int, outputs: int, shape: Shape) -> Network:
        """Build the network for these numbers of `inputs` and `outputs` and a recipe's `shape`."""
        return self.kind(inputs, outputs, self.adapt(shape))
