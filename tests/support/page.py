"""A page that only answers, in place of a browser."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from toygan.play.live import Live
from toygan.play.playground import Playground


class Page:
    """What the browser would do: it keeps what it is sent and, where `answers`, says that it has shown it."""

    def __init__(self, p: Live, answers: bool = True) -> None:
        self.p, self.answers = p, answers
        self.frames: list[dict[str, Any]] = []
        self.words: dict[str, Any] = {}
        p.view.send = self.take
        self.here = True
        self.say(here=True)

    def say(self, **content: Any) -> None:
        if not self.here:
            return
        self.here = "gone" not in content
        self.p.view._handle_custom_msg({"view": "page", **content}, [])

    def take(self, content: dict[str, Any], buffers: Any = None) -> None:
        self.words = content
        if "frame" in content:
            self.frames.append({**content, "buffers": buffers})
            if self.answers:
                asyncio.get_running_loop().call_soon(lambda: self.say(shown=content["frame"]))


def live(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
    """Runs the test in an event loop, as a kernel runs a cell."""

    def run(make: Callable[..., Playground]) -> None:
        asyncio.run(test(make))  # type: ignore[arg-type]

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


async def until(true: Callable[[], Any]) -> None:
    """Waits for what must become true; the limit is only there to fail instead of hanging."""
    async with asyncio.timeout(120):
        while not true():
            await asyncio.sleep(0.01)
