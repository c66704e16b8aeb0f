"""Numbers about samples and about a run, for all members at once."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import torch

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.menu import Menu
from toygan.parts.metrics.base import Metric as Metric
from toygan.parts.metrics.game import GAME_METRICS
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.modes import MODE_METRICS
from toygan.parts.metrics.samples import SAMPLE_METRICS

METRICS: Menu[Metric] = Menu({**MODE_METRICS, **SAMPLE_METRICS, **GAME_METRICS})


def measure(e: MetricInputs, names: Iterable[str]) -> dict[str, np.ndarray]:
    """The named metrics where the evidence allows them `(P,)`, NaN for members that diverged."""
    rows = {name: METRICS[name].of(e) for name in names if METRICS[name].needs(e)}
    finite = e.finite.cpu()  # some metrics are worked out on the CPU wherever the samples are
    return {name: torch.where(finite, value.cpu().double(), math.nan).numpy() for name, value in rows.items()}


def default_metrics() -> list[str]:
    """The metrics that are taken where none are named: all but the expensive ones."""
    return [name for name, metric in METRICS.items() if not metric.expensive]


def live_metrics() -> list[str]:
    """The default metrics that a playing run takes."""
    return [name for name in default_metrics() if METRICS[name].live]


def evaluate(samples: Any, data: str | Distribution, metrics: Iterable[str] | None = None) -> dict[str, np.ndarray]:
    """The metrics of any samples `(P, n, dim)` or `(n, dim)`, each `(P,)`: all that have a meaning, or those named.

    Members are measured one by one: memory does not grow with P. Exact Wasserstein distances are there up to 1000
    samples. Raises ValueError where the shape does not fit the data or a metric's name is unknown.
    """
    distribution = DISTRIBUTIONS.make(data) if isinstance(data, str) else data
    x = torch.as_tensor(samples)
    x = x[None] if x.ndim == 2 else x
    if x.ndim != 3 or x.shape[-1] != distribution.dim or x.shape[1] < 2:
        raise ValueError(
            f"samples: shape {tuple(x.shape)}; needs (P, n, {distribution.dim}) or (n, {distribution.dim})"
        )
    names = list(METRICS if metrics is None else metrics)
    for name in names:
        METRICS.make(name)
    x = x if x.is_floating_point() else x.float()
    rows = [measure(MetricInputs(member[None], distribution), names) for member in x]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}
