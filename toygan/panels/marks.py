"""Artists that matplotlib has not, or not fast enough for thirty pictures a second."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backend_bases import RendererBase
from matplotlib.collections import PathCollection
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.textpath import TextPath
from matplotlib.transforms import Affine2D
from PIL import Image

from toygan.panels.style import D_OUTPUT_COLOURS, GENERATOR, INK

CAP = 0.15  # the longest arrow, as a share of the window's width


class Surface(Artist):
    """D's opinion `(ny, nx)` as the background of its axes: cells of equal size, blended into each other."""

    def __init__(self, axes: Axes) -> None:
        super().__init__()
        self.d_output = np.full((1, 1), np.nan)
        self.set_zorder(0)
        axes.add_artist(self)

    def draw(self, renderer: RendererBase) -> None:
        """Draws; matplotlib's own image takes ten times as long, since it resamples with care for any transform."""
        if not self.get_visible() or np.isnan(self.d_output).any():
            return
        box = self.axes.bbox  # type: ignore[union-attr]
        cells = Image.fromarray((255 * self.d_output.clip(0, 1)).round().astype(np.uint8))
        levels = np.asarray(cells.resize((round(box.width), round(box.height)), Image.Resampling.BILINEAR))
        colours = D_OUTPUT_COLOURS.view(np.uint32)[:, 0][levels].view(np.uint8).reshape(*levels.shape, 4)
        gc = renderer.new_gc()
        renderer.draw_image(gc, round(box.x0), round(box.y0), colours)  # its first row is the lowest
        gc.restore()


class Arrows:
    """Gradients as arrows of true length: `scale` turns a gradient into a length on the axes, cut at `longest`."""

    def __init__(self, axes: Axes, number: int, scale: float, longest: float, **how: Any) -> None:
        self.scale, self.longest = scale, longest
        nowhere = np.zeros((4, number))
        self.quiver: Quiver = axes.quiver(
            *nowhere, angles="xy", scale_units="xy", scale=1, units="inches", width=0.022,
            headwidth=4, headlength=5, headaxislength=4.5, minshaft=1.5, minlength=0, **{"color": GENERATOR, **how},
        )  # fmt: skip

    def update(self, points: np.ndarray, gradients: np.ndarray) -> None:
        """Arrows from these points along these gradients, both `(number, 2)`."""
        moves = self.scale * gradients.astype(np.float64)
        length = np.linalg.norm(moves, axis=-1, keepdims=True)
        moves *= np.minimum(1, self.longest / np.maximum(length, 1e-30))
        self.quiver.XY = points
        self.quiver.set_offsets(points)
        self.quiver.set_UVC(*moves.T)


def numbers(axes: Axes, points: np.ndarray, size: float = 8.5, away: float = 12) -> PathCollection:
    """1, 2, 3 ... beside the points `(K, 2)`, `away` points outwards: one artist, where K texts would be slow."""
    out = points - points.mean(0)
    distance = np.linalg.norm(out, axis=-1, keepdims=True)
    out = np.where(distance > 1e-6, out / np.maximum(distance, 1e-6), 0.5**0.5)
    glyphs = []
    for k, place in enumerate(away * out):
        path = TextPath((0, 0), str(k + 1), size=size)
        middle = path.get_extents().get_points().mean(0)
        glyphs.append(Path(path.vertices - middle + place, path.codes))
    collection = PathCollection(
        glyphs, offsets=points, offset_transform=axes.transData, facecolor=INK, linewidth=0, zorder=4
    )
    collection.set_transform(axes.get_figure().dpi_scale_trans + Affine2D().scale(1 / 72))  # type: ignore[union-attr]
    axes.add_collection(collection, autolim=False)
    return collection
