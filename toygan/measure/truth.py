"""The truth about a run, by exact numbers: what the diagnosis and remedies are judged by, and neither of them reads."""

from __future__ import annotations

import numpy as np

from toygan.parts.metrics.reference import reference_band
from toygan.parts.metrics.samples import spread_of
from toygan.runs.record import Record

READ = ("w1", "forward-kl", "high-quality", "bridges")  # the metrics that a label needs
LAST_MEASUREMENTS = 3  # at the end of a run, by which it is labelled
BETWEEN = 0.15  # of the samples, that may lie between modes beyond those of true samples
THERE = ("healthy", "arriving")  # labels of samples that are as near the data as true ones, or nearly


def label(record: Record, member: int) -> str:
    """Return the label of a run, by the exact W1 distance in spreads of the data beyond that of true samples.

    - healthy: below 0.15 in the last three measurements, with a KL divergence over modes of at most 0.15 nats and, if
      there are modes, most samples on one, and at most 15 % more between two than of true samples
    - closing in: nearer in the last three than in each of the three before, by a tenth in the mean; arriving: both
    - far: above 0.6 in the mean
    - modes missing: a KL divergence above 0.5 nats
    - near: all others that have not diverged
    """
    data = record.recipes[member].parts.data
    spread, band = spread_of(data), reference_band("w1", data, record.n)
    w1 = record.metric("w1")[:, member]
    start = np.nanmax([1.0, spread, w1[0]])
    if record.diverged_at[member] >= 0 or not np.isfinite(w1[-1]) or w1[-1] > 20 * start:
        return "diverged"
    away = (w1 - (band.high if band else 0)) / spread
    last, before = away[-LAST_MEASUREMENTS:], away[-2 * LAST_MEASUREMENTS : -LAST_MEASUREMENTS]
    kl = (
        record.metric("forward-kl")[-LAST_MEASUREMENTS:, member]
        if data.has_modes and len(data.modes) > 1
        else np.zeros(1)
    )
    there = last.max() < 0.15 and np.nan_to_num(kl, nan=9).max() < 0.15 and _on_modes(record, member)
    if last.max() < before.min() and last.mean() < 0.9 * before.mean() - 0.02:
        return "arriving" if there else "closing in"
    if there:
        return "healthy"
    if last.mean() > 0.6:
        return "far"
    return "modes missing" if np.nan_to_num(kl, nan=9).mean() > 0.5 and data.has_modes else "near"


def _on_modes(record: Record, member: int) -> bool:
    """Return True if most samples are on a mode, and hardly more than of true samples lie between two."""
    data = record.recipes[member].parts.data
    band = reference_band("bridges", data, record.n)

    def late(metric: str) -> float:
        return float(record.metric(metric)[-LAST_MEASUREMENTS:, member].mean())

    between = band is not None and late("bridges") > band.high + BETWEEN
    return not data.has_modes or (late("high-quality") > 0.5 and not between)
