"""Real and generated samples, what the discriminator makes of them, and where the loss pushes the generated ones."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, OffsetBox, OffsetImage, TextArea

from toygan.panels import style
from toygan.panels.look import GRID, Look, middles
from toygan.panels.marks import Arrows, Surface, numbers
from toygan.panels.panel import Panel
from toygan.recipe import Recipe

CAP = 0.15  # the longest arrow, as a share of the window's width
MOST_NUMBERS = 30  # modes that get a number


class Samples(Panel):
    """What the panels of samples in the plane and on a line have in common."""

    title = "What the discriminator believes"
    moves = True
    footer = 0.88
    reach: float  # an arrow's length as a share of the window, for a gradient of 1 over the window's width
    shown: int  # arrows

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        self.data = recipe.distribution
        self.window = self.data.extent
        self.width = max(high - low for low, high in self.window)
        axes.set_xlim(self.window[0])
        self.arrows = Arrows(axes, self.shown, self.reach * self.width**2, CAP * self.width, zorder=3)
        self.note = axes.text(
            0.5, 0.975, "", transform=axes.transAxes, ha="center", va="top", weight="bold", fontsize=9.5, zorder=9,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "boxstyle": "round,pad=0.25"},
        )  # fmt: skip

    def explain(self, marks: dict[str, Artist], d_output: Sequence[OffsetBox]) -> None:
        """How to read the panel, below the axes: its marks, D's opinion, an arrow that shows the scale."""
        self.axes.legend(
            list(marks.values()), list(marks), ncols=len(marks), loc="upper left", borderaxespad=0, borderpad=0,
            bbox_to_anchor=(0, 0), bbox_transform=self.below(18), handletextpad=0.3, columnspacing=1, handlelength=1.2,
        )  # fmt: skip
        self.meaning = TextArea("", textprops={"fontsize": 9, "color": style.MUTED})
        row = AnchoredOffsetbox(
            "upper left", child=HPacker(children=[*d_output, self.meaning], sep=5, pad=0, align="center"),
            frameon=False, pad=0, borderpad=0, bbox_to_anchor=(0, 0), bbox_transform=self.below(33),
        )  # fmt: skip
        self.axes.add_artist(row)
        self.captions = [self.meaning]
        gradient = float(f"{0.1 * self.width / self.arrows.scale:.0e}")
        length, place = gradient * self.arrows.scale / self.width, self.below(55)
        self.axes.annotate(
            "", xy=(length, 0), xytext=(0, 0), xycoords=place, textcoords=place,
            arrowprops={"arrowstyle": "-|>", "color": style.GENERATOR, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0},
        )  # fmt: skip
        words = f"= {gradient:g}:  where G's loss pushes, −∂L_G/∂x, longest cut"
        self.axes.text(length + 0.015, 0, words, transform=place, va="center", fontsize=9)

    def update(self, look: Look) -> None:
        self.meaning.set_text("sigmoid(logit)" if look.probability else "logit, scaled")
        self.note.set_text(self._noteworthy(look))
        if look.finite:
            self.show(look)

    def show(self, look: Look) -> None:
        """Shows a look that is finite."""

    def _noteworthy(self, look: Look) -> str:
        """What has to be known first: divergence, or samples that the window does not show."""
        if look.diverged_at >= 0:
            return f"diverged at iteration {look.diverged_at:,}"
        low, high = np.array(self.window).T
        outside = 1 - ((look.generated >= low) & (look.generated <= high)).all(-1).mean()
        return f"{100 * outside:.0f} % of generated samples outside" if outside >= 0.05 else ""


def _words(words: str) -> TextArea:
    return TextArea(words, textprops={"fontsize": 9.5})


class Plane(Samples):
    """Samples in the plane over D's opinion, with G's loss gradients."""

    reach, shown = 0.03, 40

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(ylim=self.window[1], aspect="equal")
        axes.locator_params(nbins=5)
        self.surface = Surface(axes)
        (self.real,) = axes.plot([], [], **style.REAL_MARK)
        (self.generated,) = axes.plot([], [], **style.GENERATED_MARK)
        modes = self.data.modes.numpy()
        self.numbers = [numbers(axes, modes)] if 1 < len(modes) <= MOST_NUMBERS else []
        bar = OffsetImage(np.repeat(style.D_OUTPUT_COLOURS[None, ::2], 12, axis=0), zoom=0.55)
        d_output = _words("D says:  generated"), bar, _words("real")
        self.explain({"real": self.real, "generated": self.generated}, d_output)
        self.artists = [self.surface, self.real, self.generated, self.arrows.quiver, *self.numbers, self.note]

    @classmethod
    def refuses(cls, recipe: Recipe) -> str | None:
        return None if recipe.distribution.dim == 2 else f"{recipe.data} does not lie in the plane"

    def show(self, look: Look) -> None:
        self.surface.d_output = look.d_output
        self.real.set_data(*look.real.T)
        self.generated.set_data(*look.generated.T)
        self.arrows.update(look.generated[: self.shown], look.arrows[: self.shown])


class Line(Samples):
    """Densities of real and generated samples on a line, D's curve above them and G's loss gradients below.

    Where the data has no density, the share of the samples in each bin takes its place.
    """

    reach, shown = 0.05, 24
    bins, rows, strip = 81, 6, 0.2  # of the histogram; of arrows below it; their height beside that of the densities

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        (low, high) = self.window[0]
        self.edges = np.linspace(low, high, self.bins + 1)
        self.x = middles(low, high, GRID[1])
        real, self.top = self._draw_real()
        axes.set_ylim(-self.strip * self.top, self.top)
        axes.set_yticks([t for t in axes.get_yticks() if 0 <= t <= self.top])
        axes.axhline(0, color=style.MUTED, linewidth=0.8)
        self.generated = axes.stairs(np.zeros(self.bins), self.edges, fill=True, color=style.GENERATED, alpha=0.6)
        (self.points,) = axes.plot([], [], **style.GENERATED_MARK)
        self.levels = -self.strip * self.top * (1 + np.arange(self.shown) % self.rows) / (self.rows + 1)
        right = axes.twinx()
        right.set(ylim=(-self.strip * 1.06, 1.06), yticks=(0, 0.5, 1), yticklabels=("0", "½", "1"))
        right.tick_params(colors=style.DISCRIMINATOR)
        right.axhline(0.5, color=style.DISCRIMINATOR, linestyle=(0, (1, 1.5)), linewidth=1.2)
        (self.curve,) = right.plot([], [], color=style.DISCRIMINATOR, linewidth=2.4)
        d_output = _words("D says:  0 generated,  ½ cannot tell,  1 real")
        self.explain({"real": real, "generated": self.generated, "D": self.curve}, [d_output])
        self.artists = [self.generated, self.points, self.arrows.quiver, self.curve, self.note]

    @classmethod
    def refuses(cls, recipe: Recipe) -> str | None:
        return None if recipe.distribution.dim == 1 else f"{recipe.data} does not lie on a line"

    def _draw_real(self) -> tuple[Artist, float]:
        """Draws what never changes, the true density; returns its artist and the top of the axis."""
        if not self.data.has_density:
            self.axes.set_ylabel("share")
            return self.axes.vlines(self.data.modes.numpy(), 0, 1, color=style.REAL, linewidth=4, alpha=0.7), 1.1
        self.axes.set_ylabel("density")
        density = self.data.log_prob(torch.from_numpy(self.x)[:, None]).exp().numpy()
        self.axes.plot(self.x, density, color=style.REAL, linewidth=2.2)
        return self.axes.fill_between(self.x, density, color=style.REAL, alpha=0.25, linewidth=0), 1.25 * density.max()

    def show(self, look: Look) -> None:
        counts, _ = np.histogram(look.generated, self.edges)
        share = counts / len(look.generated)
        self.generated.set_data(share / np.diff(self.edges) if self.data.has_density else share)
        self.curve.set_data(self.x, look.d_output)
        x, gradients = look.generated[: self.shown, 0], look.arrows[: self.shown, 0]
        points = np.column_stack([x, self.levels])
        self.points.set_data(*points.T)
        self.arrows.update(points, np.column_stack([gradients, np.zeros_like(gradients)]))
