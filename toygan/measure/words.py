"""Measured numbers as text: shares in percent, other numbers with three digits; and the status of a run."""

from __future__ import annotations

import numpy as np

from toygan.parts.distributions import Distribution
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.columns import STANDARDISED
from toygan.parts.metrics.reference import reference_band
from toygan.text import format_number
from toygan.training import Snapshot

LABELS = {
    "sliced-w1": "distance (W1)", "modes-covered": "modes covered", "high-quality": "high-quality samples",
    "gaps": "data left out (gaps)", "off-data": "samples off the data", "reverse-kl": "reverse KL over modes",
    "loss-d": "D's loss", "loss-g": "G's loss",
}  # fmt: skip


def label(metric: str) -> str:
    """Return a metric in words for people, the same everywhere: "distance (W1)"; of others their names."""
    plain = metric.removeprefix(STANDARDISED)
    words = LABELS.get(plain, plain.replace("-", " "))
    return words if plain == metric else f"{words}, standardised"


def title(metric: str) -> str:
    """Return the same as the title of a chart: "Distance (W1)"."""
    words = label(metric)
    return words[0].upper() + words[1:]


def percent(share: float, digits: int = 0) -> str:
    """Return a share in percent, with one digit more if it would be rounded to 100 %: "98 %", "99.6 %"."""
    return f"{100 * share:.{max(digits, int(0.995 <= share < 1))}f} %"


def true_percent(metric: str, data: str | Distribution, n: int) -> str:
    """Return the range, in percent, of 90 % of sets of n true samples; "" if the metric has no meaning."""
    band = reference_band(metric, data, n)
    ends = [] if band is None else list(dict.fromkeys(percent(end).removesuffix(" %") for end in (band.low, band.high)))
    return f"(true samples {'–'.join(ends)} %)" if ends else ""


def score(metric: str, value: float, digits: int = 0) -> str:
    """Return the value of a metric in its unit; `digits` are the decimals of a share."""
    share = METRICS[metric].unit == "share" and np.isfinite(value)
    return percent(value, digits) if share else format_number(value)


def status(last: Snapshot, member: int, diverged_at: np.ndarray) -> str:
    """Return the status of a member, as last measured, and of the others in one line; `diverged_at` is `(P,)`."""
    seeds, dead = len(last.recipes), int((diverged_at >= 0).sum())
    mine = f"diverged at iteration {diverged_at[member]:,}" if diverged_at[member] >= 0 else _quality(last, member)
    numbers = [recipe.seed for recipe in last.recipes]
    words = [f"seed {numbers[member]} (of seeds {min(numbers)} to {max(numbers)}): {mine}" if seeds > 1 else mine]
    covered = last.metrics.get("modes-covered", np.full(seeds, np.nan))
    covered = covered[(diverged_at < 0) & np.isfinite(covered)]
    if seeds > 1 and len(covered):
        low, high = covered.min(), covered.max()
        words.append(
            f"{seeds} seeds: {low:.0f} to {high:.0f} modes" if high > low else f"{seeds} seeds: {low:.0f} each"
        )
    if seeds > 1 and dead:
        words.append(f"{dead} of {seeds} seeds diverged")
    return " · ".join(words)


def _quality(last: Snapshot, member: int) -> str:
    """Return the quality of a member's samples: by modes, by their place on a line, or by D's accuracy."""
    data = last.recipes[member].parts.data
    value = {name: float(values[member]) for name, values in last.metrics.items()}
    if data.has_modes and value.keys() >= {"modes-covered", "high-quality"}:
        k, true = len(data.modes), true_percent("high-quality", data, last.samples.shape[1])
        modes = f"{value['modes-covered']:.0f} of {k} mode{'s' * (k > 1)}"
        of = f"of {last.samples.shape[1]:,} samples"
        return f"{modes}, high quality {percent(value['high-quality'])} {of} {true}"
    if data.counts:
        return f"{_list_counts(data)}; {_place(last, member, value)}"
    return _place(last, member, value)


def _list_counts(data: Distribution) -> str:
    """Return the columns of counts in words."""
    names = data.axis_names or [f"column {i + 1}" for i in range(data.dim)]
    listed = ", ".join(names[i] for i in data.counts[:3])
    return f"counts in {listed}{', rounded' if data.rounds else ', samples lie between them'}"


def _place(last: Snapshot, member: int, value: dict[str, float]) -> str:
    """Return where a member's samples lie on a line, or how often D is right."""
    if last.recipes[member].parts.data.dim == 1:
        x = last.samples[member].double()
        return f"generated at {format_number(float(x.mean()))} ± {format_number(float(x.std(correction=0)))}"
    if value.keys() >= {"accuracy-real", "accuracy-fake"}:
        right = percent(value["accuracy-real"]), percent(value["accuracy-fake"])
        return f"D is right on {right[0]} of real and {right[1]} of generated samples"
    return ""
