"""Marks as matplotlib's artists, one function for each kind, on axes whose limits are set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import LineCollection
from matplotlib.colors import ListedColormap
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import ScaledTranslation, Transform
from PIL import Image

from toygan.chart.marks import Arrows, Band, Bars, Cells, Line, Lines, Mark, Mesh, Points, Surface, Text
from toygan.chart.style import DASHES, STYLE, Palette, find_shape, mix, rgb

RIGHT_POINTS = 0.36 * 72  # right of the axes
ALIGN = {
    "center": ("center", "center_baseline"),
    "left": ("left", "center"),
    "right": ("right", "center"),
    "top": ("center", "top"),
    "bottom": ("center", "baseline"),
}


def paint(axes: Axes, mark: Mark, palette: Palette) -> list[Artist]:
    """Return a mark as artists of the axes, in the order of drawing."""
    return PAINTERS[type(mark)](axes, mark, palette)


def describe_colour(mark: Mark, palette: Palette) -> dict[str, Any]:
    """Return the keywords of a mark's colour."""
    return {"color": palette.colour(mark.role), "alpha": mark.opacity}


def describe_points(mark: Points, palette: Palette, size: float) -> dict[str, Any]:
    """Return the keywords of a Line2D with markers only."""
    of_shape: dict[str, dict[str, Any]] = {
        "circle": {"marker": "o", "markeredgewidth": 0},
        "triangle": {"marker": "^", "markeredgewidth": STYLE.triangle_edge, "markeredgecolor": palette.paper},
        "plus": {"marker": "+", "markeredgewidth": STYLE.plus_width},
        "diamond": {"marker": "D", "markeredgewidth": STYLE.diamond_edge, "markerfacecolor": "none"},
    }
    how = {**describe_colour(mark, palette), **of_shape[find_shape(mark)]}
    return {**how, "linestyle": "none", "markersize": size}


def describe_line(mark: Line, palette: Palette) -> dict[str, Any]:
    """Return the keywords of a Line2D."""
    dash = (0, DASHES[mark.dash]) if mark.dash else "-"
    how = {"linewidth": mark.width, "linestyle": dash, "solid_capstyle": "butt"}
    return {**describe_colour(mark, palette), **how}


def make_handle(mark: Mark, palette: Palette) -> Artist:
    """Return the artist that shows a mark in the legend."""
    if isinstance(mark, Points):
        return Line2D([], [], **describe_points(mark, palette, mark.size if mark.size < 8 else 0.75 * mark.size))
    if isinstance(mark, Line):
        return Line2D([], [], **describe_line(mark, palette))
    return Patch(facecolor=palette.colour(mark.role), alpha=mark.opacity, linewidth=0)


def last_finite(values: np.ndarray) -> int:
    """Return the index of the last finite value, or -1."""
    finite = np.flatnonzero(np.isfinite(values))
    return int(finite[-1]) if len(finite) else -1


def shift(axes: Axes, base: Transform, right: float, up: float) -> Transform:
    """Return coordinates moved by this many points."""
    return base + ScaledTranslation(right / 72, up / 72, axes.get_figure().dpi_scale_trans)  # type: ignore[union-attr]


def share_of_height(axes: Axes, points: float) -> float:
    """Return a length in points as a share of the height of the axes."""
    return float(points / 72 / (axes.bbox.height / axes.get_figure().dpi))  # type: ignore[union-attr]


def _points(axes: Axes, mark: Points, palette: Palette) -> list[Artist]:
    return [*axes.plot(mark.x, mark.y, **describe_points(mark, palette, mark.size))]


def _line(axes: Axes, mark: Line, palette: Palette) -> list[Artist]:
    how = describe_line(mark, palette)
    if mark.x is None:
        return [axes.axhline(mark.y[0], **how)]
    x, y = (np.append(v, v[:1]) if mark.closed else v for v in (mark.x, mark.y))
    artists: list[Artist] = []
    if mark.fill is not None:
        artists += axes.fill(x, y, color=palette.colour(mark.fill), alpha=STYLE.fill_opacity, linewidth=0)
    artists += axes.plot(x, y, **how)
    if mark.end == "cross" and (last := last_finite(y)) >= 0:
        artists += axes.plot(x[last], y[last], marker="X", markersize=8, color=palette.colour(mark.role))
    return artists


def _lines(axes: Axes, mark: Lines, palette: Palette) -> list[Artist]:
    return [*axes.plot(mark.x, mark.y, linewidth=mark.width, **describe_colour(mark, palette))]


def _band(axes: Axes, mark: Band, palette: Palette) -> list[Artist]:
    how = {**describe_colour(mark, palette), "linewidth": 0}
    area: Artist
    if mark.x is None:
        area = axes.axhspan(mark.low[0], mark.high[0], **how)
    else:
        area = axes.fill_between(mark.x, mark.low, mark.high, **how)
    last = last_finite(mark.low + mark.high)
    if not mark.end_label or last < 0:
        return [area]
    middle = axes.transData.transform((0, (mark.low[last] + mark.high[last]) / 2))
    height = max(share_of_height(axes, 11), axes.transAxes.inverted().transform(middle)[1])
    beside = shift(axes, axes.transAxes, RIGHT_POINTS - 1.5, 0)
    place: dict[str, Any] = {"ha": "right", "va": "center", "transform": beside}
    font: dict[str, Any] = {"weight": "bold", "fontsize": STYLE.band_label_size, "linespacing": 0.95}
    box = {"facecolor": palette.paper, "edgecolor": "none", "pad": 1}
    return [area, axes.text(1, height, mark.end_label, color=how["color"], bbox=box, **place, **font)]


def paint_end_labels(axes: Axes, lines: Sequence[Line], palette: Palette) -> list[Artist]:
    """Return the labels at the ends of lines, far enough apart to be read."""
    shown = [line for line in lines if line.end_label and line.x is not None and last_finite(line.y) >= 0]
    ends = [
        (float(line.x[last]), line.y[last]) for line in shown if line.x is not None for last in [last_finite(line.y)]
    ]
    heights = [axes.transAxes.inverted().transform(axes.transData.transform(end))[1] for end in ends]
    gap = share_of_height(axes, STYLE.label_gap)
    beside = shift(axes, axes.get_xaxis_transform(), STYLE.label_away, 0)
    how: dict[str, Any] = {"weight": "bold", "va": "center_baseline", "transform": beside}
    return [
        axes.text(x, height, line.end_label, color=palette.colour(line.role), **how)
        for line, (x, _), height in zip(shown, ends, spread(np.clip(heights, 0, 1), gap), strict=True)
    ]


def spread(heights: np.ndarray, gap: float) -> np.ndarray:
    """Return heights, moved as little as it takes for neighbours to be `gap` apart; NaN stays."""
    spread = np.array(heights, dtype=float)
    order = [i for i in np.argsort(spread) if np.isfinite(spread[i])]
    for below, above in pairwise(order):
        missing = gap - (spread[above] - spread[below])
        if missing > 0:
            spread[below] -= missing / 2
            spread[above] += missing / 2
    return spread


def _bars(axes: Axes, mark: Bars, palette: Palette) -> list[Artist]:
    zero = np.zeros_like(mark.height)
    x = np.stack([mark.left, mark.left, mark.right, mark.right, mark.left], axis=-1)
    y = np.stack([zero, mark.height, mark.height, zero, zero], axis=-1)
    codes = np.array([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], dtype=Path.code_type)
    path = Path(np.stack([x.ravel(), y.ravel()], axis=-1), np.tile(codes, len(zero)))  # one path has no seams
    return [axes.add_patch(PathPatch(path, facecolor=palette.colour(mark.role), alpha=mark.opacity, linewidth=0))]


class _SurfaceImage(Artist):
    """Cells blended into each other; matplotlib's own image resamples for any transform and takes ten times as long."""

    def __init__(self, values: np.ndarray, colours: np.ndarray) -> None:
        super().__init__()
        self.cells = Image.fromarray((255 * values.clip(0, 1)).round().astype(np.uint8))
        self.colours = colours

    def draw(self, renderer: RendererBase) -> None:
        box = self.axes.bbox  # type: ignore[union-attr]
        finer = renderer.get_image_magnification()  # pixels of an image for one of the canvas: above 1 in vectors
        size = round(finer * box.width), round(finer * box.height)
        levels = np.asarray(self.cells.resize(size, Image.Resampling.BILINEAR))
        gc = renderer.new_gc()
        renderer.draw_image(gc, round(box.x0), round(box.y0), self.colours[levels])  # its first row is the lowest
        gc.restore()


def _surface(axes: Axes, mark: Surface, palette: Palette) -> list[Artist]:
    finite = np.isfinite(mark.values).all()
    return [axes.add_artist(_SurfaceImage(mark.values, palette.surface()))] if finite else []


def _cells(axes: Axes, mark: Cells, palette: Palette) -> list[Artist]:
    rows, columns = mark.values.shape
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    x, y = np.linspace(left, right, columns + 1), np.linspace(low, high, rows + 1)
    red, green, blue = rgb(palette.colour(mark.role)) / 255
    colours = ListedColormap([(red, green, blue, share) for share in np.linspace(0, mark.opacity, 256)])
    edges: dict[str, Any] = {"edgecolors": palette.faint, "linewidth": STYLE.cell_edge}
    mesh = axes.pcolormesh(x, y, mark.values.clip(0, 1), cmap=colours, vmin=0, vmax=1, **edges)
    middle = (x[:-1] + x[1:]) / 2, (y[:-1] + y[1:]) / 2
    artists: list[Artist] = [mesh]
    for shape, there in (("x", np.isnan(mark.values)), ("v", mark.values < 0)):
        row, column = np.nonzero(there)
        how: dict[str, Any] = {"color": palette.muted, "markersize": STYLE.cell_cross, "markerfacecolor": "none"}
        artists += axes.plot(middle[0][column], middle[1][row], shape, **how)
    if mark.chosen >= 0:
        row, column = divmod(mark.chosen, columns)
        corner, size = (x[column], y[row]), (x[1] - x[0], y[1] - y[0])
        edge = Rectangle(corner, *size, fill=False, edgecolor=palette.ink, linewidth=STYLE.chosen_edge)
        artists.append(axes.add_patch(edge))
    return artists


def _arrows(axes: Axes, mark: Arrows, palette: Palette) -> list[Artist]:
    scale: dict[str, Any] = {"angles": "xy", "scale_units": "xy", "scale": 1, "units": "inches"}
    head = {"headwidth": 4, "headlength": 5, "headaxislength": 4.5, "minshaft": 1.5, "minlength": 0}
    how = {**scale, **head, **describe_colour(mark, palette)}
    return [axes.quiver(mark.x, mark.y, mark.u, mark.v, width=mark.width / 72, **how)]


def _mesh(axes: Axes, mark: Mesh, palette: Palette) -> list[Artist]:
    artists: list[Artist] = []
    ends = ((palette.muted, palette.ink), (palette.colour(mark.role), palette.colour(mark.other)))
    for across, up in ((mark.x, mark.y), (mark.u, mark.v)):
        grid = np.stack([across, up], axis=-1).reshape(-1, mark.across, 2)
        for lines, (first, last) in zip((grid, grid.swapaxes(0, 1)), ends, strict=True):
            shown = lines[:: mark.every] if lines.shape[1] > 1 else lines[:0]
            if mark.flat and len(lines) == 1:  # one line, whose pieces have the colours of where they come from
                shown, (first, last) = np.stack([lines[0, :-1], lines[0, 1:]], axis=1), ends[1]
            colours = [mix(first, last, t) for t in np.linspace(0, 1, len(shown))]
            collection = LineCollection(list(shown), colors=colours, linewidths=mark.width, alpha=mark.opacity)
            artists.append(axes.add_collection(collection, autolim=False))
    return artists


def _text(axes: Axes, mark: Text, palette: Palette) -> list[Artist]:
    across, up = ALIGN[mark.anchor]
    base = axes.transData if mark.units == "data" else axes.transAxes
    edge = {"edgecolor": "none", "boxstyle": f"round,pad={STYLE.box_pad}"}
    box = {"facecolor": palette.paper, "alpha": STYLE.box_opacity, **edge}
    how = {**describe_colour(mark, palette), "ha": across, "va": up, "fontsize": mark.size}
    how |= {"weight": "bold" if mark.bold else "normal", "bbox": box if mark.box else None}
    return [
        axes.text(x, y, words, transform=shift(axes, base, *offset), **how)
        for x, y, words, offset in zip(mark.x, mark.y, mark.words, mark.offset, strict=True)
        if words
    ]


PAINTERS: dict[type[Mark], Callable[..., list[Artist]]] = {
    Points: _points,
    Line: _line,
    Lines: _lines,
    Band: _band,
    Bars: _bars,
    Surface: _surface,
    Cells: _cells,
    Arrows: _arrows,
    Mesh: _mesh,
    Text: _text,
}
