"""A card below the picture: a button that opens it, and a text with formulas that follows the run."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import ipywidgets as w

from toygan.runs.fleet import Clock

REST_SECONDS = 2.0  # from one text to the next while a run plays: a page needs some time to set formulas


class Card(w.VBox):  # type: ignore[misc]
    """A text that is made only while the card is open.

    Args:
        title: Words on the button.
        tip: What the button shows.
        text: Returns the present text as HTML, with formulas between dollar signs.
        post: What calls a function in the thread of the run.
        clock: Seconds since some moment.
        above: Widgets above the text, such as a button.
    """

    def __init__(
        self, title: str, tip: str, text: Callable[[], str], post: Callable[..., None],
        clock: Clock = time.monotonic, above: Sequence[w.Widget] = (),
    ) -> None:  # fmt: skip
        self._above = above
        self._text, self._clock, self._key, self._next = text, clock, object(), 0.0
        self.button = w.ToggleButton(description=title, tooltip=tip, layout={"width": "auto"})
        self.button.observe(lambda _: post(self._turn), "value")
        self.body = w.HTMLMath()
        super().__init__([self.button])
        self.add_class("toygan-card")

    @property
    def folded(self) -> list[w.Widget]:
        """The widgets that the page does not show now."""
        return [] if self.button.value else [*self._above, self.body]

    def _turn(self) -> None:
        if self.button.value:
            self._write()
        self.children = [self.button, *self._above, self.body] if self.button.value else [self.button]

    def follow(self, key: object, playing: bool) -> None:
        """Write the text again if `key`, all that decides it, has changed; while something plays, not too often."""
        if key == self._key or not self.button.value or (playing and self._clock() < self._next):
            return
        self._key = key
        self._write()

    def _write(self) -> None:
        self.body.value = self._text()
        self._next = self._clock() + REST_SECONDS
