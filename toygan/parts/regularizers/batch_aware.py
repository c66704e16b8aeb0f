"""Regularizers that show D several samples at a time, so it can see that they are too similar."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from toygan.parts.checks import whole
from toygan.parts.networks import MLP, Network
from toygan.parts.networks.dropout import DropoutMLP, dropout_factors
from toygan.parts.protocols import RecipeParts
from toygan.parts.regularizers.base import DiscriminatorPass, Regularizer, RegularizerState

EPSILON = 1e-8  # under the root, as in the authors' code: a batch of copies has a gradient


@dataclass(frozen=True)
class Packing(Regularizer):
    """D judges packs of `strength` samples with one label; only its input layer is wider (Lin et al. 2018, PacGAN).

    A single point is shown to D as a pack of its copies.
    """

    strengths = (1, 2, 8)
    bounds = (1, 64)
    whole = True
    structural = True
    formula = r"a(x_1,\dots,x_m)"

    def refuses(self, parts: RecipeParts) -> str | None:
        for name, part in parts.regularizers.items():
            if isinstance(part, Packing) and parts.batch % parts.strengths[name]:
                return f"a batch of {parts.batch} does not divide into packs of {int(parts.strengths[name])}"
        return None

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        return g, d.with_inputs(d.inputs * int(strength))

    def inputs(self, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> tuple[Tensor, Tensor]:
        m = int(strength.tolist()[0])  # of a strength that counts, which is on the CPU
        return _pack(c.x_real, m), _pack(c.x_fake, m)

    def point(self, x: Tensor, g: Network, theta_g: Tensor, strength: Tensor) -> Tensor:
        return x.repeat(1, 1, int(strength.tolist()[0]))


def _pack(x: Tensor, m: int) -> Tensor:
    """Return neighbours side by side, `(P, n // m, m * dim)`, without a rest that does not fill a pack."""
    packs = x.shape[-2] // m
    return x[..., : packs * m, :].reshape(*x.shape[:-2], packs, m * x.shape[-1])


@dataclass(frozen=True)
class BatchAwareMLP(MLP):
    """An MLP whose last layer also sees `extra` numbers about the whole batch."""

    extra: int = 1

    per_sample = False

    @cached_property
    def layers(self) -> list[tuple[int, int]]:
        *hidden, (features, outputs) = super().layers
        return [*hidden, (features + self.extra, outputs)]

    def limit(self, role: str) -> str:
        return ""

    def about(self, theta: Tensor, features: Tensor, context: Tensor) -> Tensor:
        """Compute the numbers `(P, n, extra)` for samples of features `(P, n, f)`, in a batch `context` `(P, m, f)`."""
        raise NotImplementedError

    def __call__(self, theta: Tensor, x: Tensor) -> Tensor:
        return self.in_batch(theta, x, x)

    def in_batch(self, theta: Tensor, x: Tensor, context: Tensor) -> Tensor:
        features = self.features(theta, x)
        others = features if context is x else self.features(theta, context)
        known = torch.cat([features, self.about(theta, features, others)], -1)
        return self._last(self.unpack(theta)[-1], known.mT)


@dataclass(frozen=True)
class StddevMLP(BatchAwareMLP):
    """An MLP that sees the standard deviation over the batch, averaged over all features, times `scale`."""

    scale: float = 1.0

    def about(self, theta: Tensor, features: Tensor, context: Tensor) -> Tensor:
        spread = (context.var(dim=1, correction=0) + EPSILON).sqrt().mean(-1)
        return self.scale * spread[:, None, None].expand(-1, features.shape[1], 1)


@dataclass(frozen=True)
class SimilarityMLP(BatchAwareMLP):
    """An MLP that sees the closeness of a sample to the batch, mean exp(-distance), in `extra` learned projections."""

    dims: int = 3

    @property
    def _projection(self) -> tuple[int, int]:
        return self.layers[-1][0] - self.extra, self.extra * self.dims

    @cached_property
    def sizes(self) -> list[int]:
        features, projected = self._projection
        return [*super().sizes, features * projected]

    @cached_property
    def fan_ins(self) -> list[int]:
        return [*super().fan_ins, self._projection[0]]

    def matrices(self, theta: Tensor) -> list[Tensor]:
        return [*super().matrices(theta), theta[:, -self.sizes[-1] :].view(-1, *self._projection)]

    def about(self, theta: Tensor, features: Tensor, context: Tensor) -> Tensor:
        projection = self.matrices(theta)[-1]
        sizes = len(theta), self.extra, self.dims, -1
        here, there = ((f @ projection).mT.reshape(sizes) for f in (features, context))
        apart = torch.zeros(1).to(features)
        for dim in range(
            self.dims
        ):  # one after the other: all at once would hold dims times as many distances in memory
            apart = apart + (here[:, :, dim, :, None] - there[:, :, dim, None]).abs()
        return (-apart).exp().mean(-1).mT


class BatchAware(Regularizer):
    """A regularizer that tells D's last layer about the whole batch; single points are judged inside a real batch."""

    structural = True

    def refuses(self, parts: RecipeParts) -> str | None:
        named = parts.names["discriminator"]
        if not parts.discriminator.layered:
            return f"discriminator {named!r} has no layer of features to compare; needs 'mlp'"
        if type(parts.discriminator) is not MLP:
            return f"the layer that sees the batch is that of an 'mlp', not of {named!r}"
        both = [name for name, part in parts.regularizers.items() if isinstance(part, BatchAware)]
        return f"{' and '.join(both)} tell D's last layer of the batch; choose one" if len(both) > 1 else None


@dataclass(frozen=True)
class Dropout(Regularizer):
    """Each hidden unit of D is 0 with this probability, sample by sample; the others grow by 1 / (1 - s) instead.

    Srivastava et al. 2014, in its inverted form; single points are judged by all units.
    """

    strengths = (0.01, 0.2, 0.9)
    bounds = (0.0, 0.95)
    structural = True
    formula = r"h\leftarrow h\cdot b/(1-s),\quad b\sim\mathrm{Bernoulli}(1-s)"

    def refuses(self, parts: RecipeParts) -> str | None:
        batch_aware = next((name for name, part in parts.regularizers.items() if isinstance(part, BatchAware)), None)
        if batch_aware is not None:
            return f"{batch_aware} changes D's layers, too; choose one"
        if type(parts.discriminator) is not MLP:
            return f"drops units of an 'mlp', not of {parts.names['discriminator']!r}"
        return None if len(parts.discriminator.layers) > 1 else "D has no hidden units"

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        assert isinstance(d, MLP)
        return g, DropoutMLP.from_mlp(d)

    def inputs(self, c: DiscriminatorPass, strength: Tensor, state: RegularizerState) -> tuple[Tensor, Tensor]:
        assert isinstance(c.discriminator, DropoutMLP)
        units = c.discriminator.units

        def add_factors(kind: str, x: Tensor) -> Tensor:  # of each unit, beside the samples (P, n, dim + units)
            draws = c.batch.uniform(f"dropout on {kind}", x[..., :1].expand(-1, -1, units))
            return torch.cat([x, dropout_factors(draws, strength[:, None, None])], dim=-1)

        return add_factors("real", c.x_real), add_factors("fake", c.x_fake)


@dataclass(frozen=True)
class MinibatchDiscrimination(BatchAware):
    """D's last layer sees the closeness of each sample to the others in `strength` projections (Salimans et al. 2016).

    It is the mean over the batch, not the paper's sum, so the batch size does not change its scale.
    """

    dims: int = 3  # of each learned projection; C in the paper

    def __post_init__(self) -> None:
        whole("dims", self.dims, 1, 64)

    strengths = (1, 5, 16)
    bounds = (1, 64)
    whole = True
    formula = r"o_b(x_i)=\tfrac1n\sum_j e^{-\lVert M_{ib}-M_{jb}\rVert_1},\quad M_i=T f(x_i)"

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        return g, SimilarityMLP(d.inputs, d.outputs, d.shape, extra=int(strength), dims=self.dims)


@dataclass(frozen=True)
class MinibatchStddev(BatchAware):
    """D's last layer sees the spread of the batch, times `strength` (Karras et al. 2018, sec. 3; one group)."""

    strengths = (0.1, 1.0, 10.0)
    formula = r"s\cdot\tfrac1F\sum_f\mathrm{std}_i\,f(x_i)"

    def networks(self, g: Network, d: Network, strength: float) -> tuple[Network, Network]:
        return g, StddevMLP(d.inputs, d.outputs, d.shape, scale=strength)


BATCH_AWARE: dict[str, Regularizer] = {
    "packing": Packing(),
    "minibatch-discrimination": MinibatchDiscrimination(),
    "minibatch-stddev": MinibatchStddev(),
    "dropout": Dropout(),
}
