"""What has happened so far: a member's metrics as curves over the iterations, each with its name at its end."""

from __future__ import annotations

from itertools import pairwise
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator, PercentFormatter
from matplotlib.transforms import ScaledTranslation

from toygan.panels import style
from toygan.panels.limits import FIRST, grow_to, grow_to_decades, grow_to_iteration
from toygan.panels.look import Look
from toygan.panels.panel import Panel
from toygan.recipe import Recipe


class Curves(Panel):
    """Metrics of one member over the iterations."""

    caption: ClassVar[str] = "iteration"
    curves: ClassVar[dict[str, tuple[str, str]]]  # metric: the name at its end, its colour

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(xlabel=self.caption, xlim=(0, FIRST))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        self.lines = {
            name: axes.plot([], [], color=colour, markersize=8)[0] for name, (_, colour) in self.curves.items()
        }
        beside = axes.get_xaxis_transform() + ScaledTranslation(6 / 72, 0, axes.get_figure().dpi_scale_trans)  # type: ignore[union-attr]
        self.names = {
            name: axes.text(0, 0, "", color=colour, weight="bold", va="center_baseline", transform=beside)
            for name, (_, colour) in self.curves.items()
        }
        self.artists = [*self.lines.values(), *self.names.values()]

    def update(self, look: Look) -> None:
        values = np.stack([look.metric(name) for name in self.curves])
        grow_to_iteration(self.axes, look.step)
        self.hold(values)
        for line, value in zip(self.lines.values(), values, strict=True):
            trace(line, look, value)
        self._name_ends(look, values)

    def hold(self, values: np.ndarray) -> None:
        """Lets the vertical axis reach the values."""

    def _name_ends(self, look: Look, values: np.ndarray) -> None:
        """Puts each name beside the end of its curve, no two closer than can be read."""
        ends = [last_finite(value) for value in values]
        y = np.array([value[end] if end >= 0 else np.nan for value, end in zip(values, ends, strict=True)])
        height = self.axes.transAxes.inverted().transform(self.axes.transData.transform(np.column_stack([y, y])))[:, 1]
        line = 13 / 72 * self.axes.get_figure().dpi / self.axes.bbox.height  # type: ignore[union-attr]
        for (name, text), end, at in zip(self.names.items(), ends, apart(height.clip(0, 1), line), strict=True):
            text.set_text(self.curves[name][0] if end >= 0 else "")
            if end >= 0:
                text.set_position((look.history.steps[end], at))


def last_finite(values: np.ndarray) -> int:
    """Index of the last finite value, or -1."""
    finite = np.flatnonzero(np.isfinite(values))
    return int(finite[-1]) if len(finite) else -1


def trace(line: Line2D, look: Look, values: np.ndarray) -> None:
    """Draws values `(T,)` over the history's iterations; a cross marks the end of a member that diverged."""
    line.set_data(look.history.steps, values)
    line.set_marker("X" if look.diverged_at >= 0 else "")
    line.set_markevery([max(last_finite(values), 0)])


def apart(heights: np.ndarray, gap: float) -> np.ndarray:
    """Heights moved as little as it takes for neighbours to be `gap` apart; NaN stays."""
    moved = np.array(heights, dtype=float)
    order = [i for i in np.argsort(moved) if np.isfinite(moved[i])]
    for below, above in pairwise(order):
        missing = gap - (moved[above] - moved[below])
        if missing > 0:
            moved[below] -= missing / 2
            moved[above] += missing / 2
    return moved


class Losses(Curves):
    """Both players' losses, and what they are when neither can improve."""

    title = "Losses"
    caption = "iteration  (dotted: equilibrium)"
    curves: ClassVar = {"loss-d": ("D", style.DISCRIMINATOR), "loss-g": ("G", style.GENERATOR)}

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set_ylim(0, 0.5)
        axes.locator_params("y", nbins=4)
        self.rest = [
            axes.axhline(0, color=colour, linestyle=(0, (1, 1.5)), linewidth=1.5) for _, colour in self.curves.values()
        ]
        self.artists = [*self.rest, *self.artists]

    def update(self, look: Look) -> None:
        grow_to(self.axes, 1.35 * np.array(look.equilibrium))
        for line, value in zip(self.rest, look.equilibrium, strict=True):
            line.set_ydata([value, value])
        super().update(look)

    def hold(self, values: np.ndarray) -> None:
        grow_to(self.axes, values)


class Accuracy(Curves):
    """How often D is right on real and on generated samples; at one half it cannot tell them apart."""

    title = "D's accuracy"
    caption = "iteration  (dotted: cannot tell)"
    curves: ClassVar = {"accuracy-real": ("real", style.REAL), "accuracy-fake": ("gen.", style.GENERATED)}

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(ylim=(-0.04, 1.04), yticks=(0, 0.5, 1))
        axes.yaxis.set_major_formatter(PercentFormatter(1, symbol=" %"))
        axes.axhline(0.5, color=style.MUTED, linestyle=(0, (1, 1.5)), linewidth=1.5)


class Gradients(Curves):
    """Lengths of both players' gradients: whether each still has something to learn from."""

    title = "Gradient lengths"
    curves: ClassVar = {"gradient-norm-d": ("D", style.DISCRIMINATOR), "gradient-norm-g": ("G", style.GENERATOR)}

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_ylim(1e-2, 1e1)
        axes.grid(axis="y", color=style.FAINT, linewidth=0.8)

    def hold(self, values: np.ndarray) -> None:
        grow_to_decades(self.axes, values)
