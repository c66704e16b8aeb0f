"""Work beside the event loop, which continues to hear the page."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable


async def aside(work: Callable[[], None]) -> None:
    """Wait for the work, in a daemon thread of its own; raise what it raises."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def run() -> None:
        error: BaseException | None = None
        try:
            work()
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=run, name="toygan", daemon=True).start()
    await done
