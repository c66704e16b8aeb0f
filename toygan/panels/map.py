"""G's map: where it takes each point of its noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from toygan.chart import Axis, Chart, Line, Mesh, Points, Surface, Text
from toygan.panels.latent import LatentMap, refuse_map, right_map
from toygan.panels.look import Look
from toygan.panels.panel import Panel, note
from toygan.panels.samples import MOST_STRETCH, axis_names
from toygan.recipe import Recipe

LATENT_SIDE, GAP = 0.7, 0.26  # of the noise's square, and between it and the data, times the height of the data
EVERY = 3  # points of the grid from line to line
DOTS = 25  # on the curve
MOST_POINTS = 200  # real samples beside the map
ROOM = 0.04  # around the grid of the noise, times its width
LABEL_POINTS = 3.0  # from a number to its tick


class Map(Panel):
    """A panel about G as a map."""

    title, asks = "G's map", ("latent_map",)

    def refuses(self, recipe: Recipe) -> str | None:
        return refuse_map(recipe)

    def chart(self, look: Look) -> Chart:
        if look.latent_map is None:
            return note(self.title, "this look holds no map")
        return self.draw(look, look.latent_map)

    def draw(self, look: Look, latent: LatentMap) -> Chart:
        """Return the chart of a map."""
        raise NotImplementedError


def describe_grid(latent: LatentMap) -> str:
    """Return in words what the grid is a part of, and that its cells hold equal shares of the samples, if they do."""
    plane = len(latent.axes) > 1
    part = f"a {'plane' if plane else 'line'} through {latent.held + len(latent.axes)} dimensions of noise, others 0"
    equal = "as many samples in each cell" if plane else "as many samples from dot to dot"
    if latent.held or latent.shares is None:
        return part if latent.held else ""
    return equal


@dataclass(frozen=True)
class Span:
    """Numbers from `low` to `high` along a part of an axis, which begins at `start` and is `size` long."""

    low: float
    high: float
    start: float
    size: float

    def place(self, values: np.ndarray) -> np.ndarray:
        """Return the places of numbers on the axis."""
        places: np.ndarray = self.start + self.size * (values - self.low) / (self.high - self.low)
        return places

    @property
    def numbers(self) -> tuple[float, float]:
        """The number at place 0, and from there to place 1."""
        scale = (self.high - self.low) / self.size
        return self.low - self.start * scale, scale

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The places of round numbers, and their words."""
        axis = Axis("", self.low, self.high, intervals=4)
        return [(float(self.place(np.array(value))), words) for value, words in axis.marked]


class PlaneMap(Map):
    """A regular grid of the noise at the left, and at the right where G takes it in the plane of the data.

    A line keeps its colour, which shows where its points come from; cells that become small hold many samples.
    """

    about = (
        "The left square is the noise that G starts from; the right one shows where G takes the lines of its grid. "
        "Point at a place to see its sample, and click to see the way from there to another place."
    )

    def refuses(self, recipe: Recipe) -> str | None:
        in_plane = recipe.parts.data.dim == 2
        return super().refuses(recipe) or (None if in_plane else f"{recipe.data} does not lie in the plane")

    def draw(self, look: Look, latent: LatentMap) -> Chart:
        (left, right), (bottom, top) = look.recipe.parts.data.extent
        ratio = (right - left) / (top - bottom)
        wide, start = ratio if 1 / MOST_STRETCH < ratio < MOST_STRETCH else 1.0, LATENT_SIDE + GAP
        across, up = Span(left, right, start, wide), Span(bottom, top, 0, 1)
        values, flat = latent.axes[0], len(latent.axes) == 1
        room = ROOM * float(values[-1] - values[0])
        noise = Span(float(values[0]) - room, float(values[-1]) + room, 0, LATENT_SIDE)
        real = look.real[:MOST_POINTS].T
        marks = (
            _box("frame of the noise", 0, LATENT_SIDE, LATENT_SIDE),
            _box("frame of the data", start, wide, 1),
            Points("real", "real", across.place(real[0]), up.place(real[1]), label="real", opacity=0.5, size=4),
            _mesh(latent, noise, across, up),
            Text(
                "names", "ink", ("z", "G(z)"), np.array([LATENT_SIDE / 2, start + wide / 2]),
                np.array([LATENT_SIDE, 1]), offset=np.array([[0, -4]]), anchor="top", bold=True, box=True,
            ),
            _levels("levels of the data", up, start),
        )  # fmt: skip
        below, beside = [*noise.ticks, *across.ticks], [] if flat else noise.ticks
        names = axis_names(look.recipe)
        label = f"{'z' if flat else 'z₁'} at the left,  {names[0] or 'x₁'} at the right"
        x = _axis(label, start + wide, below)
        return Chart(self.title, x, _axis("" if flat else "z₂", 1, beside), marks, aspect=1, note=describe_grid(latent))


def _mesh(latent: LatentMap, noise: Span, across: Span, up: Span) -> Mesh:
    values, flat = latent.axes[0], len(latent.axes) == 1
    second, first = np.meshgrid(np.zeros(1) if flat else values, values, indexing="ij")
    y = np.full(first.size, LATENT_SIDE / 2) if flat else noise.place(second.ravel())
    u, v = latent.images.reshape(-1, 2).T
    return Mesh(
        "map", "third", noise.place(first.ravel()), y, across.place(u), up.place(v), len(values),
        every=1 if flat else EVERY, numbers=(noise.numbers, noise.numbers, across.numbers, up.numbers), flat=flat,
    )  # fmt: skip


def _box(name: str, left: float, width: float, height: float) -> Line:
    x, y = left + width * np.array([0, 1, 1, 0]), height * np.array([0, 0, 1, 1])
    return Line(name, "muted", x, y, width=0.8, closed=True)


def _levels(name: str, span: Span, at: float) -> Text:
    places, words = zip(*span.ticks, strict=True)
    offset = np.array([[-LABEL_POINTS, 0]])
    return Text(name, "muted", words, np.full(len(words), at), np.array(places), offset=offset, anchor="right", size=9)


def _axis(label: str, high: float, ticks: list[tuple[float, str]]) -> Axis:
    return Axis(label, 0, high, ticks=tuple(at for at, _ in ticks), words=tuple(words for _, words in ticks))


class LineMap(Map):
    """The curve z to G(z), beside the monotone map that turns the noise into the data: folds and jumps are seen."""

    about = (
        "The curve shows what G makes of each number z of the noise; the dashed one makes exactly the data. "
        "Where the curve turns back G folds the noise, and where it is steep it makes few samples."
    )

    def refuses(self, recipe: Recipe) -> str | None:
        on_line = recipe.parts.data.dim == 1
        return super().refuses(recipe) or (None if on_line else f"{recipe.data} does not lie on a line")

    def draw(self, look: Look, latent: LatentMap) -> Chart:
        data, (z,) = look.recipe.parts.data, latent.axes
        images, words = latent.images[:, 0].astype(float), describe_grid(latent)
        marks = [Line("G", "generator", z, images, width=2.4, label="G(z)")]
        if latent.shares is not None and not latent.held:
            right = right_map(data, latent.shares)
            falls = np.abs(images - right[::-1]).mean() < np.abs(images - right).mean()
            label = "right map, falling" if falls else "right map, rising"
            marks.insert(
                0, Line("right", "real", z, right[::-1] if falls else right, width=2.2, dash="dashed", label=label)
            )
        dots = np.linspace(0, len(z) - 1, DOTS).round().astype(int)
        spots = Points("dots", "generator", z[dots], images[dots], size=6, shape="circle")
        ((low, high),) = data.extent
        y = Axis(axis_names(look.recipe)[0] or "x = G(z)", low, high, intervals=7)
        return Chart(self.title, Axis("z", float(z[0]), float(z[-1])), y, (*marks, spots), note=words)


class ImageMap(Map):
    """Images that G makes of the points of a plane through its noise, in the order of the plane."""

    about = (
        "Each image is what G makes of one point of a plane through the noise. "
        "Neighbours should change step by step, and all kinds of images should be found."
    )
    every = 6  # points of the grid from image to image

    def refuses(self, recipe: Recipe) -> str | None:
        images = recipe.parts.data.picture and recipe.latent > 1
        return super().refuses(recipe) or (None if images else f"samples of {recipe.data} are not images")

    def draw(self, look: Look, latent: LatentMap) -> Chart:
        picture = look.recipe.parts.data.picture
        assert picture is not None
        chosen = latent.images[:: self.every, :: self.every]
        tiles = np.nan_to_num(chosen).reshape(*chosen.shape[:2], *picture).clip(-1, 1)
        tiles = np.pad((1 + tiles) / 2, ((0, 0), (0, 0), (1, 1), (1, 1)))
        ink = tiles[:, :, ::-1].transpose(0, 2, 1, 3).reshape(len(tiles) * (picture[0] + 2), -1)
        x, y = _spaced("z₁", latent), _spaced("z₂", latent)
        # A surface goes from the colour of generated over that of the paper to that of real.
        return Chart(self.title, x, y, (Surface("images", "ink", 0.5 - 0.5 * ink),), note=describe_grid(latent))


def _spaced(label: str, latent: LatentMap) -> Axis:
    """Return the axis of one number of the noise, whose values stand at equal distances."""
    values = latent.axes[0]
    shown = Axis("", float(values[0]), float(values[-1]), intervals=4).marked
    places = np.interp([value for value, _ in shown], values, np.linspace(0, 1, len(values)))
    return Axis(label, 0, 1, ticks=tuple(map(float, places)), words=tuple(words for _, words in shown))


PANELS: dict[str, tuple[Panel, ...]] = {"map": (PlaneMap(), LineMap(), ImageMap())}
