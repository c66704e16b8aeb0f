"""Functions with a kink, whose derivative at the kink itself is the same under every release of PyTorch."""

from __future__ import annotations

import torch
from torch import Tensor


def at_least(x: Tensor, low: float) -> Tensor:
    """Return x, or `low` where x is below it; at the bound itself the derivative is 1.

    That of `clamp` is 1 there in PyTorch 2.13, and 0 in 2.14.
    """
    return torch.where(x < low, low, x)
