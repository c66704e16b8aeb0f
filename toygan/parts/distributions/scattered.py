"""Points with shares, and noise on them: what points of a recipe and the rows of a file have in common."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from toygan.parts.distributions.base import Distribution, log_density, mixture_moments

MOST_MODES = 64  # different points that count as modes
FEW_NUMBERS = 10  # different whole numbers, beyond which a column may hold counts
NEIGHBOURS = 0.5  # of them that are next to another one in a column of counts, at least
WITHIN = 12.0  # a point's samples are within 3/12 of the smallest gap between two points


class Scattered(Distribution):
    """Finitely many points with shares, and noise of width sigma on them; without noise there is no density.

    Up to 64 different points are modes, unless a column holds counts. Without noise, their width is a twelfth of the
    smallest gap between two.
    """

    sigma: float
    round: bool

    @property
    def rows(self) -> Tensor:
        """The points `(n, dim)`."""
        raise NotImplementedError

    @property
    def row_shares(self) -> Tensor:
        """The share of each point `(n,)`."""
        return torch.full((len(self.rows),), 1 / len(self.rows))

    @property
    def dim(self) -> int:  # type: ignore[override]
        return self.rows.shape[1]

    @property
    def has_density(self) -> bool:  # type: ignore[override]
        """True with noise."""
        return self.sigma > 0

    @property
    def atoms(self) -> bool:  # type: ignore[override]
        """True without noise."""
        return self.sigma == 0

    @property
    def _of_numbers(self) -> Tensor:
        """False for axes of categories `(dim,)`."""
        return torch.ones(self.dim, dtype=torch.bool)

    @cached_property
    def whole(self) -> Tensor:
        """True for columns of whole numbers only `(dim,)`."""
        return self._of_numbers & (self.rows == self.rows.round()).all(0)

    @cached_property
    def counts(self) -> tuple[int, ...]:  # type: ignore[override]
        """The columns, from 0, of more than ten different whole numbers, most of them neighbours; none with noise."""
        whole = () if self.sigma else torch.nonzero(self.whole)[:, 0].tolist()
        return tuple(i for i in whole if _are_counts(self.rows[:, i]))

    @property
    def rounds(self) -> bool:  # type: ignore[override]
        """True with `round`."""
        return self.round

    def _check_round(self) -> None:
        if self.round and self.sigma:
            raise ValueError("round=True: needs sigma=0: with noise no number is whole")
        if self.round and not self.whole.any():
            raise ValueError("round=True: no column holds whole numbers only")

    def rounded(self, x: Tensor) -> Tensor:
        return torch.where(self.whole.to(x.device), x.round(), x) if self.round else x

    def from_players(self, x: Tensor) -> Tensor:
        return self.rounded(x)

    def _are_modes(self, count: int) -> bool:
        """Tell if so many different points are modes."""
        return count <= MOST_MODES and not self.counts

    @cached_property
    def _distinct(self) -> tuple[Tensor, Tensor]:
        """Different points `(K, dim)` and their shares `(K,)`; K is 0 if they are no modes."""
        points, which = torch.unique(self.rows, dim=0, return_inverse=True)
        if not self._are_modes(len(points)):
            return self.rows[:0], self.row_shares[:0]
        return points, torch.zeros(len(points)).scatter_add(0, which, self.row_shares)

    @property
    def modes(self) -> Tensor:
        return self._distinct[0]

    @property
    def weights(self) -> Tensor:
        return self._distinct[1]

    @cached_property
    def sigmas(self) -> Tensor:
        gaps = torch.pdist(self.modes)
        width = self.sigma or (float(gaps.min()) if len(gaps) else max(1.0, float(self.rows.abs().max()))) / WITHIN
        return torch.full((len(self.modes),), width)

    def sample(self, n: int, generator: torch.Generator) -> Tensor:
        rows, shares = self.rows, self.row_shares
        if bool((shares == shares[0]).all()):
            which = torch.randint(len(rows), (n,), generator=generator)
        else:
            which = torch.multinomial(shares, n, replacement=True, generator=generator)
        return rows[which] + self.sigma * torch.randn(n, self.dim, generator=generator)

    def log_prob(self, x: Tensor) -> Tensor:
        """Compute the log density; raise ValueError without noise."""
        if not self.has_density:
            raise ValueError("sigma=0: points have no density; give them noise, such as sigma=0.05")
        return log_density(x, self.rows, torch.full((len(self.rows),), self.sigma), self.row_shares)

    @cached_property
    def moments(self) -> tuple[Tensor, Tensor]:
        return mixture_moments(self.rows, torch.full_like(self.rows, self.sigma**2), self.row_shares)

    @property
    def outline(self) -> Tensor:
        return self.rows


def _are_counts(column: Tensor) -> bool:
    """Tell if whole numbers `(n,)` are counts: there are many, and most of them are next to another one."""
    different = torch.tensor(sorted(set(column.tolist())))
    return len(different) > FEW_NUMBERS and float((different.diff() == 1).double().mean()) > NEIGHBOURS
