"""Distributions that the generator learns: small, with known modes and density.

A distribution is a frozen dataclass and its row, side by side in the file of its family; this menu joins the families.
"""

from __future__ import annotations

from toygan.parts.distributions.base import DISTRIBUTIONS as DISTRIBUTIONS
from toygan.parts.distributions.base import Distribution as Distribution
from toygan.parts.distributions.base import Mixture as Mixture
from toygan.parts.distributions.curves import CURVES
from toygan.parts.distributions.digits import DIGITS, Stacked
from toygan.parts.distributions.functions import FUNCTIONS_AND_TAILS
from toygan.parts.distributions.mixtures import MIXTURES, ON_A_LINE
from toygan.parts.distributions.points import POINTS
from toygan.parts.distributions.points import points as points
from toygan.parts.distributions.rows import FILES
from toygan.parts.distributions.shapes import SHAPES
from toygan.parts.distributions.tilted import TILTED
from toygan.parts.distributions.wrapped import WRAPPED

DISTRIBUTIONS.ship({**MIXTURES, **TILTED, **CURVES, **SHAPES, **FUNCTIONS_AND_TAILS, **ON_A_LINE, **POINTS, **FILES})
DISTRIBUTIONS.ship(DIGITS)
DISTRIBUTIONS.ship({name: kind() for name, kind in {**WRAPPED, "stacked": Stacked}.items()})
