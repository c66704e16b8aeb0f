"""The stored frame that is shown, and the way of the run to it."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Generator

from toygan.play.alone import alone
from toygan.play.fleet_session import FleetSession
from toygan.play.loop import SLICE_SECONDS, let_messages_in, running_loop
from toygan.play.time_machine import TimeMachine, finish

FAR_SECONDS = 0.2  # of a way that is gone in slices
SAY_SECONDS = 0.1  # from one word about the way to the next


class Seen:
    """The stored frame that is shown, if there is one; the next action continues from it.

    The run stays where it is while one looks back. An action takes it to the frame: at once or, if that takes long and
    the page asks for it, in slices, so that the page is heard on the way.

    Args:
        session: The session; only a time machine goes to a frame.
        tell: A function that tells the page to which iteration the run is on its way.
        act: A function that does what was asked for, once the run is there.
        fail: A function that shows an error.
    """

    at: int | None = None  # its iteration; None while the present is shown
    task: asyncio.Task[None] | None = None  # that goes there in slices
    _way: Generator[int, None, bool] | None = None  # in slices

    def __init__(
        self,
        session: FleetSession,
        tell: Callable[[int], None],
        act: Callable[[Callable[[], None]], None],
        fail: Callable[[Exception], None],
    ) -> None:
        self._session, self.lock = session, session.lock
        self._tell, self._act, self._fail = tell, act, fail
        self._asked: list[Callable[[], None]] = []  # to be done there

    @property
    def under_way(self) -> bool:
        """True while the run goes there in slices."""
        return self._way is not None

    def forget(self) -> None:
        """Show the present again, and give up the way."""
        self.give_up()
        self.at = None

    def give_up(self) -> None:
        """Give up the way, and what was to be done at its end."""
        if self._way is not None:
            self._way.close()
            self._way, self._asked = None, []

    def reach(self) -> None:
        """Take the run to the frame at once, or to the end of its way."""
        way, self._way, at, self.at = self._way, None, self.at, None
        if way is not None:
            finish(way)
        elif isinstance(self._session, TimeMachine) and at is not None:
            self._session.go_to(at)

    def set_out(self, then: Callable[[], None]) -> bool:
        """Set out for the frame in slices, and call `then` there; return False if the run can be there at once."""
        session, loop = self._session, running_loop()
        if self._way is not None:
            self._asked.append(then)
            return True
        if self.at is None or loop is None or not isinstance(session, TimeMachine):
            return False
        if session.estimate_travel(self.at) < FAR_SECONDS:
            return False
        self._way, self._asked = session.travel(self.at), [then]
        self.task = loop.create_task(self._go(self._way, self.at))
        return True

    async def _go(self, way: Generator[int, None, bool], at: int) -> None:
        said = -math.inf
        while self._go_on(way):
            if (now := time.monotonic()) >= said + SAY_SECONDS:
                said = now
                with self.lock:
                    self._tell(at)
            await let_messages_in()
        asked, self._asked = self._asked, []
        for act in asked:
            self._act(act)

    @alone
    def _go_on(self, way: Generator[int, None, bool]) -> bool:
        """Go for a slice of time; return False at the end, or if the way was given up or has been finished."""
        end = time.monotonic() + SLICE_SECONDS
        try:
            while self._way is way:
                next(way)
                if time.monotonic() >= end:
                    return True
        except StopIteration:
            self._way = self.at = None
        except Exception as error:
            self.forget()
            self._fail(error)
            raise
        return False
