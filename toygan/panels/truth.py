"""What true samples score, behind a metric: the same band, mean and name in every picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from toygan.panels import style

MARGIN = 0.34  # inches right of the axes that the name may take


class ReferenceBand:
    """The range that 90 % of sets of true samples score in, their mean, and their name at the right end.

    It is one step from edge to edge for every score: by default one across the axes, which a curve comes to.
    """

    def __init__(self, axes: Axes, edges: Sequence[float] | None = None) -> None:
        across: dict[str, Any] = {} if edges is not None else {"transform": axes.get_yaxis_transform()}
        ends = np.array((0, 1) if edges is None else edges)
        nothing = np.full(len(ends) - 1, np.nan)
        self.range = axes.stairs(nothing, ends, baseline=nothing, fill=True, zorder=0.5, **style.TRUE_RANGE, **across)
        self.mean = axes.stairs(nothing, ends, baseline=None, zorder=1.5, **style.TRUE_MEAN, **across)
        place = axes.get_yaxis_transform() + ScaledTranslation(MARGIN, 0, axes.get_figure().dpi_scale_trans)  # type: ignore[union-attr]
        self.name = axes.text(1, 0, "", transform=place, ha="right", va="center", linespacing=0.95, **style.TRUE_NAME)

    def show(self, low: Any, mean: Any, high: Any) -> None:
        """Moves to these scores, each a number or one a step."""
        low, mean, high = (np.atleast_1d(x) for x in (low, mean, high))
        self.range.set_data(high, baseline=low)
        self.mean.set_data(mean)
        self.name.set_text("true\nsamples")
        self.name.set_y(mean[-1])
