"""Distributions made from another one: in other units for the players, or as finitely many of its points."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from functools import cached_property
from operator import attrgetter

import torch
from torch import Tensor

from toygan.parts import checks
from toygan.parts.distributions.base import DISTRIBUTIONS, Distribution
from toygan.text import short


class Wrapped(Distribution):
    """The distribution `of`, except for the properties that a subclass changes."""

    of: str
    asks = "of"

    def __post_init__(self) -> None:
        if not isinstance(self.of, str):
            raise ValueError(f"of={short(self.of)}: must be the spec of other data")
        try:
            inner = self.inner
        except ValueError as error:
            raise ValueError(f"of={short(self.of)}: {error}") from None
        if type(inner) is type(self):
            raise ValueError(f"of={short(self.of)}: must be other data")

    @cached_property
    def inner(self) -> Distribution:
        """The wrapped distribution."""
        return DISTRIBUTIONS.make(self.of)

    def __eq__(self, other: object) -> bool:
        """Compare the arguments, and what `of` names: a file may have changed, and a row may be another part."""
        if not isinstance(other, Wrapped) or type(other) is not type(self) or astuple(self) != astuple(other):  # type: ignore[call-overload]
            return False
        return self.inner is other.inner or self.digest == other.digest != ""

    def __hash__(self) -> int:
        return hash(astuple(self))  # type: ignore[call-overload]

    @property
    def mode_names(self) -> tuple[str, ...]:
        return self.inner.mode_names if len(self.modes) == len(self.inner.modes) else super().mode_names


for _name in [
    "refuses",
    "picture",
    "axis_names",
    "layout",
    "stale",
    "digest",
    "dim",
    "sigma",
    "atoms",
    "has_density",
    "modes",
    "weights",
    "sigmas",
    "outline",
    "extent",
    "moments",
    "scales",
    "uneven",
    "per_axis",
    "training_set",
    "sample",
    "log_prob",
    "nearest_mode",
    "around_modes",
    "players_see",
    "from_players",
    "counts",
    "rounds",
    "rounded",
]:
    setattr(Wrapped, _name, property(attrgetter(f"inner.{_name}")))


@dataclass(frozen=True, eq=False)
class Standardised(Wrapped):
    """Other data, rescaled for the players to mean 0 and spread 1 per axis, as in `of=ring8(radius=50.0)`.

    The scale comes from its true moments. Metrics measure in these units, too; plots and rows keep the data's own. A
    constant axis keeps its scale.
    """

    of: str = "ring8"

    per_axis = True
    uneven = False

    def players_see(self, x: Tensor) -> Tensor:
        mean, _ = self.moments
        return (x - mean.to(x)) / self.scales.to(x)

    def from_players(self, x: Tensor) -> Tensor:
        mean, _ = self.moments
        return self.rounded(mean.to(x) + self.scales.to(x) * x)

    def sample_apart(self, n: int, generator: torch.Generator) -> Tensor:
        return self.inner.sample_apart(n, generator)


@dataclass(frozen=True, eq=False)
class TrainingSet(Wrapped):
    """A finite training set: n points of other data, drawn once from this `seed`.

    Metrics compare with the data itself, that is, with held-out samples.
    """

    of: str = "ring8"
    n: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        checks.whole("n", self.n, 1, 2**17)
        checks.whole("seed", self.seed, 0, 2**32)

    @cached_property
    def training_set(self) -> Tensor:
        return self.inner.sample(self.n, torch.Generator().manual_seed(self.seed))


WRAPPED: dict[str, type[Distribution]] = {"standardised": Standardised, "training-set": TrainingSet}
