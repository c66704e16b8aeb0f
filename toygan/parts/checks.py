"""Checks of a part's arguments: ValueError names the argument, its value and what is allowed.

Within the usual bounds float32 holds every square, and every recipe starts and steps: a part needs no others for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from toygan.text import short

LARGEST = 1e6  # a position or a size
SMALLEST = 1e-6  # a size
MOST = 1024  # numbers in a list, modes, directions


def whole(name: str, value: Any, low: int, high: int) -> None:
    """A whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}={short(value)}: must be a whole number from {low} to {high}")


def number(name: str, value: Any, low: float = -LARGEST, high: float = LARGEST) -> None:
    """A number from `low` to `high`: a position, unless they are given."""
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not low <= value <= high:
        raise ValueError(f"{name}={short(value)}: must be a finite number from {low:g} to {high:g}")


def size(name: str, value: Any) -> None:
    """A number above 0, such as a width or a strength."""
    number(name, value, SMALLEST)


def share(name: str, value: Any) -> None:
    """A number between 0 and 1, neither of them."""
    number(name, value, SMALLEST, 1 - SMALLEST)


def numbers(
    name: str, values: Any, low: float = -LARGEST, high: float = LARGEST, count: int | None = None
) -> tuple[float, ...]:
    """`count` numbers from `low` to `high`, or any count up to 1024, as floats."""
    listed = isinstance(values, Sequence) and not isinstance(values, str)
    if not listed or not 1 <= len(values) <= MOST or count not in (None, len(values)):
        raise ValueError(f"{name}={short(values)}: must be {count or f'1 to {MOST}'} numbers in brackets")
    for i, value in enumerate(values):
        number(f"{name}[{i}]", value, low, high)
    return tuple(map(float, values))
