"""A button that looks for a remedy beside the run, its progress, and what was found: a button for each remedy."""

from __future__ import annotations

import threading
from collections.abc import Callable
from html import escape

import ipywidgets as w

from toygan.measure.tables import describe_values
from toygan.measure.words import percent
from toygan.remedy import FoundRemedies, RemedySearch, TriedRemedy
from toygan.remedy.find import Progress
from toygan.runs.record import DISTANCE
from toygan.text import describe_error, format_number

FIND, STOP = "Find a remedy", "Stop the search"
TIP = "try changes of the settings on copies of this run, for about a minute, in other processes"
BETWEEN = " \N{MIDDLE DOT} "
WIDE, SIDE = {"flex": "1 1 0", "min_width": "0"}, {"flex": "0 0 42%"}


class RemedyList(w.VBox):  # type: ignore[misc]
    """The remedies that a search has found for a run, each a button that applies it.

    Args:
        find: What is called if the button is pressed while nothing is searched.
        adopt: What is called with a remedy that is to be applied.
        post: What calls a function in the thread of the run.
    """

    def __init__(
        self, find: Callable[[], None], adopt: Callable[[TriedRemedy], None], post: Callable[..., None]
    ) -> None:
        self._find, self._adopt, self._post = find, adopt, post
        self._running: RemedySearch | None = None
        self.found: FoundRemedies | None = None
        self.button = w.Button(description=FIND, icon="search", tooltip=TIP, layout={"width": "auto"})
        self.button.add_class("toygan-find")
        self.button.on_click(lambda _: self._press())
        self.line = w.HTML(layout=WIDE)
        self._head = w.HBox([self.button, self.line])
        super().__init__([self._head])
        self.add_class("toygan-remedies")

    def _press(self) -> None:
        if self._running is None:
            self._post(self._find)
        else:
            self.stop()

    def search(self, search: RemedySearch) -> None:
        """Run a search in a thread of its own, in place of one that is at work, and show what it finds."""
        self.stop()
        self._running = search
        search.followed = lambda progress: self._post(self._show_progress, search, progress)  # type: ignore[method-assign]
        self.children = [self._head]
        self.button.description, self.button.icon = STOP, "stop"
        self._say("starting")
        threading.Thread(target=self._work, args=(search,), name="toygan remedy", daemon=True).start()

    def _work(self, search: RemedySearch) -> None:
        try:
            found: FoundRemedies | str = search.run()
        except Exception as error:
            found = describe_error(error)
        self._post(self._show_end, search, found)

    def stop(self) -> None:
        """End the search that is at work: what it has found is shown."""
        if self._running is not None:
            self._running.stop()

    def _say(self, words: str) -> None:
        self.line.value = f"<span class='toygan-progress'>{escape(words)}</span>"

    def _show_progress(self, search: RemedySearch, progress: Progress) -> None:
        if search is self._running:
            best = f"{BETWEEN}best so far: {progress.best}" * bool(progress.best)
            self._say(f"{percent(progress.share)}: {progress.words}{best}")

    def _show_end(self, search: RemedySearch, found: FoundRemedies | str) -> None:
        if search is not self._running:
            return
        self._running = None
        self.button.description, self.button.icon = FIND, "search"
        if isinstance(found, str):
            self._say(found)
            return
        self.found = found
        self._say(found.summary)
        self.children = [self._head, *map(self._row, found.rows)]

    def _row(self, row: TriedRemedy) -> w.HBox:
        """Return the button of a remedy, with its numbers."""
        button = w.Button(description=row.words, tooltip=f"apply {row.words}, {row.start}", layout=SIDE)
        button.on_click(lambda _: self._post(self._adopt, row))
        before, after = format_number(row.distances_before.mean()), describe_values(row.distances)
        healthy = f"healthy in {row.healthy.sum()} of {len(row.healthy)} seeds"
        parts = [
            row.start,
            f"{DISTANCE} {before} to {after}",
            healthy,
            f"takes {format_number(row.time, 2)} x the time",
        ]
        words = BETWEEN.join(parts if row.helps else ["does not help clearly", *parts])
        return w.HBox([button, w.HTML(f"<span>{escape(words)}</span>", layout=WIDE)])
