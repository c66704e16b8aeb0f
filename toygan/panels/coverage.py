"""Mode coverage: scores over the iterations, and how the samples share themselves among the modes."""

from __future__ import annotations

from math import ceil
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter

from toygan.panels import style
from toygan.panels.curves import trace
from toygan.panels.limits import FIRST, doubled, grow_to_decades, grow_to_iteration
from toygan.panels.look import Look
from toygan.panels.panel import Panel
from toygan.panels.truth import ReferenceBand
from toygan.parts.metrics.modes import has_modes
from toygan.parts.metrics.reference import reference_band, reference_shares
from toygan.recipe import Recipe

BARS = (-0.38, 0.38)  # a bar's left and right end, its mode's number in the middle


def bands(values: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Quantiles over the last axis `(len(at), T)` of values `(T, P)`, NaN left out; NaN where nothing is left."""
    ordered = np.sort(values, axis=-1)  # NaN come last
    last = np.isfinite(ordered).sum(-1) - 1
    place = np.outer(at, last).clip(0)
    below = place.astype(int)
    above = np.minimum(below + 1, last.clip(0))
    low, high = (np.take_along_axis(ordered.T, index, axis=0) for index in (below, above))
    quantiles: np.ndarray = low + (place - below) * (high - low)
    return quantiles


class ModesPanel(Panel):
    """A panel about modes, for data that has some."""

    @classmethod
    def refuses(cls, recipe: Recipe) -> str | None:
        return None if has_modes(recipe.distribution) else f"{recipe.data} has no modes to count"


class Score(ModesPanel):
    """A metric of one member, in front of the range and the inner half of all members, upon that of true samples."""

    metric: ClassVar[str]

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(xlabel="iteration", xlim=(0, FIRST))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        self.truth = ReferenceBand(axes)
        self.range = axes.fill_between([0], [0], [0], color=style.GENERATED, alpha=0.15, linewidth=0)
        self.half = axes.fill_between([0], [0], [0], color=style.GENERATED, alpha=0.3, linewidth=0)
        (self.line,) = axes.plot([], [], color=style.GENERATED, linewidth=2.2, markersize=8)
        self.artists = [self.range, self.half, self.line]
        self.captions = [axes.xaxis.label, self.truth.name]

    def update(self, look: Look) -> None:
        grow_to_iteration(self.axes, look.step)
        if look.measured and (band := reference_band(self.metric, look.recipe.data, look.measured)):
            self.truth.show(*band)
        steps, scores = look.history.steps, look.history.metric(self.metric)
        self.hold(scores)
        trace(self.line, look, look.metric(self.metric))
        if scores.shape[1] > 1:
            least, lower, upper, most = bands(scores, (0, 0.25, 0.75, 1))
            self.range.set_data(steps, least, most)
            self.half.set_data(steps, lower, upper)
            self.axes.set_xlabel(f"iteration  (line: this run, band: {scores.shape[1]} seeds)")

    def hold(self, scores: np.ndarray) -> None:
        """Lets the vertical axis reach the scores."""


class Coverage(Score):
    """Modes covered."""

    title = "Modes covered"
    metric = "modes-covered"

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        modes = len(recipe.distribution.modes)
        axes.set(ylim=(0, 1.08 * modes), yticks=sorted({0, modes // 2, modes}))


class Quality(Score):
    """Share of samples within 3 sigmas of a mode."""

    title = "High-quality samples"
    metric = "high-quality"

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(ylim=(0, 1.08), yticks=(0, 0.5, 1))
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))


class Divergence(Score):
    """Reverse KL over modes, in decades: it cannot come below what chance leaves of true samples."""

    title = "Reverse KL over modes"
    metric = "reverse-kl"

    @classmethod
    def refuses(cls, recipe: Recipe) -> str | None:
        return super().refuses(recipe) or (
            None if len(recipe.distribution.modes) > 1 else f"{recipe.data} has one mode"
        )

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set_ylim(1e-3, 1e1)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_minor_locator(NullLocator())

    def hold(self, scores: np.ndarray) -> None:
        grow_to_decades(self.axes, scores)


class Modes(ModesPanel):
    """Share of the samples that each mode gets, in front of what it gets of true samples."""

    title = "Share per mode"

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        k = len(recipe.distribution.modes)
        axes.set(xlabel="mode", xlim=(0.4, 1.1 * k + 0.5))
        axes.set_xticks(range(1, k + 1, ceil(k / 13)))
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=" %"))
        axes.set_ylim(0, min(1.1, 2.2 * float(recipe.distribution.weights.max())))
        ends = (np.arange(1, k + 1)[:, None] + BARS).ravel()
        self.truth = ReferenceBand(axes, [i + 0.5 for i in range(k + 1)])
        self.bars = axes.stairs(np.zeros(2 * k - 1), ends, fill=True, color=style.GENERATED)
        self.artists = [self.bars, self.truth.mean]
        self.captions = [self.truth.name]

    def update(self, look: Look) -> None:
        if look.snapshot is None or look.diverged_at >= 0:
            return
        low, mean, high = reference_shares(look.recipe.data, look.measured)
        self.truth.show(low, mean, high)
        shares = look.snapshot.shares[look.member][: len(mean)]
        heights = np.zeros(2 * len(shares) - 1)
        heights[::2] = shares
        self.bars.set_data(heights)
        self.axes.set_ylim(0, min(1.1, doubled(self.axes.get_ylim()[1], shares.max())))
