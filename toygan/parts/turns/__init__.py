"""Turns: the order of the players' updates in one iteration, which is one update of the generator.

A turn is a frozen dataclass and its row, side by side in the file of its family; this menu joins the families.
"""

from __future__ import annotations

from toygan.parts.turns.base import TURNS as TURNS
from toygan.parts.turns.base import Turn as Turn
from toygan.parts.turns.base import TurnState as TurnState
from toygan.parts.turns.first_order import FIRST_ORDER
from toygan.parts.turns.lookahead import LOOKAHEAD
from toygan.parts.turns.second_order import SECOND_ORDER

TURNS.ship({**FIRST_ORDER, **SECOND_ORDER, **LOOKAHEAD})
