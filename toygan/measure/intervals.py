"""Confidence intervals over seeds: of a share and of a mean."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

TOGETHER = 1000  # arrays whose means are in memory at once


def share_interval(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Return the 95 % interval of a share after `count` of n (Wilson 1927): 16 of 16 is not certainty."""
    share = count / n
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def mean_interval(values: Iterable[float], draws: int = 4000, confidence: float = 0.95) -> tuple[float, float]:
    """Return the bootstrap interval of a mean: seeds are redrawn with replacement (Efron 1979, percentile interval)."""
    x = np.asarray(list(values), dtype=float)
    means = x[np.random.default_rng(0).integers(len(x), size=(draws, len(x)))].mean(-1)
    low, high = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def mean_intervals(
    several: Sequence[np.ndarray], draws: int = 1000, confidence: float = 0.95
) -> list[tuple[float, float] | None]:
    """Return the interval of `mean_interval` for each array of values; None for fewer than two values.

    Arrays of one length share the seeds that are redrawn, so thousands of them take about a second.
    """
    found: list[tuple[float, float] | None] = [None] * len(several)
    by_size: dict[int, list[int]] = {}
    for place, values in enumerate(several):
        by_size.setdefault(len(values), []).append(place)
    for size, places in by_size.items():
        if size < 2:
            continue
        drawn = np.random.default_rng(0).integers(size, size=(draws, size))
        shares = np.stack([(drawn == i).mean(-1) for i in range(size)])
        for start in range(0, len(places), TOGETHER):
            part = places[start : start + TOGETHER]
            means = np.stack([several[place] for place in part]) @ shares
            ends = np.quantile(means, [(1 - confidence) / 2, (1 + confidence) / 2], axis=-1)
            for place, low, high in zip(part, *ends.tolist(), strict=True):
                found[place] = (low, high)
    return found
