"""Fixed directions along which samples are projected, spread evenly: an error scores alike in all directions."""

from __future__ import annotations

import math
from functools import cache

import torch
from torch import Tensor

ROUNDS = 300  # of repulsion
SHORTEST = 1e-4  # squared sine of the angle between two lines, below which they repel each other no more


@cache
def directions(dim: int, count: int) -> Tensor:
    """Return fixed directions `(dim, count)`; on a line there is only one.

    In the plane they are equal angles apart: 16 score a shift by 1 as 0.635 to 0.638, exactly it is 2 / pi. Above, they
    are random lines that have repelled each other.
    """
    if dim == 1:
        return torch.ones(1, 1)
    if dim == 2:
        angles = (torch.arange(count) + 0.5) * math.pi / count
        return torch.stack([angles.cos(), angles.sin()])
    return _repel(torch.randn(dim, count, generator=torch.Generator().manual_seed(0)).double()).float()


def _repel(lines: Tensor) -> Tensor:
    """Move lines through 0 `(dim, count)` apart: their energy is 1 / sin^2 of the angle, summed over pairs."""
    lines = lines / lines.norm(dim=0)
    for _ in range(ROUNDS):
        cosine = (lines.mT @ lines).fill_diagonal_(0)
        force = cosine / (1 + SHORTEST - cosine**2) ** 2
        lines = lines - lines @ force / (2 * force.abs().sum(0) + 1e-9)
        lines = lines / lines.norm(dim=0)
    return lines
