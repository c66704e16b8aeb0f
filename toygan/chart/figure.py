"""Charts painted by matplotlib, as pixels and as files."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Literal

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnchoredOffsetbox, HPacker, OffsetImage, TextArea
from matplotlib.text import Text as MatplotlibText
from matplotlib.ticker import NullLocator
from matplotlib.transforms import Transform
from PIL import Image

from toygan.chart import style
from toygan.chart.axis import Axis, shorten
from toygan.chart.chart import Chart
from toygan.chart.marks import Arrows, Cells, Line, Mark, Raster, Surface
from toygan.chart.paint import RIGHT_POINTS, make_handle, paint, paint_end_labels, shift
from toygan.chart.style import LIGHT, STYLE, Palette

Place = tuple[float, float, float, float]  # left, top, width and height of a chart, as shares of the room

HEAD_INCHES = 0.56  # above all charts
LEFT_INCHES, TITLE_INCHES = 0.5, 0.28  # left of a chart, and its title
LEAST_INCHES = 0.05  # of the axes of a chart that has no room for all its words
FOOT_INCHES = 0.19  # a line below all charts
TICKS_POINTS, LABEL_POINTS, ROW_POINTS = 18.0, 14.0, 15.0  # below the axes: words of ticks, a label, a legend's row
MARGIN_POINTS = 0.36  # below the last row
LETTER_POINTS, TICK_GAP_POINTS = 5.6, 10.0  # the width of a tick's letter, about, and from its words to the axes
FOOTER_POINTS = 30.24  # below the axes of any chart
NUMBER = re.compile(r"[-−+.,%e\d ]+")
LEAST_HEADING_SIZE = 8.0  # points: the size of a heading that has no room


@dataclass(frozen=True)
class Heading:
    """The words around all charts: a title, words at its right end and a line above them; lines `below` them."""

    title: str = ""
    right: str = ""
    line: str = ""
    below: str = ""

    @property
    def foot(self) -> float:
        """Inches that the lines below the charts take."""
        return FOOT_INCHES * (len(self.below.splitlines()) + 0.5) if self.below else 0.0


class Painting:
    """Charts in their places, painted on `width` x `height` pixels.

    What no mark moves (axes, titles, legends) takes ten times as long to paint as the marks, so it stays until it
    changes.
    """

    def __init__(self, width: float, height: float, dpi: float = 100, palette: Palette = LIGHT) -> None:
        self._palette = palette
        self._figure = Figure(figsize=(width / dpi, height / dpi), dpi=dpi, facecolor=palette.paper)
        self._canvas: Any = FigureCanvasAgg(self._figure)  # Any: it carries no types
        self._charts: Sequence[tuple[Chart, Place]] = ()
        self._heading = Heading()
        self._static_key: object = None  # of the background: all that decides how it looks
        self._background: object = None
        self._axes: list[Axes] = []

    def paint(self, charts: Sequence[tuple[Chart, Place]], heading: Heading) -> None:
        """Paint charts, and nothing of those before them."""
        self._charts, self._heading = charts, heading
        with matplotlib.rc_context(style.rc(self._palette)):
            key = [(heading.foot, place, _static_key(chart)) for chart, place in charts]
            if key != self._static_key:
                self._figure.clear()
                self._axes = [_add_axes(self._figure, *at, heading.foot, self._palette) for at in charts]
                self._canvas.draw()
                self._background, self._static_key = self._canvas.copy_from_bbox(self._figure.bbox), key
            self._canvas.restore_region(self._background)
            for axes, (chart, _) in zip(self._axes, charts, strict=True):
                artists = [a for mark in chart.seen for a in paint(axes, mark, self._palette)]
                for artist in [*artists, *paint_end_labels(axes, chart.of_kind(Line), self._palette)]:
                    axes.draw_artist(artist)
                    artist.remove()
            self._paint_heading()

    def compose(self, charts: Sequence[tuple[Chart, Place]], heading: Heading) -> FigureCanvasBase:
        """Return a canvas whose figure holds all of these charts, for files of vectors."""
        self._charts, self._heading, self._static_key = charts, heading, None
        with matplotlib.rc_context(style.rc(self._palette)):
            self._figure.clear()
            for chart, place in charts:
                axes = _add_axes(self._figure, chart, place, heading.foot, self._palette)
                for mark in chart.seen:
                    paint(axes, mark, self._palette)
                paint_end_labels(axes, chart.of_kind(Line), self._palette)
            self._canvas.draw()
            self._paint_heading(keep=True)
        canvas: FigureCanvasBase = self._canvas
        return canvas

    def _paint_heading(self, keep: bool = False) -> None:
        height = self._figure.get_size_inches()[1]
        top, line, foot = 1 - 0.19 / height, 1 - 0.43 / height, (self._heading.foot - FOOT_INCHES / 4) / height
        title, right, status, below = (
            self._figure.text(x, y, words, va=up, **how)
            for x, y, up, words, how in (
                (0.012, top, "center", self._heading.title, {"fontsize": 14, "weight": "bold"}),
                (0.988, top, "center", self._heading.right, {"fontsize": 14, "weight": "bold", "ha": "right"}),
                (0.012, line, "center", self._heading.line, {"fontsize": 11}),
                (0.012, foot, "top", self._heading.below, {"fontsize": 10}),
            )
        )
        whole = 0.976 * self._figure.bbox.width
        beside = self._width(right) + 14 if self._heading.right else 0
        for text, room in ((title, whole - beside), (right, whole), (status, whole), (below, whole)):
            self._fit(text, room)
            if not keep:
                self._figure.draw_artist(text)
                text.remove()

    def _width(self, text: MatplotlibText) -> float:
        """Return the width in pixels."""
        return text.get_window_extent(self._canvas.get_renderer()).width

    def _fit(self, text: MatplotlibText, room: float) -> None:
        """Make words as small as the room demands, down to a size that can be read; then cut their end."""
        size = float(text.get_fontsize()) * min(1, room / max(1, self._width(text)))
        text.set_fontsize(max(LEAST_HEADING_SIZE, size))
        while self._width(text) > room and len(text.get_text()) > 1:
            text.set_text(text.get_text().rstrip("…")[:-1] + "…")

    def rgba(self) -> np.ndarray:
        """Return the pixels `(height, width, 4)`, of type uint8."""
        return np.array(self._canvas.buffer_rgba())

    def png(self, scale: float = 1, compress_level: int = 1, dots_per_inch: float | None = None) -> bytes:
        """Return a PNG file with `scale` times the pixels along each side; at compression level 9 it is smallest.

        With `dots_per_inch` it says how large it is to be printed.
        """
        if scale != 1:
            (width, height), dpi = self._figure.get_size_inches(), scale * self._figure.dpi
            larger = Painting(round(width * dpi), round(height * dpi), dpi, self._palette)
            larger.paint(self._charts, self._heading)
            return larger.png(compress_level=compress_level)
        out = io.BytesIO()
        printed = {} if dots_per_inch is None else {"dpi": (dots_per_inch, dots_per_inch)}
        Image.fromarray(self.rgba()).convert("RGB").save(out, "PNG", compress_level=compress_level, **printed)
        return out.getvalue()


def _static_key(chart: Chart) -> list[object]:
    """Return all that decides how a chart looks without its marks, to be compared."""
    own = [getattr(chart, f.name) for f in fields(chart) if f.name != "marks"]
    return own + [(m.label, m.role, m.opacity, *_legend_key(m)) for m in chart.seen if m.label]


def _legend_key(mark: Mark) -> tuple[object, ...]:
    """Return what a row of the legend shows of a mark besides its label."""
    if isinstance(mark, Raster):
        return mark.low, mark.middle, mark.high, mark.unit
    return (mark.key,) if isinstance(mark, Arrows) else ()


def _add_axes(figure: Figure, chart: Chart, place: Place, foot: float, palette: Palette) -> Axes:
    """Add a chart without its marks, at a place between the heading and the lines at the foot (in inches)."""
    width, height = figure.get_size_inches()
    room, footer = height - HEAD_INCHES - foot, _footer_height(chart) / 72
    x, y, w, h = place[0] * width, place[1] * room, place[2] * width, place[3] * room
    left = _left_room(chart, w)
    if chart.of_kind(Cells):
        each = (w - left - RIGHT_POINTS / 72) / max(1, len(chart.x.marked))
        gap, label = TICK_GAP_POINTS / 72, bool(chart.y.label) * LABEL_POINTS / 72
        chart = replace(chart, y=_fit_words(chart.y, left - gap - label), x=_fit_words(chart.x, each - gap / 3))
    inside = max(LEAST_INCHES, w - left - RIGHT_POINTS / 72), max(LEAST_INCHES, h - TITLE_INCHES - footer)
    box = x + left, foot + room - y - h + footer, *inside
    axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height), autoscale_on=False)
    axes.set_anchor("NW")
    beyond = left - LEFT_INCHES  # room for long words, over which title and legend begin where they always do
    axes.set_title(chart.title, x=-beyond / box[2])
    _set_axis(axes, "x", chart.x, palette)
    _set_axis(axes, "y", chart.y, palette)
    axes.yaxis.labelpad = 1
    if chart.aspect is not None:
        axes.set_aspect(chart.aspect)
    if not chart.frame:
        axes.set_axis_off()
    if chart.right is not None:
        right = axes.twinx()
        _set_axis(right, "y", chart.right, palette)
        right.tick_params(colors=palette.colour(chart.right.role))
    _add_legend(axes, chart, palette, 72 * beyond)
    return axes


def _left_room(chart: Chart, width: float) -> float:
    """Return the inches left of the axes; long words left of cells, which no frame changes, get what they need."""
    longest = max((len(words) for _, words in chart.y.marked), default=0) if chart.of_kind(Cells) else 0
    label = bool(chart.y.label) * LABEL_POINTS / 72
    return label + max(LEFT_INCHES, min((longest * LETTER_POINTS + TICK_GAP_POINTS) / 72, 0.45 * width))


def _fit_words(axis: Axis, inches: float) -> Axis:
    """Return an axis whose words at the ticks, without some of the middle if need be, have that much room each.

    Numbers stay, since a part of one misleads.
    """
    letters = int(72 * inches / LETTER_POINTS)
    shown = tuple(word if NUMBER.fullmatch(word) else shorten(word, letters) for _, word in axis.marked)
    return replace(axis, ticks=tuple(value for value, _ in axis.marked), words=shown)


def _footer_height(chart: Chart) -> float:
    """Return the height of a chart's words and legend below the axes, in points."""
    rows = len(_legend_rows(chart))
    legend = _first_row(chart) + ROW_POINTS * rows + MARGIN_POINTS if rows else 0
    return max(FOOTER_POINTS, legend, *(8 - float(up) for text in chart.texts_below for up in text.offset[:, 1]))


def _first_row(chart: Chart) -> float:
    return TICKS_POINTS + LABEL_POINTS * bool(chart.x.label)


def _legend_rows(chart: Chart) -> list[str]:
    """Return the kinds of the legend's rows below the axes, from the top."""
    kinds = {
        "labels": bool(chart.entries) and not chart.legend_above,
        "surface": any(mark.label for mark in chart.of_kind(Raster)),
        "note": bool(chart.note),
        "arrows": any(mark.key for mark in chart.of_kind(Arrows)),
    }
    return [kind for kind, present in kinds.items() if present]


def _set_axis(axes: Axes, which: Literal["x", "y"], axis: Axis, palette: Palette) -> None:
    axes.set(**{f"{which}scale": "log" if axis.log else "linear", f"{which}lim": (axis.low, axis.high)})
    lines = axes.xaxis if which == "x" else axes.yaxis
    emphasis: dict[str, Any] = {} if axis.role == "muted" else {"color": palette.colour(axis.role), "weight": "bold"}
    lines.set_label_text(axis.label, **emphasis)
    lines.set_ticks([value for value, _ in axis.marked], labels=[words for _, words in axis.marked])
    lines.set_minor_locator(NullLocator())
    if axis.grid:
        lines.grid(color=palette.faint, linewidth=STYLE.axis_width)


def _add_legend(axes: Axes, chart: Chart, palette: Palette, left: float) -> None:
    """Add the rows below the axes, so many points left of their edge, or the labels above them."""
    how: dict[str, Any] = {"labels": list(chart.entries), "ncols": max(1, len(chart.entries))}
    how["handles"] = [tuple(make_handle(m, palette) for m in marks) for marks in chart.entries.values()]
    how |= {"borderaxespad": 0, "borderpad": 0, "handletextpad": 0.3, "columnspacing": 1, "handlelength": 1.2}
    if chart.legend_above and chart.entries:
        axes.legend(loc="lower right", bbox_to_anchor=(1, 0.98), **how)
    for i, row in enumerate(_legend_rows(chart)):
        down = _first_row(chart) + ROW_POINTS * i
        place = shift(axes, axes.transAxes, -left, -down)
        if row == "labels":
            axes.legend(loc="upper left", bbox_to_anchor=(0, 0), bbox_transform=place, **how)
        elif row == "note":
            axes.text(0, 0, chart.note, transform=place, va="top", fontsize=STYLE.legend_size)
        elif row == "surface":
            _add_colours_row(axes, chart.of_kind(Raster)[0], palette, place)
        else:
            _add_arrows_row(axes, chart, palette, shift(axes, axes.transAxes, 0, -down - 7))


def _add_colours_row(axes: Axes, mark: Raster, palette: Palette, place: Transform) -> None:
    colours = palette.surface() if isinstance(mark, Surface) else palette.shades(mark.role, mark.opacity)
    pixels = np.repeat(colours[None, ::2], 12, axis=0)
    bars = [OffsetImage(part, zoom=0.55) for part in (np.split(pixels, 2, axis=1) if mark.middle else [pixels])]
    shown = (f"{mark.label}  {mark.low}", *[mark.middle] * (len(bars) - 1), mark.high)
    words = [TextArea(w, textprops={"fontsize": STYLE.legend_size}) for w in shown]
    unit = TextArea(mark.unit, textprops={"fontsize": STYLE.tick_size, "color": palette.muted})
    parts = [part for pair in zip(words, bars, strict=False) for part in pair]
    row = HPacker(children=[*parts, words[-1], unit], sep=5, pad=0, align="center")
    axes.add_artist(
        AnchoredOffsetbox(
            "upper left", child=row, frameon=False, pad=0, borderpad=0, bbox_to_anchor=(0, 0), bbox_transform=place
        )
    )


def _add_arrows_row(axes: Axes, chart: Chart, palette: Palette, place: Transform) -> None:
    mark = next(m for m in chart.of_kind(Arrows) if m.key)
    length = mark.key / (chart.x.high - chart.x.low)
    colour = palette.colour(mark.role)
    arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    axes.annotate("", (length, 0), (0, 0), xycoords=place, textcoords=place, arrowprops=arrow)
    axes.text(length + 0.015, 0, mark.label, transform=place, va="center", fontsize=STYLE.tick_size)
