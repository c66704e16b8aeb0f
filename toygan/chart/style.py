"""The look of roles: the same colours and shapes in every picture, in light and in dark.

Colours are Okabe and Ito's palette, safe for colour-blind readers, and for dark paper the same hues, lighter; real and
generated differ in shape as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from toygan.chart.axis import Role
from toygan.chart.marks import Dash, Points, Shape


@dataclass(frozen=True)
class _Style:
    """The numbers that both painters share: lengths in points, opacities from 0 to 1.

    A page gets them as CSS variables, `end_size` as `--toygan-end-size` (`page.build_stylesheet`).
    """

    surface_opacity: float = 0.55  # of a surface's ends
    fill_opacity: float = 0.1  # of the inside of a closed line
    box_opacity: float = 0.85  # of the paper under words
    box_pad: float = 0.25  # of the paper around words, times their size
    triangle_edge: float = 0.4  # in the colour of the paper, which keeps neighbours apart
    diamond_edge: float = 2.0
    plus_width: float = 3.0
    axis_width: float = 0.8  # of grids, too
    cell_edge: float = 0.5
    cell_cross: float = 5.0  # of a cell without a value, from edge to edge
    chosen_edge: float = 2.0  # of the chosen cell
    title_size: float = 11.5
    label_size: float = 9.5  # of an axis
    tick_size: float = 9.0
    legend_size: float = 9.5
    line_label_size: float = 10.0  # at the end of a line
    band_label_size: float = 9.0  # at the end of a band
    label_gap: float = 13.0  # from one line's label to the next
    label_away: float = 6.0  # from the end of a line to its label


STYLE = _Style()
DASHES: dict[Dash, tuple[float, ...]] = {
    "dotted": (1, 1.5), "dashed": (3, 1.5), "dashdot": (3, 1.5, 1, 1.5),
}  # fmt: skip  # on and off, times the line's width
SHAPES: dict[Role, Shape] = {"real": "circle", "generated": "triangle"}  # of points; others are circles


def find_shape(mark: Points) -> Shape:
    """Return the shape of points: their own, or that of their role.

    Args:
        mark: The points.
    Example:
        >>> import numpy as np
        >>> from toygan.chart import Points
        >>> from toygan.chart.style import find_shape
        >>> find_shape(Points("fake", "generated", np.zeros(1), np.zeros(1)))
        'triangle'
    """
    return mark.shape or SHAPES.get(mark.role, "circle")


@dataclass(frozen=True)
class Palette:
    """The colour "#rrggbb" of every role, and of the paper behind them; `LIGHT` and `DARK` are toygan's own.

    Args:
        paper: Colour of the background.
        real: Colour of real samples.
        generated: Colour of generated samples.
        discriminator: Colour of the discriminator.
        generator: Colour of the generator.
        second: Colour of the second of several recipes; the first has that of generated samples.
        third: Colour of the third of several recipes; the fourth has that of ink.
        ink: Colour of words and strong lines.
        muted: Colour of axes and weaker words.
        faint: Colour of grids.
        undecided: Colour of D's output where it cannot tell real from generated [default: that of the paper].
    Example:
        >>> from toygan.teach import style
        >>> style.LIGHT.colour("real"), style.DARK.colour("real")
        ('#0072B2', '#56B4E9')
    """

    paper: str
    real: str
    generated: str
    discriminator: str
    generator: str
    second: str
    third: str
    ink: str
    muted: str
    faint: str
    undecided: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "undecided", self.undecided or self.paper)

    def colour(self, role: Role) -> str:
        """Return the colour of a role."""
        colour: str = getattr(self, role)
        return colour

    def surface(self) -> np.ndarray:
        """Return colours from generated over undecided to real, pale enough for points on them `(256, 4)` uint8."""
        t = np.linspace(-1, 1, 256)[:, None]
        paper, middle, end = rgb(self.paper), rgb(self.undecided), np.where(t < 0, rgb(self.generated), rgb(self.real))
        colours = middle + np.abs(t) * (paper + STYLE.surface_opacity * (end - paper) - middle)
        return np.concatenate([colours, np.full_like(t, 255)], axis=1).round().astype(np.uint8)

    def shades(self, role: Role, opacity: float = 1.0) -> np.ndarray:
        """Return colours from paper to that of a role at an opacity `(256, 4)` uint8."""
        t = np.linspace(0, opacity, 256)[:, None]
        colours = rgb(self.paper) + t * (rgb(self.colour(role)) - rgb(self.paper))
        return np.concatenate([colours, np.full_like(t, 255)], axis=1).round().astype(np.uint8)


LIGHT = Palette(
    "#ffffff", "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#6A3D9A", "#8A7200", "#1a1a1a", "#4d4d4d", "#d9d9d9"
)
DARK = Palette(
    "#111111", "#56B4E9", "#F5813C", "#2CC295", "#E39BC3", "#B79CF0", "#E0CC4A", "#f0f0f0", "#b8b8b8", "#3d3d3d",
    "#2b2b2b",
)  # fmt: skip


def rgb(colour: str) -> np.ndarray:
    """Return red, green and blue of a colour, each from 0 to 255.

    Args:
        colour: The colour, as "#rrggbb".
    Returns:
        Numbers `(3,)`.
    Example:
        >>> from toygan.teach import style
        >>> style.rgb("#0072B2")
        array([  0., 114., 178.])
    """
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], dtype=float)


def mix(first: str, last: str, share: float) -> str:
    """Return the colour that lies this share of the way from one colour to another.

    Args:
        first: The colour of share 0, as "#rrggbb".
        last: The colour of share 1.
        share: From 0 to 1.
    Example:
        >>> from toygan.teach import style
        >>> style.mix("#000000", "#ffffff", 0.2)
        '#333333'
    """
    return "#" + "".join(f"{round(part):02x}" for part in (1 - share) * rgb(first) + share * rgb(last))


def rc(palette: Palette = LIGHT) -> dict[Any, Any]:
    """Return a palette, and the sizes of toygan's words, as settings for matplotlib.

    Args:
        palette: Colours of the pictures [default: the light ones].
    Returns:
        Settings for `matplotlib.rc_context` or `plt.rcParams.update`.
    Example:
        >>> from toygan.teach import style
        >>> style.rc(style.DARK)["axes.facecolor"]
        '#111111'
    """
    return {
        "font.size": STYLE.line_label_size,
        "text.color": palette.ink,
        "axes.titlesize": STYLE.title_size,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 5,
        "axes.labelsize": STYLE.label_size,
        "axes.labelcolor": palette.muted,
        "axes.edgecolor": palette.muted,
        "axes.facecolor": palette.paper,
        "axes.linewidth": STYLE.axis_width,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "xtick.color": palette.muted,
        "ytick.color": palette.muted,
        "xtick.labelsize": STYLE.tick_size,
        "ytick.labelsize": STYLE.tick_size,
        "lines.linewidth": 1.8,
        "legend.frameon": False,
        "legend.fontsize": STYLE.legend_size,
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
