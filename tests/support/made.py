"""Samples with a fault made by hand."""

from __future__ import annotations

import torch
from torch import Tensor

from toygan import DISTRIBUTIONS
from toygan.studies.faults.made import FAULTS


def made_by_hand(data: str, fault: str, size: float, n: int = 500, seeds: int = 1) -> Tensor:
    """Return sets of samples `(seeds, n, dim)` of the data with a fault of this size."""
    some = [
        FAULTS[fault].make(DISTRIBUTIONS.make(data), n, size, torch.Generator().manual_seed(s)) for s in range(seeds)
    ]
    return torch.stack([x for x in some if x is not None])
