"""Pictures for papers and slides: the size and the size of the letters as asked for, in pixels or as vectors."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.backends import backend_pdf
from matplotlib.backends.backend_mixed import MixedModeRenderer
from matplotlib.backends.backend_svg import FigureCanvasSVG

from toygan.chart.chart import Chart
from toygan.chart.figure import Heading, Painting, Place
from toygan.chart.style import STYLE

KINDS = (".png", ".svg", ".pdf")
DPI = 300  # pixels an inch of a picture of a stated size
UNITS = {"in": 1.0, "cm": 1 / 2.54, "mm": 1 / 25.4}
LEAST, MOST = 1.0, 60.0  # inches of a side
SMALLEST, LARGEST = 3.0, 60.0  # points of letters
FORM = re.compile(r"\s*([\d.]+)\s*(in|cm|mm)?\s*[x×]\s*([\d.]+)\s*(in|cm|mm)\s*")

Size = str | tuple[float, float]


@dataclass(frozen=True)
class Paper:
    """The size of a picture in inches, and of the words at its axes in points; other words are in proportion.

    Raises ValueError for a side or a size out of bounds.
    """

    width: float
    height: float
    font_size: float = STYLE.label_size

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not LEAST <= side <= MOST:
                raise ValueError(f"size={self.width:g} x {self.height:g} inches: each must be {LEAST:g} to {MOST:g}")
        if not SMALLEST <= self.font_size <= LARGEST:
            raise ValueError(f"font_size={self.font_size:g}: must be {SMALLEST:g} to {LARGEST:g} points")

    @property
    def scale(self) -> float:
        """The size of all that has a fixed size, such as words, over that in the page."""
        return self.font_size / STYLE.label_size


def read_size(size: Size) -> tuple[float, float]:
    """Return width and height in inches, from these or from words such as "16cm x 9cm"; ValueError for others."""
    if isinstance(size, str):
        found = FORM.fullmatch(size)
        try:
            if found is not None:
                width, height = float(found[1]), float(found[3])
                return width * UNITS[found[2] or found[4]], height * UNITS[found[4]]
        except ValueError:  # "1.2.3"
            pass
    elif len(size) == 2 and all(isinstance(x, int | float) and math.isfinite(x) for x in size):
        return float(size[0]), float(size[1])
    raise ValueError(f"size={size!r}: must be two numbers of inches, or words such as '16cm x 9cm' or '6in x 4in'")


def encode(kind: str, charts: Sequence[tuple[Chart, Place]], heading: Heading, paper: Paper) -> bytes:
    """Return charts as a file of a kind: ".png" with 300 pixels an inch, ".svg" or ".pdf"."""
    inches = paper.width / paper.scale, paper.height / paper.scale
    if kind == ".png":
        dpi = DPI * paper.scale
        painting = Painting(round(inches[0] * dpi), round(inches[1] * dpi), dpi)
        painting.paint(charts, heading)
        return painting.png(compress_level=9, dots_per_inch=DPI)
    painting = Painting(100 * inches[0], 100 * inches[1], 100)
    with matplotlib.rc_context({"svg.hashsalt": "toygan"}):
        canvas = painting.compose(charts, heading)
        return _encode_svg(canvas, paper) if kind == ".svg" else _encode_pdf(canvas, paper.scale)


def _encode_svg(canvas: FigureCanvasBase, paper: Paper) -> bytes:
    """Return an SVG file; its view box stays as it was painted, so a viewer scales it to the stated size."""
    out = io.StringIO()
    painter: Any = FigureCanvasSVG(canvas.figure)
    painter.print_svg(out, metadata={"Date": None})
    sized = f'width="{72 * paper.width:g}pt" height="{72 * paper.height:g}pt"'
    return re.sub(r'width="[\d.]+pt" height="[\d.]+pt"', sized, out.getvalue(), count=1).encode()


def _encode_pdf(canvas: FigureCanvasBase, scale: float) -> bytes:
    """Return a PDF file, as `FigureCanvasPdf.print_pdf` writes it, but so many times as large."""
    out, figure = io.BytesIO(), canvas.figure
    figure.dpi = 72  # a PDF counts in points
    width, height = figure.get_size_inches()
    pdf: Any = backend_pdf  # it carries no types
    mixed: Any = MixedModeRenderer
    file = pdf.PdfFile(out, {"CreationDate": None})
    file.newPage(scale * width, scale * height)
    file.output(scale, 0, 0, scale, 0, 0, pdf.Op.concat_matrix)
    renderer = mixed(figure, width, height, DPI, pdf.RendererPdf(file, DPI, height, width))
    figure.draw(renderer)
    renderer.finalize()
    file.finalize()
    file.close()
    return out.getvalue()
