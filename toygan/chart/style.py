"""What roles look like: the same colours and shapes in every picture, in light and in dark.

Colours are Okabe and Ito's palette, safe for colour-blind readers, and for dark paper the same hues, lighter; real and
generated differ in shape as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.chart.axis import Role
from toygan.chart.marks import Shape


@dataclass(frozen=True)
class Palette:
    """The colour "#rrggbb" of every role, and of the paper that they stand on."""

    paper: str
    real: str
    generated: str
    discriminator: str
    generator: str
    ink: str
    muted: str
    faint: str

    def of(self, role: Role) -> str:
        """The colour of a role."""
        colour: str = getattr(self, role)
        return colour

    def surface(self) -> np.ndarray:
        """From generated (0) over paper (0.5) to real (1), pale enough for points to stand out `(256, 4)` uint8."""
        t = np.linspace(-1, 1, 256)[:, None]
        paper, end = rgb(self.paper), np.where(t < 0, rgb(self.generated), rgb(self.real))
        colours = paper + SURFACE_OPACITY * np.abs(t) * (end - paper)
        return np.concatenate([colours, np.full_like(t, 255)], axis=1).round().astype(np.uint8)

    def shades(self, role: Role, opacity: float = 1.0) -> np.ndarray:
        """From paper (0) to the role at an opacity (1) `(256, 4)` uint8."""
        t = np.linspace(0, opacity, 256)[:, None]
        colours = rgb(self.paper) + t * (rgb(self.of(role)) - rgb(self.paper))
        return np.concatenate([colours, np.full_like(t, 255)], axis=1).round().astype(np.uint8)


SURFACE_OPACITY = 0.55  # of the surface's ends
TINT = 0.1  # the opacity with which a closed line is filled

LIGHT = Palette("#ffffff", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#1a1a1a", "#4d4d4d", "#d9d9d9")
DARK = Palette("#111111", "#56B4E9", "#F5813C", "#2CC295", "#E39BC3", "#f0f0f0", "#b8b8b8", "#3d3d3d")

SHAPES: dict[Role, Shape] = {"real": "circle", "generated": "triangle"}  # of points; others are circles
EDGE = 0.4  # points: the paper-coloured edge of a triangle, which keeps neighbours apart

# Sizes of words in points.
TEXT, TITLE, LABEL, TICK, LEGEND, END_LABEL = 10.0, 11.5, 9.5, 9.0, 9.5, 9.0


def rgb(colour: str) -> np.ndarray:
    """Red, green and blue of a colour "#rrggbb", each 0-255 `(3,)`."""
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def rc(palette: Palette = LIGHT) -> dict[Any, Any]:
    """The palette as settings for matplotlib."""
    return {
        "font.size": TEXT,
        "text.color": palette.ink,
        "axes.titlesize": TITLE,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 5,
        "axes.labelsize": LABEL,
        "axes.labelcolor": palette.muted,
        "axes.edgecolor": palette.muted,
        "axes.facecolor": palette.paper,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": palette.muted,
        "ytick.color": palette.muted,
        "xtick.labelsize": TICK,
        "ytick.labelsize": TICK,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "legend.fontsize": LEGEND,
        "figure.facecolor": palette.paper,
        "savefig.facecolor": palette.paper,
        "path.simplify": True,
        "path.simplify_threshold": 1.0,
    }


# The light palette by name, for figures that are drawn by hand.
REAL, GENERATED, DISCRIMINATOR, GENERATOR = LIGHT.real, LIGHT.generated, LIGHT.discriminator, LIGHT.generator
INK, MUTED, FAINT = LIGHT.ink, LIGHT.muted, LIGHT.faint
RC = rc()


def use() -> None:
    """Draw matplotlib's figures from now on in the colours and sizes of toygan's pictures.

    Example:
        >>> import matplotlib
        >>> from toygan.teach import style
        >>> with matplotlib.rc_context():
        ...     style.use()
        ...     print(matplotlib.rcParams["text.color"])
        #1a1a1a
    """
    import matplotlib

    matplotlib.rcParams.update(RC)
