"""Statistics behind metrics, with the choices in which packages differ: the edge of a ball, pairs of one sample."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toygan.parts.metrics.inputs import MetricInputs

Compare = Callable[[Tensor, Tensor], Tensor]  # of distances with radii: True inside


@dataclass(frozen=True)
class Balls:
    """The balls around points that reach to their k-th neighbour.

    Args:
        k: Number of neighbours, the point itself not counted; all of them if there are fewer.
        inside: Comparison of distances with radii: `torch.le` for closed balls, `torch.lt` for open ones
            [default: closed].
        different: True if points at the same place are one neighbour, and count once [default: False].
    """

    k: int
    inside: Compare = torch.le
    different: bool = False

    def radii(self, distances: Tensor) -> Tensor:
        """Return the distance from each point to its k-th neighbour `(P, n)`, from the distances `(P, n, n)`."""
        k = min(self.k + 1, distances.shape[-1])
        if not self.different or (first := first_of_each(distances)).all():
            return distances.kthvalue(k, dim=-1).values
        nearest = distances.masked_fill(~first[:, None, :], math.inf).topk(k, dim=-1, largest=False).values
        return nearest.masked_fill(nearest.isinf(), 0).amax(-1)  # of fewer than k, the farthest

    def precision(self, e: MetricInputs) -> Tensor:
        """Compute the share of generated samples inside a true one's ball."""
        return self.inside(e.to_reference, self.radii(e.within_reference)[:, None, :]).any(-1).double().mean(-1)

    def recall(self, e: MetricInputs) -> Tensor:
        """Compute the share of true samples inside a generated one's ball."""
        return self.inside(e.to_reference, self.radii(e.within)[:, :, None]).any(-2).double().mean(-1)

    def density(self, e: MetricInputs) -> Tensor:
        """Compute the mean number of true samples' balls around a generated one, over k."""
        balls = self.inside(e.to_reference, self.radii(e.within_reference)[:, None, :])
        if self.different:
            balls = balls & first_of_each(e.within_reference)[:, None, :]
        return balls.double().sum(-1).mean(-1) / self.k

    def coverage(self, e: MetricInputs) -> Tensor:
        """Compute the share of true samples with a generated one in their ball."""
        if self.different:
            ours, theirs = first_of_each(e.within), first_of_each(e.within_reference)
            if not (ours.all() and theirs.all()):
                p = len(ours)
                of_true = e.within_reference.expand(p, -1, -1), theirs.expand(p, -1)
                members = zip(e.to_reference, ours, *of_true, strict=True)
                return torch.stack([self._coverage(*of_member) for of_member in members])
        return self.inside(e.to_reference.min(-2).values, self.radii(e.within_reference)).double().mean(-1)

    def _coverage(self, across: Tensor, ours: Tensor, among_true: Tensor, theirs: Tensor) -> Tensor:
        """Compute the coverage of one member: of its first different samples and as many different true ones."""
        m = int(min(ours.sum(), theirs.sum()))
        ours, theirs = ours.nonzero()[:m, 0], theirs.nonzero()[:m, 0]
        radii = self.radii(among_true[theirs][:, theirs][None])[0]
        return self.inside(across[ours][:, theirs].amin(0), radii).double().mean()


def first_of_each(distances: Tensor) -> Tensor:
    """Return True for each point that no earlier one coincides with `(P, n)`, from the distances `(P, n, n)`."""
    return ~(distances == 0).tril(-1).any(-1)


def mean_of_pairs(x: Tensor) -> Tensor:
    """Compute the mean over pairs of two different samples `(P,)`, the U-statistic."""
    n = x.shape[-1]
    return (x.sum((-1, -2)) - x.diagonal(dim1=-2, dim2=-1).sum(-1)) / (n * (n - 1))


def mean_of_all(x: Tensor) -> Tensor:
    """Compute the mean over all pairs, of a sample with itself too `(P,)`, the V-statistic."""
    return x.mean((-1, -2))


def energy(e: MetricInputs, mean: Callable[[Tensor], Tensor] = mean_of_pairs, least: float = 0.0) -> Tensor:
    """Compute 2 E|x-y| - E|x-x'| - E|y-y'|, with distances of at least `least`."""
    distances = (e.to_reference, e.within, e.within_reference)
    across, ours, theirs = (d.clamp(min=least) for d in distances) if least else distances
    return 2 * across.mean((-1, -2)) - mean(ours) - mean(theirs)


def squared_mmd(across: Tensor, ours: Tensor, theirs: Tensor, mean: Callable[[Tensor], Tensor]) -> Tensor:
    """Compute E k(x, x') + E k(y, y') - 2 E k(x, y) from the three kernel matrices."""
    return mean(ours) + mean(theirs) - 2 * across.mean((-1, -2))


def gaussian_kernel(e: MetricInputs, width: Tensor | float) -> tuple[Tensor, Tensor, Tensor]:
    """Compute a Gaussian kernel between generated and true samples, among generated, and among true ones."""
    cross, ours, theirs = ((-(d**2) / (2 * width**2)).exp() for d in (e.to_reference, e.within, e.within_reference))
    return cross, ours, theirs


def least_cost(cost: Tensor) -> Tensor:
    """Compute the least mean cost of matching generated to true samples one to one `(P,)`, by scipy."""
    from scipy.optimize import linear_sum_assignment  # here: it takes longer to load than the whole package

    best = [float(c[linear_sum_assignment(c)].mean()) if np.isfinite(c).all() else math.nan for c in cost.cpu().numpy()]
    return torch.tensor(best, dtype=torch.float64)
