"""Random numbers of one member: every generator is a function of the member's seed and of a purpose."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

Draw = Callable[[int, torch.Generator], Tensor]  # n rows `(n, dim)` from a generator


def generator(seed: int, name: str) -> torch.Generator:
    """Return the random generator of one seed and one purpose; torch's global one is not touched."""
    state = np.random.SeedSequence([seed, zlib.crc32(name.encode())]).generate_state(1, np.uint64)[0]
    return torch.Generator().manual_seed(int(state >> np.uint64(1)))


def normal(dim: int) -> Draw:
    """Return a function that draws standard normal numbers `(n, dim)`."""
    return lambda n, rng: torch.randn(n, dim, generator=rng)


def uniform(dim: int) -> Draw:
    """Return a function that draws numbers `(n, dim)`, uniform on [0, 1)."""
    return lambda n, rng: torch.rand(n, dim, generator=rng)


def with_uniform(draw: Draw, k: int) -> Draw:
    """Append k numbers, uniform on [0, 1), to each row that `draw` draws."""
    if k == 0:
        return draw
    return lambda n, rng: torch.cat([draw(n, rng), torch.rand(n, k, generator=rng)], dim=-1)
