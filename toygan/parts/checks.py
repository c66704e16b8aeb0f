"""Checks of a part's arguments; each raises ValueError with the argument, its value and what is allowed.

Within these bounds float32 holds every square, so every recipe can start and step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from toygan.text import format_number, short

LARGEST = 1e6  # a position or a size
SMALLEST = 1e-6  # a size
MOST = 1024  # numbers in a list, modes, directions


def whole(name: str, value: Any, low: int, high: int) -> None:
    """Check a whole number from `low` to `high`."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}={short(value)}: must be a whole number from {low} to {high}")


def number(name: str, value: Any, low: float = -LARGEST, high: float = LARGEST) -> None:
    """Check a number from `low` to `high`; by default the bounds of a position."""
    real = isinstance(value, int | float) and not isinstance(value, bool)
    if not real or not low <= value <= high:
        raise ValueError(
            f"{name}={short(value)}: must be a finite number from {format_number(low, 6)} to {format_number(high, 6)}"
        )


def size(name: str, value: Any) -> None:
    """Check a number above 0, such as a width or a strength."""
    number(name, value, SMALLEST)


def share(name: str, value: Any) -> None:
    """Check a number between 0 and 1, both excluded."""
    number(name, value, SMALLEST, 1 - SMALLEST)


def numbers(
    name: str, values: Any, low: float = -LARGEST, high: float = LARGEST, count: int | None = None
) -> tuple[float, ...]:
    """Return `count` checked numbers as floats, or up to 1024 if no count is given."""
    listed = isinstance(values, Sequence) and not isinstance(values, str)
    if not listed or not 1 <= len(values) <= MOST or count not in (None, len(values)):
        raise ValueError(f"{name}={short(values)}: must be {count or f'1 to {MOST}'} numbers in brackets")
    for i, value in enumerate(values):
        number(f"{name}[{i}]", value, low, high)
    return tuple(map(float, values))


def shares(name: str, values: Any, count: int) -> tuple[float, ...]:
    """Return `count` checked numbers that sum to 1, as floats."""
    checked = numbers(name, values, SMALLEST, 1, count)
    if abs(math.fsum(checked) - 1) > 1e-6:
        raise ValueError(f"{name}={short(values)}: must sum to 1, not to {format_number(math.fsum(checked), 6)}")
    return checked


def text(name: str, value: Any) -> None:
    """Check words, which any page can show: a file name that is not UTF-8 holds bytes that are no letters."""
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise ValueError(f"{name}={short(value)}: must be words in UTF-8")


def flag(name: str, value: Any) -> None:
    """Check a bool."""
    if not isinstance(value, bool):
        raise ValueError(f"{name}={short(value)}: must be True or False")
