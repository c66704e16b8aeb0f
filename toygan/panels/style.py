"""One look for every picture: what each colour means, letters that can be read from the back row."""

from __future__ import annotations

from typing import Any

import numpy as np

# Okabe and Ito's palette, safe for colour-blind readers; a colour means the same in every picture.
REAL, GENERATED, DISCRIMINATOR, GENERATOR = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
INK, MUTED, FAINT = "#1a1a1a", "#4d4d4d", "#d9d9d9"

# Real and generated differ in shape as well as in colour.
REAL_MARK: dict[str, Any] = {"marker": "o", "color": REAL, "linestyle": "none", "markersize": 5, "markeredgewidth": 0}
GENERATED_MARK: dict[str, Any] = {
    "marker": "^", "color": GENERATED, "linestyle": "none", "markersize": 5.5,
    "markeredgecolor": "white", "markeredgewidth": 0.4,
}  # fmt: skip

# What true samples score, behind every metric.
TRUE_RANGE: dict[str, Any] = {"color": REAL, "alpha": 0.22, "linewidth": 0}
TRUE_MEAN: dict[str, Any] = {"color": REAL, "linewidth": 1.2}
TRUE_NAME: dict[str, Any] = {
    "color": REAL, "fontsize": 9, "weight": "bold",
    "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 1},
}  # fmt: skip

RC: dict[Any, Any] = {
    "font.size": 10,
    "text.color": INK,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 5,
    "axes.labelsize": 9.5,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "lines.linewidth": 1.8,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "path.simplify": True,
    "path.simplify_threshold": 1.0,
}


def rgb(colour: str) -> np.ndarray:
    """Red, green and blue of a colour "#rrggbb", each 0-255 `(3,)`."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def _d_output_colours(strength: float = 0.55) -> np.ndarray:
    """From "generated" over white (undecided) to "real", pale enough for points to stand out on it `(256, 4)` uint8."""
    t = np.linspace(-1, 1, 256)[:, None]
    end = np.where(t < 0, rgb(GENERATED), rgb(REAL))
    colours = 255 + strength * np.abs(t) * (end - 255)
    return np.concatenate([colours, np.full_like(t, 255)], axis=1).round().astype(np.uint8)


D_OUTPUT_COLOURS = _d_output_colours()
