"""Charts painted by matplotlib, as pixels and as files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, OffsetImage, TextArea
from matplotlib.ticker import NullLocator
from matplotlib.transforms import ScaledTranslation, Transform

from toygan.chart import style
from toygan.chart.axis import Axis
from toygan.chart.marks import Arrows, Band, Chart, Line, Surface
from toygan.chart.paint import handle, last_finite, paint
from toygan.chart.style import LIGHT, Palette

Place = tuple[float, float, float, float]  # left, top, width and height of a chart, as shares of the room

HEAD, LEFT, RIGHT, TITLE = 0.56, 0.5, 0.36, 0.28  # inches: above all charts, left and right of one, its title
TICKS, LABEL, ROW = 18.0, 14.0, 15.0  # points below the axes: for tick labels, a label, a row of the legend
LEAST = 30.0  # points below the axes of any chart
MARKS = 10.0  # the order of the first mark: above ticks and grid


@dataclass(frozen=True)
class Heading:
    """The words above all charts: a title, what stands at its right end, and a line below."""

    title: str = ""
    right: str = ""
    line: str = ""


class Painting:
    """Charts in their places, painted on `width` x `height` pixels."""

    def __init__(
        self, charts: Sequence[tuple[Chart, Place]], heading: Heading, width: int, height: int, dpi: int = 100,
        palette: Palette = LIGHT,
    ) -> None:  # fmt: skip
        with matplotlib.rc_context(style.rc(palette)):
            self.figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi)
            self._canvas: Any = FigureCanvasAgg(self.figure)  # Any: it carries no types
            for chart, place in charts:
                _paint_chart(_axes(self.figure, place, _footer(chart) / 72), chart, palette)
            top, below = 1 - 0.19 * dpi / height, 1 - 0.43 * dpi / height
            self.figure.text(0.012, top, heading.title, fontsize=14, weight="bold", va="center")
            self.figure.text(0.988, top, heading.right, fontsize=14, weight="bold", va="center", ha="right")
            self.figure.text(0.012, below, heading.line, fontsize=11, va="center")
            self._canvas.draw()

    def rgba(self) -> np.ndarray:
        """The pixels `(height, width, 4)` uint8."""
        return np.array(self._canvas.buffer_rgba())

    def file(self, kind: str, scale: float = 1, **options: int) -> bytes:
        """A picture file, such as "png" or "jpeg", of so many times the pixels, with options of Pillow's."""
        out = io.BytesIO()
        self.figure.savefig(out, format=kind, dpi=scale * self.figure.dpi, pil_kwargs=options)
        return out.getvalue()


def _axes(figure: Figure, place: Place, footer: float) -> Axes:
    """Axes in a place of the room below the heading, with `footer` inches below them."""
    width, height = figure.get_size_inches()
    room = height - HEAD
    x, y, w, h = place[0] * width, place[1] * room, place[2] * width, place[3] * room
    box = x + LEFT, room - y - h + footer, w - LEFT - RIGHT, h - TITLE - footer
    axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
    axes.set_anchor("NW")
    return axes


def _footer(chart: Chart) -> float:
    """Points below the axes that a chart's words and legend take."""
    below = [-float(up) for text in chart.texts_below for up in text.offset[:, 1]]
    return max(LEAST, _first_row(chart) + ROW * len(_rows(chart)), *(8 + points for points in below))


def _first_row(chart: Chart) -> float:
    return TICKS + LABEL * bool(chart.x.label)


def _rows(chart: Chart) -> list[str]:
    """The rows of the legend below the axes, from the top."""
    kinds = {
        "labels": bool(chart.entries) and not chart.legend_above,
        "surface": any(mark.label for mark in chart.of_kind(Surface)),
        "note": bool(chart.note),
        "arrows": any(mark.key for mark in chart.of_kind(Arrows)),
    }
    return [kind for kind, present in kinds.items() if present]


def _paint_chart(axes: Axes, chart: Chart, palette: Palette) -> None:
    axes.set_title(chart.title)
    _set_axis(axes, "x", chart.x, palette)
    _set_axis(axes, "y", chart.y, palette)
    axes.yaxis.labelpad = -2
    if chart.aspect is not None:
        axes.set_aspect(chart.aspect)
    if not chart.frame:
        axes.set_axis_off()
    for order, mark in enumerate(chart.marks):
        paint(axes, mark, palette, MARKS + order)
    axes.set(xlim=(chart.x.low, chart.x.high), ylim=(chart.y.low, chart.y.high))
    if chart.right is not None:
        right = axes.twinx()
        right.set_ylim(chart.y.low, chart.y.high)
        _set_axis(right, "y", chart.right, palette)
        right.tick_params(colors=palette.of(chart.right.role))
    _end_labels(axes, chart, palette)
    _legend(axes, chart, palette)


def _set_axis(axes: Axes, which: Literal["x", "y"], axis: Axis, palette: Palette) -> None:
    """Scale, label and ticks; limits come after the marks, which would move them."""
    axes.set(**{f"{which}scale": "log" if axis.log else "linear"})
    lines = axes.xaxis if which == "x" else axes.yaxis
    emphasis: dict[str, Any] = {} if axis.role == "muted" else {"color": palette.of(axis.role), "weight": "bold"}
    lines.set_label_text(axis.label, **emphasis)
    lines.set_ticks([value for value, _ in axis.marked], labels=[words for _, words in axis.marked])
    lines.set_minor_locator(NullLocator())
    if axis.grid:
        lines.grid(color=palette.faint, linewidth=0.8)


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


def _end_labels(axes: Axes, chart: Chart, palette: Palette) -> None:
    """Beside the ends of lines, no two closer than can be read; of bands, at the panel's right end."""
    lines = [m for m in chart.of_kind(Line) if m.end_label and m.x is not None and last_finite(m.y) >= 0]
    ends = [(m.x[last_finite(m.y)], m.y[last_finite(m.y)]) for m in lines if m.x is not None]
    heights = [axes.transAxes.inverted().transform(axes.transData.transform(end))[1] for end in ends]
    line = 13 / 72 / (axes.bbox.height / axes.figure.dpi)
    for mark, end, height in zip(lines, ends, apart(np.clip(heights, 0, 1), line), strict=True):
        axes.text(
            end[0], height, mark.end_label, color=palette.of(mark.role), weight="bold", va="center_baseline",
            transform=_moved(axes, axes.get_xaxis_transform(), 6, 0), zorder=MARKS + len(chart.marks),
        )  # fmt: skip
    for order, band in enumerate(chart.marks):
        if isinstance(band, Band) and band.end_label and (last := last_finite(band.low + band.high)) >= 0:
            axes.text(
                1, (band.low[last] + band.high[last]) / 2, band.end_label, color=palette.of(band.role), weight="bold",
                fontsize=style.END_LABEL, ha="right", va="center", linespacing=0.95, zorder=MARKS + order,
                transform=_moved(axes, axes.get_yaxis_transform(), 72 * RIGHT - 1.44, 0),
                bbox={"facecolor": palette.paper, "edgecolor": "none", "pad": 1},
            )  # fmt: skip


def _moved(axes: Axes, base: Transform, right: float, up: float) -> Transform:
    """Coordinates moved by so many points."""
    return base + ScaledTranslation(right / 72, up / 72, axes.figure.dpi_scale_trans)


def _legend(axes: Axes, chart: Chart, palette: Palette) -> None:
    """The rows below the axes, or the labels above them."""
    how: dict[str, Any] = {
        "handles": [tuple(handle(m, palette) for m in marks) for marks in chart.entries.values()],
        "labels": list(chart.entries), "ncols": max(1, len(chart.entries)), "borderaxespad": 0, "borderpad": 0,
        "handletextpad": 0.3, "columnspacing": 1, "handlelength": 1.3,
    }  # fmt: skip
    if chart.legend_above and chart.entries:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), **how)
    for i, row in enumerate(_rows(chart)):
        down = _first_row(chart) + ROW * i
        place = _moved(axes, axes.transAxes, 0, -down)
        if row == "labels":
            axes.legend(loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=place, **how)
        elif row == "note":
            axes.text(0, 0, chart.note, transform=place, va="top", fontsize=style.LEGEND)
        elif row == "surface":
            _surface_row(axes, chart.of_kind(Surface)[0], palette, place)
        else:
            _arrows_row(axes, chart, palette, _moved(axes, axes.transAxes, 0, -down - ROW / 2))


def _surface_row(axes: Axes, mark: Surface, palette: Palette, place: Transform) -> None:
    bar = OffsetImage(np.repeat(palette.surface()[None, ::2], 12, axis=0), zoom=0.55)
    words = [TextArea(w, textprops={"fontsize": style.LEGEND}) for w in (f"{mark.label}  {mark.low}", mark.high)]
    unit = TextArea(mark.unit, textprops={"fontsize": style.TICK, "color": palette.muted})
    row = HPacker(children=[words[0], bar, words[1], unit], sep=5, pad=0, align="center")
    axes.add_artist(
        AnchoredOffsetbox(
            "upper left", child=row, frameon=False, pad=0, borderpad=0, bbox_to_anchor=(0, 0), bbox_transform=place
        )
    )


def _arrows_row(axes: Axes, chart: Chart, palette: Palette, place: Transform) -> None:
    mark = next(m for m in chart.of_kind(Arrows) if m.key)
    length = mark.key / (chart.x.high - chart.x.low)
    axes.annotate(
        "", xy=(length, 0), xytext=(0, 0), xycoords=place, textcoords=place,
        arrowprops={
            "arrowstyle": "-|>", "color": palette.of(mark.role), "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0
        },
    )  # fmt: skip
    axes.text(length + 0.015, 0, mark.label, transform=place, va="center", fontsize=style.TICK)
