"""Faults made by hand: what each does to true samples, in which sizes, and the verdicts that are right of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from toygan.parts.distributions import Distribution
from toygan.parts.distributions.functions import Exponential


@dataclass(frozen=True)
class Fault:
    """A fault made by hand.

    Args:
        words: What is done to true samples, in a few words; `{}` is the size.
        make: A function from data, a number of samples, a size and a source of random numbers to samples `(n, dim)`;
            or to None if the data cannot have the fault.
        right: The verdicts that are right of it.
        sizes: The sizes of the report.
        tuned_on: Other sizes, on which the rules of the diagnosis were found.
    """

    words: str
    make: Callable[[Distribution, int, float, torch.Generator], Tensor | None]
    right: tuple[str, ...]
    sizes: tuple[float, ...]
    tuned_on: tuple[float, ...]


def units(data: Distribution) -> Tensor:
    """Return the unit of each column in which the diagnosis measures `(dim,)`."""
    return data.scales.float() if data.uneven or data.per_axis else torch.ones(data.dim)


def _mean(data: Distribution) -> Tensor:
    return data.moments[0].float()


def _true(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor:
    return data.sample(n, rng)


def _scaled(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor:
    return _mean(data) + size * (data.sample(n, rng) - _mean(data))


def _moved(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor:
    """Move samples in a random direction, by so many spreads of the data.

    The exponential distribution is moved down only: moved up it is the same as without its lowest part.
    """
    x, way = data.sample(n, rng), torch.randn(data.dim, generator=rng)
    way = -way.abs() if isinstance(data, Exponential) else way
    spread = data.moments[1].float()
    unit = torch.where(spread.any(), spread, 1.0)
    moved: Tensor = x + size * math.sqrt(data.dim) * way / way.norm() * unit
    return moved


def _rotated(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor | None:
    """Turn samples about their mean, by so many degrees; in the plane only."""
    if data.dim != 2:
        return None
    angle, unit = math.radians(size), units(data)
    turn = torch.tensor([[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]])
    return _mean(data) + (data.sample(n, rng) - _mean(data)) / unit @ turn * unit


def _without_a_part(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor | None:
    """Leave out this share: of several modes, or else what lies farthest in a random direction.

    A part whose absence leaves a column constant, as of three points, is another fault.
    """
    x = data.sample(8 * n, rng)
    if data.has_modes and len(data.modes) > 1:
        k = len(data.modes)
        absent = torch.randperm(k, generator=rng)[: min(k - 1, max(1, round(size * k)))]
        kept = x[~torch.isin(data.nearest_mode(x[None])[0][0], absent)]
    else:
        along = x / units(data) @ torch.randn(data.dim, generator=rng)
        kept = x[along < torch.quantile(along, 1 - size)]
    if len(kept) < n:
        return None
    varies = torch.equal(kept.std(0, correction=0) > 0, data.moments[1] > 0)
    return kept[:n] if varies else None


def _memorised(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor | None:
    """Repeat so many true samples; data that repeats its rows by itself cannot be memorised in that way."""
    if data.atoms:
        return None
    return data.sample(int(size), rng)[torch.randint(int(size), (n,), generator=rng)]


def _link_broken(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor | None:
    """Shuffle each column by itself."""
    if data.dim == 1:
        return None
    x = data.sample(n, rng)
    return torch.stack([column[torch.randperm(n, generator=rng)] for column in x.unbind(-1)], -1)


def _constant_column(data: Distribution, n: int, size: float, rng: torch.Generator) -> Tensor | None:
    """Set a random column to its mean; on a line that is a spot, and not a fault of one column."""
    if data.dim == 1:
        return None
    x, column = data.sample(n, rng), int(torch.randint(data.dim, (1,), generator=rng))
    x[:, column] = _mean(data)[column]
    return x


FAULTS: dict[str, Fault] = {
    "none": Fault("true samples", _true, ("healthy",), (0.0,), (0.0,)),
    "wider": Fault("{} times as wide", _scaled, ("too wide",), (1.3, 2.0, 5.0, 20.0), (1.5, 3.0, 10.0)),
    "narrower": Fault("{} times as wide", _scaled, ("too narrow",), (0.6, 0.3, 0.1), (0.7, 0.5, 0.2)),
    "moved": Fault("moved by {} spreads", _moved, ("off centre",), (0.3, 1.0, 5.0), (0.4, 0.7, 2.0)),
    "rotated": Fault("turned by {} degrees", _rotated, ("rotated",), (30.0, 90.0, 160.0), (20.0, 60.0, 130.0)),
    "left out": Fault(
        "{} of the mass left out",
        _without_a_part,
        ("parts missing", "mode collapse, modes absent"),
        (0.2, 0.5),
        (0.3, 0.6),
    ),
    "memorised": Fault("{} true samples, again and again", _memorised, ("memorised",), (10.0, 40.0), (6.0, 25.0)),
    "link broken": Fault("columns shuffled, each by itself", _link_broken, ("link broken",), (1.0,), (1.0,)),
    "constant": Fault("a column at its mean", _constant_column, ("constant column",), (1.0,), (1.0,)),
}
"""The faults by name, each in several sizes."""
