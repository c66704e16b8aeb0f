"""Loss functions of the two players, written on D's logits.

A loss is a frozen dataclass and its row, side by side in the file of its family; this menu joins the families.
"""

from __future__ import annotations

from toygan.parts.losses.base import LogitPair as LogitPair
from toygan.parts.losses.base import Logits as Logits
from toygan.parts.losses.base import Loss as Loss
from toygan.parts.losses.classical import CLASSICAL
from toygan.parts.losses.distances import DISTANCES
from toygan.parts.losses.divergences import DIVERGENCES
from toygan.parts.losses.relativistic import RELATIVISTIC
from toygan.parts.menu import Menu

LOSSES: Menu[Loss] = Menu({**CLASSICAL, **RELATIVISTIC, **DIVERGENCES, **DISTANCES})
"""The losses by name, for a recipe's `loss`."""
