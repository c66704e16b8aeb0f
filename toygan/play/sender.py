"""Charts and words for a view, sent as soon as its page is ready for them, and no faster than it paints them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from toygan.chart import Chart
from toygan.chart.recording import Recording
from toygan.chart.wire import Wire
from toygan.play.fleet_session import FleetSession
from toygan.play.settings import spell
from toygan.play.view import View
from toygan.runs.fleet import Clock

FRAME_SECONDS = 1 / 60  # from one frame to the next, on average: a page paints no more often
FRAME_BYTES = 16 * 2**20  # of all frames that are kept
HASTE = 0.6  # share of the page's time from frame to frame: a little less than 1 shows if the page has become faster


class Sender:
    """A session as frames for its view.

    While something plays, frames leave at least a third of the time to training. `render` returns the charts of the
    present iteration, `heard` gets the messages of the page.
    """

    def __init__(
        self, session: FleetSession, render: Callable[[], Sequence[Chart]], size: tuple[int, int],
        heard: Callable[[dict[str, Any]], None], clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        self.session, self._render, self._clock = session, render, clock
        self.view = View(heard, *size, session.choices)
        self.recording, self._runs = Recording(most=FRAME_BYTES), session.fleet.runs
        self._wire = Wire()
        self._stale = True  # True while there is news since the frame that was sent last
        self._answered = dict[str, int]()  # by view, as the page was told last
        self._next = 0.0  # the time at which the next frame is to be sent while something plays

    def charts(self, told: dict[str, str] | None = None) -> Sequence[Chart]:
        """Return the charts of the present iteration, which also go into the recording.

        What is `told` is the status and the diagnosis, if they are known: they cost as much as a chart.
        """
        s = self.session
        if s.fleet.runs is not self._runs:
            self.recording, self._runs = Recording(most=FRAME_BYTES), s.fleet.runs
        charts = self._render()
        # What is repeated is there already, and what followed it; a stage is no whole iteration.
        if (s.repeats or s.between) and self.recording:
            return charts
        told = told or self._tell()
        beside = {"status": told["status"], "recipe": s.share, "stretch": s.stretch}
        self.recording.add(s.iteration, {**beside, **told}, charts)
        return charts

    def _tell(self) -> dict[str, str]:
        return {"status": self.session.status, **self.session.words}

    def continue_recording(self, other: Sender) -> None:
        """Add frames to the recording of another view, which shows no more."""
        self.recording = other.recording

    def words(self, told: dict[str, str] | None = None) -> dict[str, Any]:
        """Return the words around the charts, by the names of `view.js`; what is `told`, as for `charts`."""
        s, told = self.session, told or self._tell()
        times = s.timeline
        marks = [(step, kind, spell(words)) for step, kind, words in times.pop("marks", ())]
        return {
            **told, "status": spell(told["status"]), "message": self._message, "refused": s.refused,
            "grounds": s.grounds, "early": s.early, "playing": s.playing, "focus": s.focus, "seeds": s.choices,
            "iteration": s.iteration, "answered": self._tell_answered(), **s.offers, **times, "marks": marks,
            **s.sorting,
        }  # fmt: skip

    @property
    def _message(self) -> str:
        s = self.session
        waits = s.changed and not s.playing and s.left
        return spell(s.message) + "; press Play" * waits

    def _tell_answered(self) -> dict[str, int]:
        self._answered = self.view.viewers.answered.copy()
        return self._answered

    def answer(self) -> None:
        """Tell the page that what it has asked for is done, unless a frame has told it, or soon does."""
        if not self._stale and self.view.viewers.answered != self._answered:
            self.tell()

    def page(self) -> bytes:
        """Return a page that replays the present runs up to now, without Python and without a network."""
        self.charts()
        return self.recording.html(self.session.title, self.session.about)

    def show(self) -> None:
        """Send a new frame, at once if the page is ready for one: the session has changed."""
        self._stale = True
        self.refresh()

    def show_stored(self, iteration: int) -> int:
        """Send the stored frame that is nearest to an iteration; return its own iteration."""
        frame = self.recording.find(iteration)
        self._wire.forget()  # the next frame of the session is a complete one
        content, buffers = frame.message()
        words = {name: words for name, words in frame.words.items() if name not in ("recipe", "stretch")}
        seen = {"message": f"looking back; play continues from iteration {frame.iteration:,}", "refused": False}
        shown = {**self.words(), **words, **seen, "at": frame.iteration, "iteration": frame.iteration}
        self.view.show({**shown, **content}, buffers)
        return frame.iteration

    def show_in_turn(self) -> None:
        """Send a new frame; while something plays, only if it is time for one."""
        self._stale = True
        if not self.session.playing or self._clock() >= self._next:
            self.refresh()

    def put_opening(self) -> None:
        """Put the present frame into the state of the view: a page paints it before this kernel has time to answer."""
        content, buffers = Wire().message(self.charts())
        self.view.opening = {**self.words(), **content, "frame": 0, "buffers": buffers}

    def show_all(self) -> None:
        """Send a complete frame, which needs no earlier one, to a new page."""
        self.view.opening = None  # it would soon be of the past
        self._wire.forget()
        self.show()

    def refresh(self) -> None:
        """Send a frame if the session has changed and the page is ready for one."""
        if not (self._stale and self.view.viewers.ready):
            return
        self._stale = False
        start = self._clock()
        told = self._tell()
        content, buffers = self._wire.message(self.charts(told))
        self.view.show({**self.words(told), **content}, buffers)
        end = self._clock()
        frame = max(FRAME_SECONDS, HASTE * self.view.viewers.pace)
        in_turn = min(max(self._next, start - frame / 2), start)  # the next comes sooner after one that is a bit late
        self._next = max(in_turn + frame, end + (end - start) / 2)

    def tell(self, **other: Any) -> None:
        """Send the words without a frame, some of them other ones."""
        self.view.send({**self.words(), **other})
