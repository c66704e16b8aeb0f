"""Metrics as other packages define them: what `evaluate(like=...)` computes.

A package is a frozen dataclass, whose fields are the arguments there with their defaults, and its row. Each was run in
the version that stands there (`tests/parts/compare_with_packages.sh`); `equivalents/metrics.toml` names them too.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.parts.checks import MOST, SMALLEST, number, whole
from toygan.parts.menu import Menu
from toygan.parts.metrics.base import Metric
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.modes import js, modes, reverse_kl
from toygan.parts.metrics.samples import assignable, on_a_line
from toygan.parts.metrics.statistics import (
    Balls,
    energy,
    gaussian_kernel,
    least_cost,
    mean_of_all,
    mean_of_pairs,
    squared_mmd,
)

MOST_SETS = 10_000  # subsets of the samples that a metric may be a mean over


class Package:
    """The definitions of one package.

    A subclass is a frozen dataclass and defines `metrics`. Its samples are in float64.
    """

    version: str

    @property
    def metrics(self) -> dict[str, Metric]:
        """The metrics that the package has, by our names."""
        raise NotImplementedError


def equally_many(e: MetricInputs) -> bool:
    """Tell if an exact assignment to equally many true samples is affordable."""
    return assignable(e) and e.reference.shape[1] == e.n


def cost(p: int, root: bool, e: MetricInputs) -> Tensor:
    """Compute the least mean p-th power of the distance, and its root if that is asked for."""
    least = least_cost(e.to_reference**p)
    return least ** (1 / p) if root else least


def polynomial(x: Tensor, y: Tensor) -> Tensor:
    """Compute the kernel (x'y / dim + 1)^3 of KID (Binkowski et al. 2018)."""
    return (x @ y.mT / x.shape[-1] + 1) ** 3


def kernel_distance(x: Tensor, y: Tensor) -> Tensor:
    """Compute the unbiased squared MMD with KID's kernel of x `(P, n, dim)` and y `(P, m, dim)`."""
    return squared_mmd(polynomial(x, y), polynomial(x, x), polynomial(y, y), mean_of_pairs)


def of_all(e: MetricInputs) -> Tensor:
    """Compute the kernel distance of all samples."""
    return kernel_distance(e.measured, e.measured_reference)


@dataclass(frozen=True)
class Prdc(Package):
    """Neighbours without those at the very edge of a ball."""

    nearest_k: int = 5
    version = "0.2"

    def __post_init__(self) -> None:
        whole("nearest_k", self.nearest_k, 1, MOST)

    @property
    def metrics(self) -> dict[str, Metric]:
        balls = Balls(self.nearest_k, torch.lt)
        shares = (balls.precision, balls.recall, balls.density, balls.coverage)
        return {score.__name__: Metric(score) for score in shares}


@dataclass(frozen=True)
class TorchFidelity(Package):
    """Neighbours with those at the edge of a ball, and KID as the mean over random subsets."""

    prc_neighborhood: int = 3
    kid_subsets: int = 100
    kid_subset_size: int = 1000
    rng_seed: int = 2020
    version = "0.4.0"

    def __post_init__(self) -> None:
        whole("prc_neighborhood", self.prc_neighborhood, 1, MOST)
        whole("kid_subsets", self.kid_subsets, 1, MOST_SETS)
        whole("kid_subset_size", self.kid_subset_size, 2, MOST_SETS)
        whole("rng_seed", self.rng_seed, 0, 2**32 - 1)

    @property
    def metrics(self) -> dict[str, Metric]:
        balls = Balls(self.prc_neighborhood)
        return {
            "precision": Metric(balls.precision),
            "recall": Metric(balls.recall),
            "mmd": Metric(self._kid, needs=self._enough),
        }

    def _enough(self, e: MetricInputs) -> bool:
        return min(e.n, e.reference.shape[1]) >= self.kid_subset_size

    def _kid(self, e: MetricInputs) -> Tensor:
        rng, found = np.random.RandomState(self.rng_seed), list[Tensor]()
        for _ in range(self.kid_subsets):
            pair = (
                x[:, rng.choice(x.shape[1], self.kid_subset_size, replace=False)]
                for x in (e.measured, e.measured_reference)
            )
            found.append(kernel_distance(*pair))
        return torch.stack(found).mean(0)


@dataclass(frozen=True)
class TorchMetrics(Package):
    """KID of all samples: `image.kid.poly_mmd`."""

    version = "1.9.0"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {"mmd": Metric(of_all)}


class Edge(NamedTuple):
    """How far `torch.isclose` lets a distance lie from a radius: below `relative` times it and `absolute`."""

    relative: float = 1e-5
    absolute: float = 1e-8

    def at(self, distances: Tensor, radii: Tensor) -> Tensor:
        return (distances - radii).abs() <= self.absolute + self.relative * radii.abs()


@dataclass(frozen=True)
class Piq(Package):
    """Neighbours with those near the edge of a ball; for recall that is the edge of a true sample's ball; and KID."""

    nearest_k: int = 5
    version = "0.8.0"

    def __post_init__(self) -> None:
        whole("nearest_k", self.nearest_k, 1, MOST)

    @property
    def metrics(self) -> dict[str, Metric]:
        return {"precision": Metric(self._precision), "recall": Metric(self._recall), "mmd": Metric(of_all)}

    def _true_edge(self, e: MetricInputs) -> Tensor:
        return Edge().at(e.to_reference, Balls(self.nearest_k).radii(e.within_reference)[:, None, :])

    def _precision(self, e: MetricInputs) -> Tensor:
        inside = e.to_reference < Balls(self.nearest_k).radii(e.within_reference)[:, None, :]
        return (inside | self._true_edge(e)).any(-1).double().mean(-1)

    def _recall(self, e: MetricInputs) -> Tensor:
        inside = e.to_reference < Balls(self.nearest_k).radii(e.within)[:, :, None]
        return (inside | self._true_edge(e)).any(-2).double().mean(-1)


@dataclass(frozen=True)
class Pot(Package):
    """Transport by `emd2`, whose default cost is the square, and along random directions, with a root."""

    n_projections: int = 50
    seed: int = 0  # theirs is random unless it is given
    version = "0.9.7.post1"

    def __post_init__(self) -> None:
        whole("n_projections", self.n_projections, 1, MOST)
        whole("seed", self.seed, 0, 2**32 - 1)

    @property
    def metrics(self) -> dict[str, Metric]:
        return {
            "w1": Metric(partial(cost, 1, False), needs=equally_many),
            "w2": Metric(partial(cost, 2, False), needs=equally_many),
            "sliced-w1": Metric(partial(self._sliced, 1), needs=equally_many),
            "sliced-w2": Metric(partial(self._sliced, 2), needs=equally_many),
        }

    def _sliced(self, p: int, e: MetricInputs) -> Tensor:
        ways = np.random.RandomState(self.seed).randn(e.data.dim, self.n_projections)
        along = torch.from_numpy(ways / np.sqrt((ways**2).sum(0, keepdims=True))).to(e.samples)
        ours, theirs = ((x @ along).sort(1).values for x in (e.measured, e.measured_reference))
        return ((ours - theirs).abs() ** p).mean((1, 2)) ** (1 / p)


@dataclass(frozen=True)
class Scipy(Package):
    """Distances on a line, of which the energy distance is a root, and of the shares of modes."""

    version = "1.17.1"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {
            "w1": Metric(partial(cost, 1, False), needs=equally_many),
            "energy-distance": Metric(lambda e: energy(e, mean_of_all).clamp(min=0).sqrt(), needs=on_a_line),
            "js": Metric(lambda e: js(e).sqrt(), needs=modes),
            "reverse-kl": Metric(reverse_kl, needs=modes),
        }


@dataclass(frozen=True)
class GeomLoss(Package):
    """Halves of squared distances over all pairs: `SamplesLoss("energy")` and `SamplesLoss("gaussian", blur=...)`."""

    blur: float = 0.05
    version = "0.3.1"

    def __post_init__(self) -> None:
        number("blur", self.blur, SMALLEST)

    @property
    def metrics(self) -> dict[str, Metric]:
        return {
            "energy-distance": Metric(lambda e: energy(e, mean_of_all, least=1e-4) / 2),  # that of a point to itself
            "mmd": Metric(lambda e: squared_mmd(*gaussian_kernel(e, self.blur), mean_of_all) / 2),
        }


@dataclass(frozen=True)
class OttJax(Package):
    """Transport with the root of the power, `tools.unreg.wassdis_p`, which rounds to float32."""

    version = "0.6.0"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {
            "w1": Metric(partial(cost, 1, True), needs=equally_many),
            "w2": Metric(partial(cost, 2, True), needs=equally_many),
        }


@dataclass(frozen=True)
class Dcor(Package):
    """The energy distance over all pairs, without a root: `energy_distance`."""

    version = "0.7"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {"energy-distance": Metric(lambda e: energy(e, mean_of_all))}


@dataclass(frozen=True)
class Ummd(Package):
    """The squared MMD over all pairs; the kernel's width is the median distance of all different points: `MMD`."""

    version = "0.3.0"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {"mmd": Metric(self._biased)}

    def _biased(self, e: MetricInputs) -> Tensor:
        every = torch.cat([e.measured.expand(1, -1, -1), e.measured_reference], dim=1)[0]
        apart = torch.pdist(torch.unique(every, dim=0))
        width = (apart.median() - (-apart).median()) / 2 if len(apart) else math.inf  # the mean of both in the middle
        return squared_mmd(*gaussian_kernel(e, width), mean_of_all)


@dataclass(frozen=True)
class Sbibm(Package):
    """The unbiased squared MMD; the kernel's width is the lower median of true samples' distances: `metrics.mmd`."""

    version = "1.1.0"

    @property
    def metrics(self) -> dict[str, Metric]:
        return {"mmd": Metric(self._unbiased)}

    def _unbiased(self, e: MetricInputs) -> Tensor:
        width = torch.pdist(e.measured_reference[0]).median()
        return squared_mmd(*gaussian_kernel(e, width), mean_of_pairs)


PACKAGES: Menu[Package] = Menu(
    {
        "prdc": Prdc(),
        "torch-fidelity": TorchFidelity(),
        "torchmetrics": TorchMetrics(),
        "piq": Piq(),
        "pot": Pot(),
        "scipy": Scipy(),
        "geomloss": GeomLoss(),
        "ott-jax": OttJax(),
        "dcor": Dcor(),
        "ummd": Ummd(),
        "sbibm": Sbibm(),
    },
    aliases={"POT": "pot"},
)
"""The packages by name, for `evaluate(like=...)`."""
