"""A snapshot: what P runs are at one iteration, in numbers that no longer change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from toygan.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Snapshot:
    """P runs at one iteration: samples `(P, n, dim)` and, per metric, one number a member `(P,)`."""

    step: int
    samples: Tensor
    metrics: dict[str, np.ndarray]
    shares: np.ndarray  # generated share of each mode (P, K), high-quality samples only
    diverged_at: np.ndarray  # the iteration at which a member left the finite numbers, or -1 (P,)
    recipes: tuple[Recipe, ...]
    average: Tensor | None = None  # samples of the averaged generators (P, n, dim), where a recipe's `ema` is above 0

    @property
    def alive(self) -> np.ndarray:
        """Which members still have finite parameters `(P,)`."""
        alive: np.ndarray = self.diverged_at < 0
        return alive


def join(parts: Sequence[Snapshot], order: Sequence[int]) -> Snapshot:
    """One snapshot of several populations, members in the order in which their recipes were given."""
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
