"""Marks as matplotlib's artists, one function a kind, all upon axes whose limits are set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from PIL import Image

from toygan.chart.marks import Arrows, Band, Bars, Line, Mark, Points, Surface, Text
from toygan.chart.style import EDGE, SHAPES, TINT, Palette

DASHES: dict[str, Any] = {"": "-", "dotted": (0, (1, 1.5)), "dashed": (0, (3, 1.5))}
ALIGN = {
    "center": ("center", "center_baseline"), "left": ("left", "center"), "right": ("right", "center"),
    "top": ("center", "top"), "bottom": ("center", "baseline"),
}  # fmt: skip


def paint(axes: Axes, mark: Mark, palette: Palette, order: float) -> None:
    """Paints one mark above those of lower `order`."""
    PAINTERS[type(mark)](axes, mark, palette, order)


def points_style(mark: Points, palette: Palette, size: float) -> dict[str, Any]:
    """Keywords of a Line2D that has markers alone."""
    colour, shape = palette.of(mark.role), mark.shape or SHAPES.get(mark.role, "circle")
    of_shape: dict[str, dict[str, Any]] = {
        "circle": {"marker": "o", "markeredgewidth": 0},
        "triangle": {"marker": "^", "markeredgewidth": EDGE, "markeredgecolor": palette.paper},
        "plus": {"marker": "+", "markeredgewidth": 3},
        "diamond": {"marker": "D", "markeredgewidth": 2, "markerfacecolor": "none"},
    }
    return {"color": colour, "linestyle": "none", "markersize": size, "alpha": mark.opacity, **of_shape[shape]}


def line_style(mark: Line, palette: Palette) -> dict[str, Any]:
    """Keywords of a Line2D."""
    return {
        "color": palette.of(mark.role), "linewidth": mark.width, "linestyle": DASHES[mark.dash], "alpha": mark.opacity
    }  # fmt: skip


def handle(mark: Mark, palette: Palette) -> Artist:
    """What stands for a mark in the legend."""
    if isinstance(mark, Points):
        return Line2D([], [], **points_style(mark, palette, min(mark.size, 10)))
    if isinstance(mark, Line):
        return Line2D([], [], **line_style(mark, palette))
    return Patch(facecolor=palette.of(mark.role), alpha=mark.opacity, linewidth=0)


def last_finite(values: np.ndarray) -> int:
    """Index of the last finite value, or -1."""
    finite = np.flatnonzero(np.isfinite(values))
    return int(finite[-1]) if len(finite) else -1


def _points(axes: Axes, mark: Points, palette: Palette, order: float) -> None:
    axes.plot(mark.x, mark.y, zorder=order, **points_style(mark, palette, mark.size))


def _line(axes: Axes, mark: Line, palette: Palette, order: float) -> None:
    how = {"zorder": order, **line_style(mark, palette)}
    if mark.x is None:
        axes.axhline(mark.y[0], **how)
        return
    x, y = (np.append(v, v[:1]) if mark.closed else v for v in (mark.x, mark.y))
    if mark.fill is not None:
        axes.fill(x, y, color=palette.of(mark.fill), alpha=TINT, linewidth=0, zorder=order)
    axes.plot(x, y, **how)
    if mark.end == "cross" and (last := last_finite(mark.y)) >= 0:
        axes.plot(x[last], y[last], marker="X", markersize=8, color=palette.of(mark.role), zorder=order)


def _band(axes: Axes, mark: Band, palette: Palette, order: float) -> None:
    how: dict[str, Any] = {
        "color": palette.of(mark.role), "alpha": mark.opacity, "linewidth": 0, "zorder": order
    }  # fmt: skip
    if mark.x is None:
        axes.axhspan(mark.low[0], mark.high[0], **how)
    else:
        axes.fill_between(mark.x, mark.low, mark.high, **how)


def _bars(axes: Axes, mark: Bars, palette: Palette, order: float) -> None:
    zero = np.zeros_like(mark.height)
    x = np.stack([mark.left, mark.left, mark.right, mark.right, mark.left], axis=-1)
    y = np.stack([zero, mark.height, mark.height, zero, zero], axis=-1)
    codes = np.array([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], dtype=Path.code_type)
    path = Path(np.stack([x.ravel(), y.ravel()], axis=-1), np.tile(codes, len(zero)))  # one path has no seams
    axes.add_patch(PathPatch(path, facecolor=palette.of(mark.role), alpha=mark.opacity, linewidth=0, zorder=order))


class _SurfaceImage(Artist):
    """Cells blended into each other; matplotlib's own image resamples for any transform and takes ten times as long."""

    def __init__(self, values: np.ndarray, colours: np.ndarray) -> None:
        super().__init__()
        self.cells = Image.fromarray((255 * values.clip(0, 1)).round().astype(np.uint8))
        self.colours = colours

    def draw(self, renderer: RendererBase) -> None:
        box = self.axes.bbox  # type: ignore[union-attr]
        size = round(box.width), round(box.height)
        levels = np.asarray(self.cells.resize(size, Image.Resampling.BILINEAR))
        gc = renderer.new_gc()
        renderer.draw_image(gc, round(box.x0), round(box.y0), self.colours[levels])  # its first row is the lowest
        gc.restore()


def _surface(axes: Axes, mark: Surface, palette: Palette, order: float) -> None:
    if np.isfinite(mark.values).all():
        image = _SurfaceImage(mark.values, palette.surface())
        image.set_zorder(order)
        axes.add_artist(image)


def _arrows(axes: Axes, mark: Arrows, palette: Palette, order: float) -> None:
    axes.quiver(
        mark.x, mark.y, mark.u, mark.v, angles="xy", scale_units="xy", scale=1, units="inches",
        width=mark.width / 72, headwidth=4, headlength=5, headaxislength=4.5, minshaft=1.5, minlength=0,
        color=palette.of(mark.role), alpha=mark.opacity, zorder=order,
    )  # fmt: skip


def _text(axes: Axes, mark: Text, palette: Palette, order: float) -> None:
    across, up = ALIGN[mark.anchor]
    box = {"facecolor": palette.paper, "edgecolor": "none", "alpha": 0.85, "boxstyle": "round,pad=0.25"}
    for x, y, words, offset in zip(mark.x, mark.y, mark.words, mark.offset, strict=True):
        axes.annotate(
            words, (x, y), tuple(offset), "data" if mark.units == "data" else "axes fraction", "offset points",
            ha=across, va=up, color=palette.of(mark.role), alpha=mark.opacity, fontsize=mark.size,
            weight="bold" if mark.bold else "normal", bbox=box if mark.box else None, zorder=order,
            annotation_clip=False,
        )  # fmt: skip


PAINTERS: dict[type[Mark], Callable[..., None]] = {
    Points: _points, Line: _line, Band: _band, Bars: _bars, Surface: _surface, Arrows: _arrows, Text: _text,
}  # fmt: skip
