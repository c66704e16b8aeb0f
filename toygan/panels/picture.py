"""A picture: several panels in one figure, redrawn fast by keeping all that has not changed."""

from __future__ import annotations

import io
from collections.abc import Sequence
from math import ceil
from typing import Any

import matplotlib
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from toygan.panels import style
from toygan.panels.look import Look
from toygan.panels.menu import PANELS, panel
from toygan.panels.panel import Panel
from toygan.panels.words import headline, status
from toygan.recipe import Recipe

Limits = tuple[float, float]

DEFAULT = ("samples", "losses", "coverage", "modes")
HEAD, LEFT, RIGHT, TITLE = 0.56, 0.5, 0.36, 0.28  # inches: above all panels, left and right of one, its title


class Picture:
    """Panels by name in one figure of `width` x `height` pixels: the first one large, the others beside it.

    A frame is drawn in three layers, each on a copy of the one below: axes and captions, which seldom change; what the
    latest snapshot measured; what moves in every frame. Raises ValueError for an unknown panel, or none.
    """

    def __init__(
        self, recipe: Recipe, panels: Sequence[str] = DEFAULT, width: int = 960, height: int = 540, dpi: int = 100
    ) -> None:
        if not panels:
            raise ValueError(f"panels: none; choose from {', '.join(PANELS)}")
        with matplotlib.rc_context(style.RC):
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
            self.canvas: Any = FigureCanvasAgg(self.figure)  # Any: matplotlib's canvases carry no types
            self.panels = [panel(name, self.figure.add_axes((0, 0, 1, 1)), recipe) for name in panels]
            self._lay_out()
            top, below = 1 - 0.19 * dpi / height, 1 - 0.43 * dpi / height
            self.title = self.figure.text(0.012, top, "", fontsize=14, weight="bold", va="center")
            self.step = self.figure.text(0.988, top, "", fontsize=14, weight="bold", va="center", ha="right")
            self.status = self.figure.text(0.012, below, "", fontsize=11, va="center")
        self._measured: list[Artist] = [a for p in self.panels if not p.moves for a in p.artists] + [self.status]
        self._moving: list[Artist] = [a for p in self.panels if p.moves for a in p.artists] + [self.step]
        for artist in self._measured + self._moving:
            artist.set_animated(True)
        self._first, self._step = self._limits(), 0
        self._lowest: object = None  # axes and captions, and all that decides them
        self._still: object = None
        self._middle: object = None  # upon it what was measured, and where that is from
        self._shown: tuple[object, ...] = (None,)

    def _lay_out(self) -> None:
        """Gives each panel its place."""
        width, height = self.figure.get_size_inches()
        first, *others = self.panels
        columns = 1 if len(others) <= 3 else 2
        share = 1.0 if not others else 0.5 if columns == 1 else 0.4
        self._place(first, 0, 0, share * width, height - HEAD)
        rows = ceil(len(others) / columns)
        for i, p in enumerate(others):
            w, h = (1 - share) * width / columns, (height - HEAD) / rows
            self._place(p, share * width + i % columns * w, i // columns * h, w, h)

    def _place(self, p: Panel, x: float, y: float, w: float, h: float) -> None:
        """Puts a panel into the box at x from the left and y below the head, all in inches."""
        width, height = self.figure.get_size_inches()
        bottom = height - HEAD - y - h + p.footer
        p.axes.set_position(
            ((x + LEFT) / width, bottom / height, (w - LEFT - RIGHT) / width, (h - TITLE - p.footer) / height)
        )
        p.axes.set_anchor("NW")

    def draw(self, look: Look) -> None:
        """Shows the look; where it is earlier than the one before, axes start again from their first limits."""
        if look.step < self._step:
            for axes, (x, y) in self._first.items():
                axes.set(xlim=x, ylim=y)
        self._step = look.step
        measured = look.snapshot, len(look.history), look.member, look.recipe, look.diverged_at
        fresh = measured[0] is not self._shown[0] or measured[1:] != self._shown[1:]
        for p in self.panels:
            if p.moves or fresh:
                p.update(look)
        self.step.set_text(f"iteration {look.step:,}")
        if fresh:
            self.title.set_text(headline(look.recipe))
            self.status.set_text(status(look))
        captions = [words.get_text() for p in self.panels for words in p.captions]
        still = self._limits(), captions, self.title.get_text(), look.measured
        if still != self._still:
            self.canvas.draw()
            self._lowest, self._still, fresh = self.canvas.copy_from_bbox(self.figure.bbox), still, True
        if fresh:
            self._middle, self._shown = self._layer(self._lowest, self._measured), measured
        self._layer(self._middle, self._moving)

    def _limits(self) -> dict[Axes, tuple[Limits, Limits]]:
        return {axes: (axes.get_xlim(), axes.get_ylim()) for axes in self.figure.axes}

    def _layer(self, below: object, artists: Sequence[Artist]) -> object:
        """The artists drawn upon a layer, as a layer."""
        self.canvas.restore_region(below)
        for artist in artists:
            self.figure.draw_artist(artist)
        return self.canvas.copy_from_bbox(self.figure.bbox)

    def rgba(self) -> np.ndarray:
        """The pixels `(height, width, 4)` uint8."""
        return np.array(self.canvas.buffer_rgba())

    def jpeg(self, quality: int = 85) -> bytes:
        """The picture as a JPEG file: fast, for motion."""
        return self._encoded("JPEG", quality=quality)

    def png(self, scale: float = 1) -> bytes:
        """The picture as a PNG file, without loss; at another scale it is drawn anew, with so many times the pixels."""
        if scale == 1:
            return self._encoded("PNG", compress_level=1)
        out = io.BytesIO()
        words = (self.step, self.status)  # a figure leaves its animated artists out, also when it is saved
        for text in words:
            text.set_animated(False)
        self.figure.savefig(out, format="png", dpi=scale * self.figure.dpi, pil_kwargs={"compress_level": 1})
        for text in words:
            text.set_animated(True)
        return out.getvalue()

    def _encoded(self, kind: str, **options: int) -> bytes:
        out = io.BytesIO()
        Image.fromarray(self.rgba()).convert("RGB").save(out, kind, **options)
        return out.getvalue()
