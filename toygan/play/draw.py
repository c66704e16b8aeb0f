"""A pad to draw data on with mouse, touch or keys, to type or paste a table into, or to open a CSV file with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from toygan.chart import page
from toygan.parts.distributions.points import LONGEST_TITLE
from toygan.parts.distributions.typed import as_data, read_typed

FOLDER = Path(__file__).parent
REACH = 3.0  # of the pad, from its middle to its edge
DRAWN = "drawn points"  # the name of those without one
SIGMA = 0.05  # of the noise on drawn points: a line of points becomes a stroke


class DrawPad(anywidget.AnyWidget):
    """A square to draw points on, and the table of these points.

    Nothing is sent to the kernel before the user asks for it. The page that drawdata draws on was tried: it has no
    axes, knows no keys and adds half a megabyte.

    Args:
        use: What gets the data that the user has made, as a spec for a recipe's `data`.
    Example:
        >>> from toygan.play.draw import DrawPad
        >>> drawn = []
        >>> pad = DrawPad(drawn.append)
        >>> pad.hear({"points": [[0, 0], [1, 2]]})
        >>> drawn, pad.words
        (["points(x=[[0.0,0.0],[1.0,2.0]],sigma=0.05,title='drawn points')"], '2 rows')
        >>> pad.close()
    """

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "draw.js")
    _css = (FOLDER / "draw.css").read_text(encoding="utf-8")
    reach = traitlets.Float(REACH).tag(sync=True)
    words = traitlets.Unicode().tag(sync=True)  # what was done with the data, or why it was refused
    refused = traitlets.Bool(False).tag(sync=True)

    def __init__(self, use: Callable[[str], None]) -> None:
        super().__init__()
        self._use = use
        self._last: Any = None
        self._drawings = 0  # of the drawings without a name
        self.on_msg(lambda _, content, buffers: self.hear(content))

    def hear(self, content: Any) -> None:
        """Take {"points": rows} or {"table": text} of the page, and use it as data; what is refused is said.

        A "title" is a name that the user gave.
        """
        try:
            spec, words = self._read(content)
        except (ValueError, TypeError) as error:
            self.words, self.refused = str(error).splitlines()[0], True
            return
        self.words, self.refused = words, False
        self._use(spec)

    def _read(self, content: Any) -> tuple[str, str]:
        if not isinstance(content, dict):
            raise ValueError("message: must have points or a table")
        title = " ".join(str(content.get("title", "")).split())[:LONGEST_TITLE]
        if isinstance(table := content.get("table"), str):
            return read_typed(table, title or "table")
        points = content.get("points", [])
        return as_data(points, sigma=SIGMA, title=title or self._number(points))

    def _number(self, points: Any) -> str:
        """Return the name of points that have none: another drawing has another number."""
        if points != self._last:
            self._last, self._drawings = points, self._drawings + 1
        return DRAWN if self._drawings == 1 else f"{DRAWN} {self._drawings}"
