"""Metrics of samples and of a run, for all members at once."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.frames import encode_frame, is_frame, read_frame
from toygan.parts.menu import Menu
from toygan.parts.metrics.base import Metric as Metric
from toygan.parts.metrics.columns import COLUMN_METRICS
from toygan.parts.metrics.game import GAME_METRICS
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.modes import MODE_METRICS
from toygan.parts.metrics.packages import PACKAGES as PACKAGES
from toygan.parts.metrics.samples import SAMPLE_METRICS
from toygan.parts.metrics.undone import UNDONE_METRICS
from toygan.text import short

METRICS: Menu[Metric] = Menu({**MODE_METRICS, **SAMPLE_METRICS, **COLUMN_METRICS, **UNDONE_METRICS, **GAME_METRICS})
"""The metrics by name, for `evaluate`, `train`, sweeps and panels."""


def measure(e: MetricInputs, names: Iterable[str], metrics: Mapping[str, Metric] = METRICS) -> dict[str, np.ndarray]:
    """Compute the named metrics that the inputs allow, each `(P,)`; NaN for members that diverged."""
    rows = {name: metrics[name].of(e) for name in names if metrics[name].needs(e)}
    for name, value in rows.items():
        if value.shape != (len(e.samples),):
            raise ValueError(
                f"metric {name!r}: must return a number per member, {(len(e.samples),)}; not {(*value.shape,)}"
            )
    finite = e.finite.cpu()  # some metrics are computed on the CPU even if the samples are elsewhere
    return {name: torch.where(finite, value.cpu().double(), math.nan).numpy() for name, value in rows.items()}


def default_metrics() -> list[str]:
    """Return the metrics that are taken if none are named: all but the expensive ones."""
    return [name for name, metric in METRICS.items() if not metric.expensive]


def live_metrics() -> list[str]:
    """Return the default metrics that a playing run takes."""
    return [name for name in default_metrics() if METRICS[name].live]


def evaluate(
    samples: Any,
    data: str | Distribution,
    metrics: Iterable[str] | None = None,
    *,
    like: str | None = None,
    compared_with: Any = None,
) -> dict[str, np.ndarray]:
    """Compute metrics of any samples against the true distribution.

    Members are measured one after the other, so memory holds the distances of one member only.

    Args:
        samples: Samples `(P, n, dim)` of P members, or `(n, dim)` of one, as an array or tensor, in the data's units.
            Columns of a DataFrame are taken by the names of the data's, or else in order.
        data: A spec such as "ring8", or a `Distribution`.
        metrics: Names of `METRICS` [default: all that apply; exact Wasserstein distances up to 1000 samples].
        like: A package whose definitions are taken, with its arguments if need be: "prdc(nearest_k=3)",
            "torch-fidelity", "torchmetrics", "piq", "pot", "scipy", "geomloss", "ott-jax", "dcor", "ummd" or "sbibm"
            [default: our own].
        compared_with: True samples `(m, dim)` to compare with, n of them unless a package is named [default: n samples
            of the data, always the same].
    Returns:
        Scores `(P,)` by metric; NaN for members whose samples are not finite. A metric that does not apply to the data
        or to so many samples is left out.
    Raises:
        ValueError: If a shape does not fit the data, if a cell of a DataFrame holds no number, or no level of its
            column, or if a metric is unknown, here or in the package. With categories, also if a metric that is named
            does not apply.
    Example:
        >>> import torch
        >>> from toygan import DISTRIBUTIONS, evaluate
        >>> samples = DISTRIBUTIONS["ring8"].sample(500, torch.Generator().manual_seed(0))
        >>> evaluate(samples, data="ring8", metrics=["modes-covered"])
        {'modes-covered': array([8.])}
        >>> whole, true = [[0.0], [1.0], [1.0]], [[0.0], [0.0], [1.0]]
        >>> for like in ("torch-fidelity(prc_neighborhood=1)", "prdc(nearest_k=1)"):
        ...     print(evaluate(torch.tensor(whole), "gaussian1d", ["precision"], like=like, compared_with=true))
        {'precision': array([1.])}
        {'precision': array([0.66666667])}
    """
    distribution = DISTRIBUTIONS.make(data) if isinstance(data, str) else data
    x = _read("samples", samples, distribution)
    x = x[None] if x.ndim == 2 else x
    if x.ndim != 3 or x.shape[-1] != distribution.dim or x.shape[1] < 2:
        raise ValueError(
            f"samples: shape {tuple(x.shape)}; needs (P, n, {distribution.dim}) or (n, {distribution.dim})"
        )
    table = METRICS if like is None else _definitions(like)
    names = list(table if metrics is None else metrics)
    for name in names:
        METRICS.make(name)
        if name not in table:
            raise ValueError(f"metrics={short(name)}: not in {short(like)}, which has {', '.join(table)}")
    x = x.double() if like is not None else x if x.is_floating_point() else x.float()
    true = None if compared_with is None else _read("compared_with", compared_with, distribution).to(x)[None]
    if true is not None and (true.shape[1:] != x.shape[1:] if like is None else true.shape[2:] != x.shape[2:]):
        count = x.shape[1] if like is None else "m"
        raise ValueError(f"compared_with: shape {tuple(true[0].shape)}; needs ({count}, {distribution.dim})")
    rows = [measure(MetricInputs(member[None], distribution, compared_with=true), names, table) for member in x]
    without = [name for name in names if name not in rows[0]]
    if metrics is not None and distribution.layout is not None and without:
        raise ValueError(f"metrics={short(without[0])}: does not apply to {x.shape[1]} samples of data with categories")
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def _read(name: str, rows: Any, data: Distribution) -> Tensor:
    """Return samples of a user, of an array or of a DataFrame, as a tensor."""
    if not is_frame(rows):
        try:
            return torch.as_tensor(rows)
        except (TypeError, ValueError, RuntimeError):
            raise ValueError(f"{name}={short(rows)}: must be an array or a DataFrame of numbers") from None
    if data.layout is not None:
        return torch.as_tensor(encode_frame(name, rows, data.layout))
    return torch.as_tensor(read_frame(name, rows, data.axis_names)[0])


def _definitions(like: str) -> dict[str, Metric]:
    """Return the metrics of a package by name."""
    try:
        return PACKAGES.make(like).metrics
    except ValueError as error:
        raise ValueError(f"like={short(like)}: {error}") from None
