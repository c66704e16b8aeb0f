"""Measured numbers in words: every share in percent, every other number to three digits."""

from __future__ import annotations

from toygan.parts.metrics import METRICS
from toygan.parts.metrics.reference import reference_band


def percent(share: float, digits: int = 0) -> str:
    """A share in percent, with one digit more where only that shows that it is not all: "98 %", "99.6 %"."""
    return f"{100 * share:.{max(digits, int(0.995 <= share < 1))}f} %"


def true_percent(metric: str, data: str, n: int) -> str:
    """In which range, in percent, 90 % of sets of n true samples score; empty where the metric has no meaning."""
    band = reference_band(metric, data, n)
    ends = [] if band is None else list(dict.fromkeys(percent(end).removesuffix(" %") for end in (band.low, band.high)))
    return f"(true samples {'–'.join(ends)} %)" if ends else ""


def score(metric: str, value: float, digits: int = 0) -> str:
    """A metric's value in its unit; `digits` are those of a share."""
    return percent(value, digits) if METRICS[metric].unit == "share" else f"{value:.3g}"
