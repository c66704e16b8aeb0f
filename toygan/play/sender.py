"""Charts and words on their way to a view: as soon as its page is ready for them, and no faster than it paints them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.chart import Chart
from toygan.chart.recording import Recording
from toygan.chart.wire import Wire
from toygan.play.view import View

Clock = Callable[[], float]  # seconds since some moment
TURN = 1 / 60  # seconds from one frame to the next, on average: a page paints no more often
HASTE = 0.6  # of the time that the page takes from one frame to the next: a little less shows whether it takes less


class Sender:
    """What a view is sent; subclasses say what there is to be seen.

    While something plays, frames leave at least a third of the time to training.
    """

    def __init__(self, view: View, clock: Clock = time.perf_counter) -> None:
        self.view, self._clock = view, clock
        self.recording = Recording()
        self._wire = Wire()
        self._stale = True  # whether there is news since the frame that was sent last
        self._next = 0.0  # when the next frame is to be sent while something plays

    @property
    def playing(self) -> bool:
        """Whether further frames will come by themselves."""
        raise NotImplementedError

    @property
    def iteration(self) -> int:
        """What the next frame shows."""
        raise NotImplementedError

    def charts(self) -> Sequence[Chart]:
        """What is to be seen now, which also goes into the recording."""
        raise NotImplementedError

    def words(self) -> dict[str, Any]:
        """What stands around the charts, by the names of `view.js`."""
        raise NotImplementedError

    def show(self) -> None:
        """There is news: the page gets a new frame, at once if it is ready for one."""
        self._stale = True
        self.refresh()

    def show_in_turn(self) -> None:
        """There is news: while something plays, the page gets a new frame only if it is time for one."""
        self._stale = True
        if not self.playing or self._clock() >= self._next:
            self.refresh()

    def show_all(self) -> None:
        """There is a page that knows nothing yet: it gets a frame that leans on none before it."""
        self._wire.forget()
        self.show()

    def refresh(self) -> None:
        """Sends what the page lacks, if it is ready."""
        if not (self._stale and self.view.viewers.ready):
            return
        self._stale = False
        start = self._clock()
        content, buffers = self._wire.message(self.charts())
        self.view.show({**self.words(), "iteration": self.iteration, **content}, buffers)
        end = self._clock()
        turn = max(TURN, HASTE * self.view.viewers.pace)
        in_turn = min(max(self._next, start - turn / 2), start)  # after one that is a little late the next comes sooner
        self._next = max(in_turn + turn, end + (end - start) / 2)

    def tell(self) -> None:
        """Sends the words alone: there may be nothing to draw."""
        self.view.send(self.words())
