"""A picture: several charts under a heading, as pixels."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from pathlib import Path

import numpy as np

from toygan.chart import Chart
from toygan.chart.figure import Heading, Painting, Place
from toygan.panels.charts import Charts
from toygan.panels.columns import MOST_COLUMNS
from toygan.panels.look import Look
from toygan.parts.distributions.named_files import list_files
from toygan.recipe import KNOBS, Recipe
from toygan.text import format_number

DEFAULT = ("samples", "losses", "coverage", "modes")
WITHOUT_MODES = ("samples", "losses", "gaps", "sliced-w1")
LEAD = 3 / 4  # the width of a chart that leads, times that of the two columns beside
MOST_BESIDE = 2  # charts that lead beside the others; if there are more, the others stand below
BELOW, BELOW_HEIGHT = 4, 0.7  # charts in a row below, and their height, times that of the first row
TALLER = 1.7  # the height of such a picture, times that of another
MOST_LETTERS = 80  # of the data in a headline


def choose_panels(recipe: Recipe) -> tuple[str, ...]:
    """Return the panels that a recipe's data can fill: modes if it has some, and its columns if there are several."""
    data = recipe.parts.data
    samples, losses, *others = DEFAULT if data.has_modes else WITHOUT_MODES
    if 2 < data.dim <= MOST_COLUMNS:
        return ("columns", samples, *others)
    return (samples, "columns" if data.dim == 2 and data.axis_names else losses, *others)


def headline(recipe: Recipe) -> str:
    """Return loss, regularizers and data in one line; a long description of data, such as points, is cut."""
    regularizers = "".join(f" + {name} {format_number(strength)}" for name, strength in recipe.regularizers.items())
    data = KNOBS["data"].describe(recipe.data)
    data = data if len(data) <= MOST_LETTERS else data[: MOST_LETTERS - 1] + "…"
    return f"{recipe.loss}{regularizers}  ·  {data}"


def seeds_line(recipe: Recipe, seeds: int) -> str:
    """Return the seed that is drawn, the number of all seeds, and the files whose rows are drawn, in words."""
    files = ", ".join(Path(path).name for path in list_files(recipe.data))
    drawn = f" · holds rows of {files}" if files else ""
    return f"seed {recipe.seed}" + (f" drawn, of {seeds} seeds" if seeds > 1 else "") + drawn


def places(n: int, leading: int = 0) -> list[Place]:
    """Return the places of n charts, as shares of the picture: the first one large, the others beside it.

    If several lead, they are the large ones; more than two share the first row, with the others below.
    """
    large = leading or 1
    others = n - large
    if leading > MOST_BESIDE:
        rows = ceil(others / BELOW)
        low = BELOW_HEIGHT / (1 + rows * BELOW_HEIGHT)
        first = [(i / large, 0.0, 1 / large, 1 - rows * low) for i in range(large)]
        return [*first, *((i % BELOW / BELOW, 1 - (rows - i // BELOW) * low, 1 / BELOW, low) for i in range(others))]
    columns = 1 if n <= 4 and not leading else 2
    share = 1.0 if not others else LEAD * large / (LEAD * large + 1) if leading else 0.5 if columns == 1 else 0.4
    rows, w = ceil(others / columns), (1 - share) / columns
    first = [(i * share / large, 0.0, share / large, 1.0) for i in range(large)]
    return [*first, *((share + i % columns * w, i // columns / rows, w, 1 / rows) for i in range(others))]


def fit_height(height: int, leading: int) -> int:
    """Return the height of a picture some of whose charts lead, if it is `height` for one or two of them."""
    return round(TALLER * height) if leading > MOST_BESIDE else height


class Picture:
    """Panels by name, or those that the data can fill, on `width` x `height` pixels, of the newest look.

    Raises ValueError for an unknown panel, or if no panel is given.
    """

    def __init__(
        self, recipe: Recipe, panels: Sequence[str] | None = None, width: int = 960, height: int = 540, dpi: int = 100
    ) -> None:
        self.charts: list[Chart] = []
        self.heading = Heading(headline(recipe))
        self.run = Charts(choose_panels(recipe) if panels is None else panels)  # the charts, from look to look
        self._painting = Painting(width, height, dpi)
        self._painting.paint([], self.heading)

    def draw(self, look: Look) -> None:
        """Draw a look; if it is earlier than the one before, axes start again from their first limits."""
        self.charts = self.run.update(look)
        self.heading = Heading(headline(look.recipe), f"iteration {look.step:,}", look.status)
        self._painting.paint(list(zip(self.charts, places(len(self.charts)), strict=True)), self.heading)

    def rgba(self) -> np.ndarray:
        """Return the pixels `(height, width, 4)`, of type uint8."""
        return self._painting.rgba()

    def png(self, scale: float = 1) -> bytes:
        """Return the picture as a PNG file, with `scale` times the pixels along each side."""
        return self._painting.png(scale)
