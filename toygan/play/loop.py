"""Event loops: the one that runs here, an act in the thread of another, and moments at which messages come in."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

SLICE_SECONDS = 1 / 480  # of training, at least one iteration, between two moments at which the page is heard
TURNS = 12  # at each of these moments, 3 µs each: a message passes through about ten to move a control


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


async def let_messages_in() -> None:
    """Let what waits in the event loop be heard."""
    for _ in range(TURNS):
        await asyncio.sleep(0)
