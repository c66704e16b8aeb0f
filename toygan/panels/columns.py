"""Histograms of every column of real and generated samples: of one's own table above all."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import torch

from toygan.chart import Axis, Chart, Line, Mark
from toygan.chart.axis import Role, shorten
from toygan.panels.look import Look
from toygan.panels.panel import Panel, caption
from toygan.parts.distributions import Distribution
from toygan.recipe import Recipe
from toygan.text import format_number

MOST_COLUMNS = 8
BINS = 32
TRUE_SAMPLES = 2**13  # behind the histogram of the data
FULL, MOST = 0.66, 0.72  # of the height of a row, for the largest share of the data in a bin, and of any
MOST_LETTERS = 24  # of the name of a column


class Columns(Panel):
    """Histograms of real and of generated samples, a row for each column of the data, each from its own low to high."""

    about = (
        "A histogram of each column of the data, real and generated. "
        "Columns may fit one by one although their links are wrong."
    )
    title = "Histogram of each column"

    def refuses(self, recipe: Recipe) -> str | None:
        dim = recipe.parts.data.dim
        return None if dim <= MOST_COLUMNS else f"{recipe.data} has {dim} columns, more than {MOST_COLUMNS}"

    def chart(self, look: Look) -> Chart:
        data = look.recipe.parts.data
        marks: list[Mark] = []
        for i, ((low, high), real) in enumerate(zip(data.extent, true_shares(data, BINS), strict=True)):
            base = data.dim - 1 - i
            unit = FULL / max(float(real.max()), 1e-9)
            shares: dict[Role, np.ndarray] = {
                "real": real, "generated": _shares(look.generated[:, i], low, high, BINS),
            }  # fmt: skip
            for role, share in shares.items():
                x, y = _outline(np.minimum(unit * share, MOST) + base, base)
                marks.append(Line(f"{role} {i}", role, x, y, width=1.4, closed=True, fill=role, label=role))
            words = f"{shorten(column_name(data, i), MOST_LETTERS)}   {_number(low)} to {_number(high)}"
            marks.append(caption(f"name {i}", "ink", words, 0.01, (base + 0.86) / data.dim, anchor="left", size=9))
        none = tuple[float, ...]()
        return Chart(self.title, Axis("", 0, 1, ticks=none), Axis("", 0, data.dim, ticks=none), tuple(marks))


def column_name(data: Distribution, i: int) -> str:
    """Return the name of a column, or its number from 1 on."""
    return data.axis_names[i] if data.axis_names else f"column {i + 1}"


def _number(x: float) -> str:
    """Return a number as people write it, with three digits."""
    return format_number(x).replace("-", "−")


@lru_cache(maxsize=16)
def true_shares(data: Distribution, bins: int) -> tuple[np.ndarray, ...]:
    """Return the share of the data in each bin of each column, `(bins,)` each."""
    x = data.sample(TRUE_SAMPLES, torch.Generator().manual_seed(0)).numpy()
    return tuple(_shares(x[:, i], *ends, bins) for i, ends in enumerate(data.extent))


def _shares(x: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    """Return the share of samples `(n,)` in each bin `(bins,)`; what lies outside counts, too."""
    shares: np.ndarray = np.histogram(x[np.isfinite(x)], bins, (low, high))[0] / max(1, len(x))
    return shares


def _outline(heights: np.ndarray, base: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the corners of steps of these heights over equal bins from 0 to 1, and of their base."""
    edges = np.linspace(0, 1, len(heights) + 1)
    x, y = np.repeat(edges, 2), np.concatenate([[base], np.repeat(heights, 2), [base]])
    return x, y


PANELS: dict[str, tuple[Panel, ...]] = {"columns": (Columns(),)}
