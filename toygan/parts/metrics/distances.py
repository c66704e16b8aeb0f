"""Distances in the plane, faster than torch's and the same to the last bit: that is found out by trying."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions.base import EXACT


def to_nearest(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the distance from each point to the nearest one of the other kind, of every member.

    Args:
        x: Points `(P, n, dim)`.
        y: Points `(P, m, dim)`, or `(1, m, dim)` for all members.
    Returns:
        Distances of the points of x `(P, n)`, and of those of y `(P, m)`.
    """
    y = y.expand(len(x), -1, -1)
    if x.shape[-1] > 2 or x.device.type != "cpu" or x.dtype != torch.float32 or not _squares_are_exact():
        return _ends(torch.cdist(x, y, compute_mode=EXACT))
    pairs = zip(x.detach().mT.contiguous(), y.detach().mT, strict=True)
    members = [_ends(_squares(a, b)) for a, b in pairs]  # one at a time fits the processor's cache
    of_x, of_y = (torch.stack(ends) for ends in zip(*members, strict=True))
    return _root(of_x), _root(of_y)


def _ends(distances: Tensor) -> tuple[Tensor, Tensor]:
    return distances.amin(-1), distances.amin(-2)


def _squares(x: Tensor, y: Tensor) -> Tensor:
    """Compute the squared distances `(n, m)` of points `(dim, n)` and `(dim, m)`, rounded as `torch.cdist` does."""
    first, *others = (torch.sub(a[:, None], b) for a, b in zip(x, y.contiguous(), strict=True))
    total = first.square_()
    for away in others:
        total.addcmul_(away, away)
    return total


def _root(x: Tensor) -> Tensor:
    """Compute the square root, exactly rounded, which torch's is not."""
    return torch.from_numpy(np.sqrt(x.numpy()))


def lengths(x: Tensor) -> Tensor:
    """Return the length of each vector of x `(..., dim)`, as `x.norm(dim=-1)` does."""
    if x.shape[-1] != 2 or x.stride(-1) == 1 or x.device.type != "cpu" or not _lengths_are_exact():
        of_torch: Tensor = x.norm(dim=-1)
        return of_torch
    return _lengths_in_columns(x)


def _lengths_in_columns(x: Tensor) -> Tensor:
    """Compute lengths in the plane if the two numbers of a vector lie apart: there torch takes them one by one."""
    a, b = x.unbind(-1)
    return _root((a * a).add_(b * b))


@cache
def _lengths_are_exact() -> bool:
    x = torch.randn(2, 2, 100, generator=torch.Generator().manual_seed(0), dtype=torch.float64).mT
    return torch.equal(_lengths_in_columns(x), x.norm(dim=-1))


@cache
def _squares_are_exact() -> bool:
    x, y = torch.randn(2, 2, 100, generator=torch.Generator().manual_seed(0))
    return all(
        torch.equal(_root(_squares(x[:dim], y[:dim])), torch.cdist(x[:dim].T, y[:dim].T, compute_mode=EXACT))
        for dim in (1, 2)
    )
