"""A snapshot: the samples and metrics of P runs at one iteration, in numbers that no longer change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toygan.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The samples and metrics of P runs at one iteration.

    Args:
        step: The iteration.
        samples: Generated samples `(P, n, dim)`, in the data's units.
        metrics: A number for each member `(P,)`, by the name of the metric.
        shares: Share of each mode in each member's high-quality samples `(P, K)`.
        diverged_at: The iteration at which each member's parameters were no longer finite, or -1 `(P,)`.
        recipes: The recipe of each member.
        average: Samples of the averaged generators `(P, n, dim)`; None unless a recipe's `ema` is above 0.
    Example:
        >>> from toygan import Population, Recipe
        >>> snapshot = Population(Recipe(width=4, batch=8).seeds(3)).snapshot(n=100)
        >>> snapshot.step, snapshot.samples.shape, snapshot.metrics["modes-covered"].shape
        (0, torch.Size([3, 100, 2]), (3,))
    """

    step: int
    samples: Tensor
    metrics: dict[str, np.ndarray]
    shares: np.ndarray
    diverged_at: np.ndarray
    recipes: tuple[Recipe, ...]
    average: Tensor | None = None

    @property
    def alive(self) -> np.ndarray:
        """True for members whose parameters are finite `(P,)`."""
        alive: np.ndarray = self.diverged_at < 0
        return alive

    def select(self, members: Sequence[int]) -> Snapshot:
        """Return the snapshot of some members only, by number."""
        chosen = list(members)
        return Snapshot(
            self.step,
            self.samples[chosen],
            {name: x[chosen] for name, x in self.metrics.items()},
            self.shares[chosen],
            self.diverged_at[chosen],
            tuple(self.recipes[i] for i in chosen),
            None if self.average is None else self.average[chosen],
        )


def join(parts: Sequence[Snapshot], order: Sequence[int]) -> Snapshot:
    """Return one snapshot of several populations, the members in the order `order` of their recipes."""
    back = np.argsort(order)
    names = list(dict.fromkeys(name for part in parts for name in part.metrics))
    missing = [np.full(len(part.recipes), np.nan) for part in parts]
    modes = max(part.shares.shape[1] for part in parts)
    averages = [part.samples if part.average is None else part.average for part in parts]
    averaged = any(part.average is not None for part in parts)
    return Snapshot(
        step=parts[0].step,
        samples=torch.cat([part.samples for part in parts])[torch.as_tensor(back)],
        metrics={
            name: np.concatenate([part.metrics.get(name, nan) for part, nan in zip(parts, missing, strict=True)])[back]
            for name in names
        },
        shares=np.concatenate(
            [np.pad(part.shares, ((0, 0), (0, modes - part.shares.shape[1])), constant_values=np.nan) for part in parts]
        )[back],
        diverged_at=np.concatenate([part.diverged_at for part in parts])[back],
        recipes=tuple(np.array([r for part in parts for r in part.recipes], dtype=object)[back]),
        average=torch.cat(averages)[torch.as_tensor(back)] if averaged else None,
    )
