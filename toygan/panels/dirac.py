"""The smallest GANs, of one number a player: their plane, their eigenvalues, and how far they are from equilibrium."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Polygon, Rectangle
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from toygan.measure import theory
from toygan.panels import style
from toygan.panels.limits import FIRST, doubled, grow_to_decades, grow_to_iteration
from toygan.panels.look import Look
from toygan.panels.marks import Arrows
from toygan.panels.panel import Panel
from toygan.recipe import Recipe
from toygan.runs.trajectory import Trajectory

SIDE = 15  # arrows on a side of the plane
JUMP = 1e3  # a larger rate is the difference quotient across a jump of the field
REACH, FARTHEST = 2.0, 128.0  # of the plane's window, at first and at most


@lru_cache(maxsize=32)
def portrait(recipe: Recipe, reach: float = REACH) -> theory.Portrait | None:
    """The plane of a recipe, without runs; None where a player has more than one number."""
    try:
        return theory.phase_portrait(recipe, starts=(), steps=0, reach=reach, side=SIDE)
    except ValueError:
        return None


class DiracPanel(Panel):
    """What the panels of the smallest GANs have in common."""

    @classmethod
    def refuses(cls, recipe: Recipe) -> str | None:
        dirac = recipe.distribution.dim == 1 and recipe.generator == "point" and recipe.discriminator == "linear"
        return None if dirac else 'for games of one number a player: data "dirac", generator "point", D "linear"'


def _way(look: Look) -> tuple[np.ndarray, np.ndarray]:
    """Where the member has stood, and the mean of that, both `(T, 2)`; T is 0 for larger games."""
    path = look.history.path
    return (path.places[:, look.member], path.means[:, look.member]) if len(path.steps) else (np.empty((0, 2)),) * 2


class Phase(DiracPanel):
    """Both players' numbers as a point in the plane: where the field pushes it, where it has been, its mean so far."""

    title = "Where the game pushes both players"
    moves = True
    footer = 0.66

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(xlim=(-REACH, REACH), ylim=(-REACH, REACH), aspect="equal")
        axes.set_xlabel("θ: where G's point lies", color=style.GENERATOR, weight="bold")
        axes.set_ylabel("ψ: D's slope", color=style.DISCRIMINATOR, weight="bold", labelpad=-2)
        axes.locator_params(nbins=5)
        self.reach = REACH
        self.path: Trajectory | None = None  # the way and the recipe that are shown
        self.recipe: Recipe | None = None
        self.field = Arrows(axes, SIDE**2, 1.0, np.inf, color="#9a9a9a", zorder=1)
        (self.rest,) = axes.plot([0], [0], marker="+", markersize=16, markeredgewidth=3, color=style.REAL, ls="none")
        (self.trail,) = axes.plot([], [], color=style.INK, linewidth=1, alpha=0.45)
        (self.late,) = axes.plot([], [], color=style.INK, linewidth=1.4, marker=".", markersize=4.5)
        (self.mean,) = axes.plot([], [], marker="D", markersize=10, color="none", mec=style.INK, mew=2, ls="none")
        (self.now,) = axes.plot([], [], **{**style.GENERATED_MARK, "markersize": 13})
        axes.legend(
            [self.now, self.late, self.mean, self.rest], ["now", "its way", "mean of its way", "equilibrium"], ncols=4,
            loc="upper left", borderaxespad=0, borderpad=0, bbox_to_anchor=(0, 0), bbox_transform=self.below(32),
            handletextpad=0.4, columnspacing=1.1, handlelength=1.3, markerscale=0.75,
        )  # fmt: skip
        self.note = axes.text(0.5, 0.6, "", transform=axes.transAxes, ha="center", color=style.MUTED)
        self.artists = [self.field.quiver, self.rest, self.trail, self.late, self.mean, self.now, self.note]

    def update(self, look: Look) -> None:
        places, means = _way(look)
        near = np.abs(places).max(-1, initial=0.0) < FARTHEST  # NaN is not near either
        places, means = places[near], means[near]
        self._hold(look, places)
        self.trail.set_data(*places.T)
        self.late.set_data(*places[-60:].T)
        self.now.set_data(*places[-1:].T)
        self.mean.set_data(*means[-1:].T)

    def _hold(self, look: Look, places: np.ndarray) -> None:
        """Lets the window reach the way, and shows the field of the present recipe in it."""
        if look.history.path is not self.path:
            self.path, self.reach = look.history.path, REACH
        reach = doubled(self.reach, np.abs(places).max(initial=0.0))
        if (look.recipe, reach) == (self.recipe, self.reach) and self.axes.get_xlim()[1] == reach:
            return
        self.recipe, self.reach = look.recipe, reach
        self.axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
        plane = portrait(look.recipe, reach * (1 - 1 / SIDE))  # arrows in the middles of cells
        self.field.quiver.set_visible(plane is not None)
        self.note.set_text("" if plane else "no plane: a player has more than one number")
        if plane is not None:
            points = np.stack(np.meshgrid(plane.axis, plane.axis), axis=-1).reshape(-1, 2)
            arrows = plane.vectors.reshape(-1, 2)
            length = np.linalg.norm(arrows, axis=-1, keepdims=True)
            longest = np.quantile(length, 0.98) or 1.0  # roots of lengths: short ones stay visible
            tip = arrows / np.maximum(length, 1e-30) * np.sqrt(np.minimum(length / longest, 1)) * 1.7 * reach / SIDE
            self.field.update(points - tip / 2, tip)


class Eigenvalues(DiracPanel):
    """The eigenvalues of one iteration at the equilibrium beside the unit circle, and the first under a lens."""

    title = "One iteration near equilibrium"
    footer = 0.5
    middle: ClassVar[complex] = 3.1  # of the lens, which has radius 1 as well
    most: ClassVar[float] = 1.4  # farther out they are drawn at the edge

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(xlim=(-1.5, 4.6), ylim=(-1.25, 1.25), aspect="equal")
        axes.set_axis_off()
        axes.add_patch(Circle((0, 0), 1, facecolor="#e8f1f8", edgecolor=style.INK, linewidth=1.5, zorder=0))
        axes.plot([-1.3, 1.3, np.nan, 0, 0], [0, 0, np.nan, -1.15, 1.15], color=style.FAINT, linewidth=1, zorder=0.5)
        self.lens = Circle((self.middle.real, 0), 1, facecolor="white", edgecolor=style.MUTED, linewidth=1.5)
        axes.add_patch(self.lens)
        self.inside = Polygon(np.zeros((3, 2)), facecolor="#e8f1f8", edgecolor=style.INK, linewidth=1.5)
        axes.add_patch(self.inside)
        self.inside.set_clip_path(self.lens)
        self.spot = Rectangle((0, 0), 0, 0, fill=False, edgecolor=style.MUTED, linewidth=1)
        axes.add_patch(self.spot)
        (self.dots,) = axes.plot([], [], "o", markersize=8, color=style.INK)
        (self.dot,) = axes.plot([], [], "o", markersize=11, color=style.INK)
        self.power = axes.text(self.middle.real + 0.85, 0.9, "", color=style.MUTED, fontsize=9)
        self.words = axes.text(0, 0, "", transform=self.below(12), weight="bold", fontsize=11, va="center")
        self.rates = axes.text(0, 0, "", transform=self.below(28), color=style.MUTED, fontsize=9.5, va="center")
        self.artists = [self.lens, self.inside, self.spot, self.dots, self.dot, self.power, self.words, self.rates]

    def update(self, look: Look) -> None:
        plane = portrait(look.recipe)
        if plane is None:
            self._say("a player has more than one number", "")
            return
        factors, rates = plane.verdict.factors[0].numpy(), plane.verdict.rates[0].numpy()
        small = f"with infinitely small steps:  {_pair(rates)},  {plane.verdict.flow[0]}"
        if np.abs(rates).max() > JUMP:
            small = "the field itself jumps there"
        if np.abs(factors).max() > JUMP:
            self._say("one iteration jumps there: no eigenvalues", small)
            return
        rho = float(plane.verdict.radius[0])
        self._say(f"longest {rho:.4f}:  {_effect(rho)},  {plane.verdict.iteration[0]}", small, shown=True)
        dots = factors[np.abs(factors) > 1e-6]  # what an optimizer does not use is 0
        dots = dots * np.minimum(1, self.most / np.abs(dots))
        self.dots.set_data(dots.real, dots.imag)
        self._magnify(max(dots, key=lambda z: (abs(z), z.imag), default=0j))

    def _say(self, words: str, small: str, shown: bool = False) -> None:
        self.words.set_text(words)
        self.rates.set_text(small)
        for artist in self.artists[:-2]:
            artist.set_visible(shown)

    def _magnify(self, z: complex) -> None:
        """Shows the circle around z so large that one sees on which side of it z lies."""
        size = float(np.clip(2.5 * abs(abs(z) - 1), 1e-3, 0.5))
        angle = np.linspace(-np.pi, np.pi, 2001) * min(1.0, 2 * size)
        arc = np.exp(1j * (angle + np.angle(z)))
        edge = np.concatenate([arc, 0.2 * arc[::-1]]) if size < 0.5 else arc
        edge = self.middle + (edge - z) / size
        self.inside.set_xy(np.column_stack([edge.real, edge.imag]))
        self.dot.set_data([self.middle.real], [0])
        self.spot.set_bounds(z.real - size, z.imag - size, 2 * size, 2 * size)
        self.power.set_text(f"lens × {1 / size:.0f}")


def _effect(rho: float) -> str:
    """What a spectral radius does to a distance in one iteration, in words."""
    if abs(rho - 1) < 1e-6:
        return "keeps distances"
    return f"{100 * (rho - 1):+.2g} % distance".replace("-", "−")


def _pair(z: np.ndarray) -> str:
    """Two eigenvalues in one expression where they are conjugate."""
    if abs(z[0].imag) > 1e-9:
        return f"{z[0].real:.3f} ± {z[0].imag:.3f}i".replace("-", "−").replace("−0.000", "0.000")
    return f"{z[0].real:.3g} and {z[1].real:.3g}".replace("-", "−")


class Distance(DiracPanel):
    """How far from equilibrium the players and the mean of their way are, over the iterations."""

    title = "Distance from equilibrium"

    def __init__(self, axes: Axes, recipe: Recipe) -> None:
        super().__init__(axes, recipe)
        axes.set(xlabel="iteration", xlim=(0, FIRST), yscale="log", ylim=(0.1, 10))
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_locator(LogLocator(numticks=5))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.grid(axis="y", color=style.FAINT, linewidth=0.8)
        (self.now,) = axes.plot([], [], color=style.INK)
        (self.mean,) = axes.plot([], [], color=style.INK, linestyle=(0, (3, 1.5)), linewidth=1.5)
        axes.legend(
            [self.now, self.mean], ["now", "mean"], ncols=2, loc="lower right",
            bbox_to_anchor=(1, 0.98), borderaxespad=0, borderpad=0, handlelength=1.4, columnspacing=1,
        )  # fmt: skip
        self.artists = [self.now, self.mean]

    def update(self, look: Look) -> None:
        grow_to_iteration(self.axes, look.step)
        both = np.linalg.norm(np.stack(_way(look)), axis=-1).clip(1e-12, 1e12)
        grow_to_decades(self.axes, both)
        for line, distance in zip((self.now, self.mean), both, strict=True):
            line.set_data(look.history.path.steps, distance)
