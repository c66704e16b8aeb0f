"""The smallest GANs, of one number a player: their plane, their eigenvalues, and their distance from equilibrium."""

from __future__ import annotations

import numpy as np

from toygan.chart import Arrows, Axis, Chart, Line, Mark, Points, Text
from toygan.chart.limits import double_to, grow_to_decades
from toygan.panels.curves import iterations
from toygan.panels.look import FIELD_SIDE, Look
from toygan.panels.panel import Panel, caption
from toygan.recipe import Recipe
from toygan.text import format_number

JUMP = 1e3  # a larger rate is the difference quotient across a jump of the field
REACH, FARTHEST = 2.0, 128.0  # half the width of the plane's window, at the start and at most
ROUNDING = 1e-6  # what rounding may leave of an eigenvalue that is 0
RECENT_ITERATIONS = 60  # whose places are marked


class DiracPanel(Panel):
    """A panel about games of one number a player."""

    def refuses(self, recipe: Recipe) -> str | None:
        dirac = recipe.parts.data.dim == 1 and recipe.generator == "point" and recipe.discriminator == "linear"
        return None if dirac else 'for games of one number a player: data "dirac", generator "point", D "linear"'


class PhasePlane(DiracPanel):
    """Both players' numbers as a point in the plane, with its trajectory and the game's vector field."""

    about = (
        "Each player has one number here, so a game is a point that moves in this plane. "
        "Arrows show where gradient steps lead from each place; the cross is the equilibrium."
    )
    title = "Vector field of the game"

    def chart(self, look: Look) -> Chart:
        near = np.abs(look.places).max(-1, initial=0.0) < FARTHEST  # NaN is not near either
        places, means = look.places[near], look.means[near]
        reach = double_to(REACH, np.abs(places).max(initial=0.0))
        recent = places[-RECENT_ITERATIONS:].T
        origin = np.zeros(1)
        marks = (
            self._field(look, reach),
            Points("equilibrium", "real", origin, origin, size=16, shape="plus", label="equilibrium"),
            Line("trajectory", "ink", *places.T, width=1, opacity=0.45),
            Line("recent trajectory", "ink", *recent, width=1.4, label="trajectory"),
            Points("recent places", "ink", *recent, size=3.25, label="trajectory"),
            Points("mean", "ink", *means[-1:].T, size=10, shape="diamond", label="mean of trajectory"),
            Points("now", "generated", *places[-1:].T, size=13, label="now"),
        )
        x = Axis("θ: G's point", -reach, reach, role="generator")
        y = Axis("ψ: D's slope", -reach, reach, role="discriminator")
        legend = ("now", "trajectory", "mean of trajectory", "equilibrium")
        return Chart(self.title, x, y, marks, aspect=1, legend=legend)

    def _field(self, look: Look, reach: float) -> Mark:
        """Return the vector field of the present recipe: an arrow in the middle of each cell of the window."""
        portrait = look.portrait(reach * (1 - 1 / FIELD_SIDE))
        if portrait is None:
            return caption("field", "muted", "no plane: a player has more than one number", 0.5, 0.6, size=10)
        points = np.stack(np.meshgrid(portrait.axis, portrait.axis), axis=-1).reshape(-1, 2)
        vectors = portrait.vectors.reshape(-1, 2)
        length = np.linalg.norm(vectors, axis=-1, keepdims=True)
        longest = np.quantile(length, 0.98) or 1.0  # roots of lengths: short ones stay visible
        share = np.sqrt(np.minimum(length / longest, 1))
        arrows = vectors / np.maximum(length, 1e-30) * share * 1.7 * reach / FIELD_SIDE
        return Arrows("field", "muted", *(points - arrows / 2).T, *arrows.T, opacity=0.56)


class Eigenvalues(DiracPanel):
    """Eigenvalues of one iteration at the equilibrium, beside the unit circle, and the largest one under a lens."""

    about = (
        "What one iteration does near the equilibrium: each dot is a factor by which it stretches and turns. "
        "Inside of the circle the game converges, outside it diverges."
    )
    title = "One iteration near equilibrium"
    middle = 3.1  # x of the lens, which has radius 1 as well
    farthest = 1.4  # eigenvalues beyond are drawn at this radius

    def chart(self, look: Look) -> Chart:
        portrait = look.portrait()
        if portrait is None:
            return self._chart("a player has more than one number", "")
        factors, rates = portrait.stability.factors[0].numpy(), portrait.stability.rates[0].numpy()
        small = f"with infinitely small steps:  {_pair(rates)},  {portrait.stability.flow[0]}"
        if np.abs(rates).max() > JUMP:
            small = "the field itself jumps there"
        if np.abs(factors).max() > JUMP:
            return self._chart("one iteration jumps there: no eigenvalues", small)
        rho = float(portrait.stability.radius[0])
        dots = factors[np.abs(factors) > 1e-6]  # what an optimizer does not use is 0
        dots = dots * np.minimum(1, self.farthest / np.abs(dots))
        longest = max(dots, key=lambda z: (abs(z), z.imag), default=0j)
        change = "keeps distances" if abs(rho - 1) < 1e-6 else f"{_signed(100 * (rho - 1))} % distance"
        words = f"longest {format_number(rho, 5)}:  {change},  {portrait.stability.iteration[0]}"
        eigenvalues = Points("eigenvalues", "ink", dots.real, dots.imag, size=9)
        return self._chart(words, small, *self._lens(longest), eigenvalues)

    def _chart(self, words: str, small: str, *marks: Mark) -> Chart:
        """Return the unit circle with the marks on it, and two lines of words below."""
        circle = np.exp(2j * np.pi * np.linspace(0, 1, 181)[:-1])
        marks = (
            Line("unit circle", "ink", circle.real, circle.imag, width=1.5, closed=True, fill="real"),
            Line("axes", "faint", np.array([-1.3, 1.3, np.nan, 0, 0]), np.array([0, 0, np.nan, -1.15, 1.15]), width=1),
            *marks,
            caption("words", "ink", words, 0, 0, below=12, anchor="left", size=11, bold=True),
            caption("flow", "muted", small, 0, 0, below=28, anchor="left"),
        )
        return Chart(self.title, Axis("", -1.5, 4.6), Axis("", -1.25, 1.25), marks, aspect=1, frame=False)

    def _lens(self, z: complex) -> list[Mark]:
        """Return the unit circle near z, magnified until z clearly lies on one side, and the place of the lens."""
        size = float(np.clip(2.5 * abs(abs(z) - 1), 1e-3, 0.5))
        rim = np.exp(2j * np.pi * np.linspace(0, 1, 361)[:-1])
        near = np.linspace(-np.pi, np.pi, 2001) * min(1.0, 2 * size)
        arc = (np.exp(1j * (near + np.angle(z))) - z) / size  # of the unit circle, as seen through the lens
        arc = arc[np.abs(arc) <= 1]
        inside = np.concatenate([arc, rim[np.abs(z + size * rim) <= 1]])
        inside = inside[np.argsort(np.angle(inside - inside.mean()))] if len(inside) else inside  # it is convex
        square = z + size * np.array([-1 - 1j, 1 - 1j, 1 + 1j, -1 + 1j])
        times = (f"lens × {format_number(1 / size, 2)}",)
        return [
            Line("spot", "muted", square.real, square.imag, width=1, closed=True),
            Line("inside", "ink", self.middle + inside.real, inside.imag, width=0, closed=True, fill="real"),
            Line("circle", "ink", self.middle + arc.real, arc.imag, width=1.5),
            Line("lens", "muted", self.middle + rim.real, rim.imag, width=1.5, closed=True),
            Points("longest", "ink", np.array([self.middle]), np.zeros(1), size=12),
            Text(
                "magnification", "muted", times, np.array([self.middle + 0.85]), np.array([0.95]), anchor="left", size=9
            ),
        ]


def _pair(z: np.ndarray) -> str:
    """Return two eigenvalues as words, in one expression if they are conjugate."""
    if abs(z[0].imag) > 1e-9:
        return f"{_plain(z[0].real)} ± {_plain(z[0].imag)}i"
    return f"{_plain(z[0].real)} and {_plain(z[1].real)}"


def _plain(x: float) -> str:
    """Return a number of the game with three digits; what rounding leaves of 0 is 0."""
    return format_number(x if abs(x) > ROUNDING else 0.0).replace("-", "−")


def _signed(x: float) -> str:
    return "+" * (x > 0) + format_number(x, 2).replace("-", "−")


class DistanceToEquilibrium(DiracPanel):
    """Distance of the players, and of the mean of their trajectory, from equilibrium, over the iterations."""

    about = (
        "The distance of both players from the equilibrium, and that of their mean so far. "
        "A level line means that the game circles around the equilibrium."
    )
    title = "Distance from equilibrium"

    def chart(self, look: Look) -> Chart:
        both = np.linalg.norm(np.stack([look.places, look.means]), axis=-1).clip(1e-12, 1e12)
        low, high = grow_to_decades((0.1, 10), both)
        now, mean = both
        marks = (
            Line("now", "ink", look.trajectory_steps, now, label="now"),
            Line("mean", "ink", look.trajectory_steps, mean, width=1.5, dash="dashed", label="mean"),
        )
        y = Axis("", low, high, log=True, intervals=4, grid=True, grows=True)
        return Chart(self.title, iterations(look.trajectory_steps), y, marks, legend_above=True)


PANELS: dict[str, tuple[Panel, ...]] = {
    "phase": (PhasePlane(),),
    "eigenvalues": (Eigenvalues(),),
    "distance": (DistanceToEquilibrium(),),
}
