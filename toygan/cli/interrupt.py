"""Ctrl-C and its like in long commands: what was reached is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPPING = {signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)}  # Windows has no SIGHUP


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Notes Ctrl-C and what else ends a command, so that what was reached can be kept; the second one breaks off."""
    caught: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        if len(caught) > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in STOPPING}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def ticking(bar: Any, caught: list[int]) -> Callable[[], bool]:
    """Asked before every iteration: no, once a signal was caught; until then the bar moves on."""

    def goes_on() -> bool:
        if not caught:
            bar.update()
        return not caught

    return goes_on
