"""What the generator has to learn: small distributions whose modes and density are known.

A distribution is a frozen dataclass and its row, side by side in the file of its family; this menu joins the families.
"""

from __future__ import annotations

from toygan.parts.distributions.base import Distribution as Distribution
from toygan.parts.distributions.base import Mixture as Mixture
from toygan.parts.distributions.curves import CURVES
from toygan.parts.distributions.mixtures import MIXTURES, ON_A_LINE
from toygan.parts.distributions.shapes import SHAPES
from toygan.parts.distributions.shapes import points as points
from toygan.parts.menu import Menu

DISTRIBUTIONS: Menu[Distribution] = Menu(
    {**MIXTURES, **CURVES, **SHAPES, **ON_A_LINE}, aliases={"ring": "ring8", "grid": "grid25"}
)
