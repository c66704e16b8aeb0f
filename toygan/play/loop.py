"""Event loops: the one that runs here, and an act in the thread of another."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any


def running_loop() -> asyncio.AbstractEventLoop | None:
    """Return the event loop in which this is called, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def post(loop: asyncio.AbstractEventLoop, act: Callable[..., object], *args: Any) -> None:
    """Act in the thread of a loop: at once if that is this one, or else soon; never if the loop is closed."""
    if loop is running_loop():
        act(*args)
        return
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(act, *args)
