"""Real and generated samples, the discriminator output, and the gradients of G's loss at the generated samples."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import torch

from toygan.chart import Arrows, Axis, Band, Bars, Chart, Line, Mark, Points, Surface, Text
from toygan.chart.axis import Role, shorten
from toygan.measure.words import percent
from toygan.panels.best import Best, find_contour
from toygan.panels.columns import true_shares
from toygan.panels.layers import ARROWS, BEST, DIFFERENCE, LABELS, MAP, offer_layers
from toygan.panels.look import GRID, Look, middles
from toygan.panels.panel import Panel, caption
from toygan.parts.distributions import Distribution
from toygan.recipe import Recipe
from toygan.text import format_number, round_to

LONGEST_ARROW = 0.15  # as a share of the window's width
MOST_NUMBERS = 30  # modes that get a number
MOST_STRETCH = 4.0  # of one axis of the plane against the other, before both fill the chart
MOST_LETTERS = 30  # of the name of an axis
MAP_EVERY = 3  # points of the latent grid from line to line
CONTOURS: tuple[tuple[float, Role], ...] = ((0.25, "generated"), (0.5, "ink"), (0.75, "real"))
NUMBER_POINTS = 12.0  # from a mode to its number


class Samples(Panel):
    """A panel of real and generated samples."""

    title = "Samples and discriminator output"
    dim: ClassVar[int]  # of the data
    reach: ClassVar[float]  # an arrow's length as a share of the window, for a gradient of 1 over the window's width
    most_arrows: ClassVar[int]

    def arrows(self, look: Look, points: np.ndarray, gradients: np.ndarray) -> list[Arrows]:
        """Return arrows for gradients at points, both `(n, 2)`, to scale up to the longest, if they are switched on."""
        if ARROWS not in look.layers:
            return []
        width = max(high - low for low, high in look.recipe.parts.data.extent)
        scale = self.reach * width**2
        moves = scale * gradients.astype(np.float64)
        length = np.linalg.norm(moves, axis=-1, keepdims=True)
        with np.errstate(invalid="ignore"):  # infinite gradients, which are not painted
            u, v = (moves * np.minimum(1, LONGEST_ARROW * width / np.maximum(length, 1e-30))).T
        round_one = round_to(0.1 * width / scale, 1)
        words = f"where G's loss pushes a sample; this long: {format_number(round_one)}"
        if not len(points):
            words = "no arrows: the gradient of G's loss takes too long"
        x, y = points.T
        return [Arrows("arrows", "generator", x, y, u, v, key=round_one * scale, label=words)]

    def remark(self, look: Look) -> Text:
        """Return a remark if the member diverged, or if the window does not show some of its samples."""
        low, high = np.array(look.recipe.parts.data.extent).T
        outside = 1 - ((look.generated >= low) & (look.generated <= high)).all(-1).mean()
        words = f"{percent(outside)} of generated samples outside" if outside >= 0.05 else ""
        if look.diverged_at >= 0:
            words = f"diverged at iteration {look.diverged_at:,}"
        return caption("remark", "ink", words, 0.5, 0.975, anchor="top", bold=True, box=True)


def map_lines(look: Look) -> list[Line]:
    """Return G's map in the plane as thin lines, if it is switched on: those across the noise and those up."""
    if MAP not in look.layers or look.latent_map is None:
        return []
    images = look.latent_map.images.reshape(-1, *look.latent_map.images.shape[-2:]).astype(float)
    across = _join_lines("G's map across", "ink", images[::MAP_EVERY])
    flat = len(look.latent_map.axes) == 1
    return [across] if flat else [across, _join_lines("G's map up", "third", images.swapaxes(0, 1)[::MAP_EVERY])]


def _join_lines(name: str, role: Role, lines: np.ndarray) -> Line:
    """Return several lines `(lines, points, 2)` as one with gaps."""
    apart = np.pad(lines, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan)
    return Line(name, role, *apart.reshape(-1, 2).T, width=0.7, opacity=0.8, label=LABELS[MAP])


def describe_best(best: Best) -> str:
    """Return the label of the best discriminator."""
    return "best D, p/(p + q)" + ", estimated" * best.estimated


def contours(look: Look) -> list[Line]:
    """Return the levels of the best discriminator in the plane, if it is switched on: from generated to real."""
    if BEST not in look.layers or look.best is None:
        return []
    window, label = look.recipe.parts.data.extent, f"{describe_best(look.best)}: ¼, ½, ¾"
    values = np.where(look.best.empty, np.nan, look.best.output)
    return [
        Line(f"best {level}", role, *find_contour(values, window, level), width=1.6, label=label)
        for level, role in CONTOURS
    ]


def judge(look: Look) -> str:
    """Return the name of what judges samples: D, a critic if it gives no probability, or a witness function."""
    return "D" if look.probability else "critic" if look.recipe.parts.loss.uses_discriminator else "witness"


def axis_names(recipe: Recipe) -> tuple[str, str]:
    """Return the names of the first two columns of a recipe's data, as far as it has names."""
    first, second, *_ = (*recipe.parts.data.axis_names, "", "")
    return shorten(first, MOST_LETTERS), shorten(second, MOST_LETTERS)


def unit(look: Look) -> str:
    """Return the unit of D's output."""
    return "sigmoid(logit)" if look.probability else "logit, scaled"


class Plane(Samples):
    """Samples in the plane over the discriminator output, with the gradients of G's loss as arrows."""

    about = (
        "Dots are real samples, triangles are what G makes, and the colour is what D thinks of each place. "
        "Arrows show where G's loss would move each generated sample."
    )
    dim, reach, most_arrows = 2, 0.03, 40

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.dim == self.dim else f"{recipe.data} does not lie in the plane"

    def chart(self, look: Look) -> Chart:
        (left, right), (bottom, top) = look.recipe.parts.data.extent
        arrows = look.arrows[: self.most_arrows]
        names = axis_names(look.recipe)
        x, y = Axis(names[0], left, right), Axis(names[1], bottom, top)
        marks: list[Mark] = [
            self.background(look),
            *contours(look),
            *map_lines(look),
            Points("real", "real", *look.real.T, label="real"),
            Points("generated", "generated", *look.generated.T, size=5.5, label="generated"),
            *self.arrows(look, look.generated[: len(arrows)], arrows),
        ]
        data = look.recipe.parts.data
        if 1 < len(data.modes) <= MOST_NUMBERS:
            marks.append(numbers(data.modes.numpy(), data.mode_names))
        # Columns of a table in other units are no directions in a plane: each has all of its axis.
        ratio = (right - left) / (top - bottom)
        aspect = 1 if 1 / MOST_STRETCH < ratio < MOST_STRETCH else None
        layers = offer_layers(look.recipe, (ARROWS, MAP, BEST, DIFFERENCE), look.layers)
        return Chart(self.title, x, y, (*marks, self.remark(look)), aspect=aspect, layers=layers)

    def background(self, look: Look) -> Surface:
        """Return D's output as a surface, or how far it lies above the best one."""
        if DIFFERENCE in look.layers and look.best is not None:
            values, label = (1 + look.d_output - look.best.output) / 2, "D minus best D"
            label += ", estimated:" if look.best.estimated else ":"
            return Surface("difference", "discriminator", values, label=label, low="−1", high="1")
        label = f"{judge(look)}'s output:"
        return Surface("D", "discriminator", look.d_output, label=label, low="generated", high="real", unit=unit(look))


def numbers(points: np.ndarray, words: tuple[str, ...]) -> Text:
    """Return words beside the points `(K, 2)`, on the side away from their centre."""
    out = points - points.mean(0)
    distance = np.linalg.norm(out, axis=-1, keepdims=True)
    out = np.where(distance > 1e-6, out / np.maximum(distance, 1e-6), 0.5**0.5)
    return Text("mode numbers", "ink", words, *points.T, offset=NUMBER_POINTS * out, size=8.5, box=True)


class Images(Samples):
    """Real images on the left, generated ones on the right, darker for more ink."""

    about = (
        "Real images stand on the left, and what G makes of fixed noise on the right. "
        "More ink is a darker pixel, so images that look alike in all places are a sign of mode collapse."
    )
    title = "Samples"
    rows, columns = 5, 5  # of each kind

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.picture else f"samples of {recipe.data} are not images"

    def chart(self, look: Look) -> Chart:
        data = look.recipe.parts.data
        assert data.picture is not None
        real, generated = (self.mosaic(x, data.picture) for x in (look.real, look.generated))
        gap = np.zeros((len(real), 2))
        # A surface goes from the colour of generated over that of the paper to that of real.
        values = 0.5 + 0.5 * np.concatenate([real, gap, -generated], axis=1)
        words = (
            caption("real", "real", "real", 0.25, 1.0, anchor="top", bold=True, box=True),
            caption("generated", "generated", "generated", 0.75, 1.0, anchor="top", bold=True, box=True),
        )
        none = Axis("", 0, 1, ticks=())
        remark = f"diverged at iteration {look.diverged_at:,}" if look.diverged_at >= 0 else ""
        marks = (
            Surface("images", "ink", values),
            *words,
            caption("remark", "ink", remark, 0.5, 0.5, bold=True, box=True),
        )
        return Chart(self.title, none, none, marks, frame=False)

    def mosaic(self, x: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """Return the first images of x `(n, pixels)`, from -1 to 1, side by side as ink from 0 to 1, last row first."""
        tiles = np.nan_to_num(x[: self.rows * self.columns]).reshape(self.rows, self.columns, *size).clip(-1, 1)
        tiles = np.pad((1 + tiles) / 2, ((0, 0), (0, 0), (1, 1), (1, 1)))
        return tiles.transpose(0, 2, 1, 3).reshape(self.rows * (size[0] + 2), -1)[::-1]


class ManyDimensions(Samples):
    """Samples of more than two dimensions along the first two, without D, whose output depends on the others."""

    about = (
        "Real and generated samples along the first two of many dimensions. "
        "What differs in the other dimensions is not seen here; the panel of columns shows those."
    )
    title = "Samples, along the first two axes"

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.dim > 2 else f"{recipe.data} has no more than two dimensions"

    def chart(self, look: Look) -> Chart:
        (left, right), (bottom, top) = look.recipe.parts.data.extent[:2]
        marks = (
            Points("real", "real", *look.real[:, :2].T, label="real"),
            Points("generated", "generated", *look.generated[:, :2].T, size=5.5, label="generated"),
            self.remark(look),
        )
        names = axis_names(look.recipe)
        return Chart(self.title, Axis(names[0], left, right), Axis(names[1], bottom, top), marks)


# Of D's curve, by whether it is a probability: the name of the middle, the words at the ticks, and what they mean.
SCALES: dict[bool, tuple[str, tuple[str, str, str], str]] = {
    True: ("cannot tell", ("0", "½", "1"), "'s output:  0 generated,  ½ undecided,  1 real"),
    False: ("midway", ("−1", "0", "+1"), ":  higher is more real,  0 between its means"),
}


class OnLine(Samples):
    """Densities of real and generated samples on a line, with D's curve, and the gradients of G's loss below.

    If the data has no density, the share of the samples in each bin takes its place.
    """

    about = (
        "The blue curve is the density of the data, the bars are what G makes, and the green curve is D's output. "
        "Arrows below show where G's loss would move each generated sample."
    )
    dim, reach, most_arrows = 1, 0.05, 24
    bins = 81  # of the histogram
    rows, strip = 6, 0.2  # of arrows below it; their height as a share of that of the densities

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.dim == self.dim else f"{recipe.data} does not lie on a line"

    def chart(self, look: Look) -> Chart:
        data = look.recipe.parts.data
        ((low, high),) = data.extent
        x, edges = middles(low, high, GRID[1]), np.linspace(low, high, self.bins + 1)
        real, top = real_marks(data, x)
        share = np.histogram(look.generated, edges)[0] / len(look.generated)
        height = share / np.diff(edges) if data.has_density else share
        one = top / 1.06  # where D's output is 1; its axis shares the zero of the densities'
        middle, words, meaning = SCALES[look.probability]
        at, gradients = look.generated[: self.most_arrows, 0], look.arrows[: self.most_arrows, 0]
        below = -self.strip * top * (1 + np.arange(len(at)) % self.rows) / (self.rows + 1)
        marks = (
            *real,
            Line("zero", "muted", None, np.zeros(1), width=0.8),
            Line(middle, "discriminator", None, np.array([one / 2]), width=1.2, dash="dotted"),
            Bars("density of generated", "generated", edges[:-1], edges[1:], height, opacity=0.6, label="generated"),
            Points("generated", "generated", at, below, size=5.5, label="generated"),
            *self.difference(look, x, one),
            *self.arrows(
                look,
                np.column_stack([at, below])[: len(gradients)],
                np.column_stack([gradients, np.zeros_like(gradients)]),
            ),
            *self.best(look, x, one),
            Line("D", "discriminator", x, one * look.d_output, width=2.4, label=judge(look)),
            self.remark(look),
        )
        ticks = tuple(value for value, _ in Axis("", 0, top, intervals=6).marked)
        y = Axis("density" if data.has_density else "share", -self.strip * top, top, ticks=ticks)
        note = f"{judge(look)}{meaning},  {unit(look)}"
        right = Axis("", y.low, y.high, ticks=(0, one / 2, one), words=words, role="discriminator")
        across = Axis(axis_names(look.recipe)[0], low, high, intervals=9)
        layers = offer_layers(look.recipe, (ARROWS, BEST, DIFFERENCE), look.layers)
        return Chart(self.title, across, y, marks, right=right, note=note, layers=layers)

    def best(self, look: Look, x: np.ndarray, one: float) -> list[Line]:
        """Return the curve of the best discriminator, if it is switched on."""
        if BEST not in look.layers or look.best is None:
            return []
        label = describe_best(look.best)
        return [Line("best", "ink", x, one * look.best.output, width=1.8, dash="dashed", label=label)]

    def difference(self, look: Look, x: np.ndarray, one: float) -> list[Band]:
        """Return the area between D and the best discriminator, if it is switched on."""
        if DIFFERENCE not in look.layers or look.best is None:
            return []
        label = "D minus best D" + ", estimated" * look.best.estimated
        ends = one * look.d_output, one * look.best.output
        return [Band("difference", "discriminator", x, np.minimum(*ends), np.maximum(*ends), opacity=0.3, label=label)]


def real_marks(data: Distribution, x: np.ndarray) -> tuple[tuple[Mark, ...], float]:
    """Return the density of real data at x, or its modes, or else its samples by bin, and the top of the axis."""
    if not data.has_density and not len(data.modes):
        edges, (share,) = np.linspace(*data.extent[0], OnLine.bins + 1), true_shares(data, OnLine.bins)
        bars = Bars("real", "real", edges[:-1], edges[1:], share, opacity=0.45, label="real")
        return (bars,), 1.25 * float(share.max())
    if not data.has_density:
        modes = data.modes[:, 0].double().numpy()
        up = np.tile([0, 1, np.nan], len(modes))
        return (Line("real", "real", np.repeat(modes, 3), up, width=4, opacity=0.7, label="real"),), 1.1
    density = data.log_prob(torch.from_numpy(x)[:, None]).exp().numpy()
    area = Band("area of real", "real", x, np.zeros_like(x), density, opacity=0.25, label="real")
    return (area, Line("real", "real", x, density, width=2.2, label="real")), 1.25 * density.max()


PANELS: dict[str, tuple[Panel, ...]] = {"samples": (Plane(), OnLine(), Images(), ManyDimensions())}
