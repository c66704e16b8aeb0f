"""The live picture in the page: it gets frames no faster than the page paints them, and knows whether anyone looks."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from toygan.chart import page
from toygan.knobs import check_count
from toygan.panels.layers import ARROWS, LABELS

IN_FLIGHT = 10  # frames sent that no page has yet acknowledged; it acknowledges one in six
PATIENCE_SECONDS = 10.0  # without any sign from a page before it counts as closed
GRACE_SECONDS = 2.0  # in which a page may take one view away and put up another
PULSE_SECONDS = 1.0  # from one frame to the next if all pages are hidden: enough to know that they are there

FEWEST_PIXELS, MOST_PIXELS = 100, 3000  # of a side of the picture

FOLDER = Path(__file__).parent
SAYS: dict[str, type] = {
    "view": str, "here": bool, "gone": bool, "hidden": bool, "shown": int, "pace": int, "do": str, "focus": int,
    "at": int, "layer": str, "sort": str, "ask": int,
}  # fmt: skip
BUTTONS = (
    "play", "step", "step-d", "step-g", "slow", "reset", "apply", "undo", "compare", "all", "pin", "unpin", "share",
    "draw",
)  # fmt: skip


def check_message(content: Any, seeds: int = 1) -> bool:
    """Return True for a message that a view of this many seeds sends; any other gets a line in the log."""
    if (
        isinstance(content, dict)
        and "view" in content
        and all(type(value) is SAYS.get(name) for name, value in content.items())
        and content.get("do", "play") in BUTTONS
        and 0 <= content.get("focus", 0) < seeds
        and content.get("pace", 0) >= 0
        and content.get("at", 0) >= 0
        and content.get("layer", ARROWS) in LABELS
    ):
        return True
    logging.getLogger("toygan").warning("ignored a message of the page: %.200r", content)
    return False


@dataclass(frozen=True)
class Viewer:
    """One view in a page, as last heard."""

    shown: int  # the last frame that it is known to have painted
    heard: float  # when it last gave a sign, or was last owed nothing
    hidden: bool = False
    pace: float = 0.0  # seconds from one frame that it paints to the next, while frames keep coming; 0: not known


class Viewers:
    """The views that show a picture, and the frames that they have painted."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._views: dict[str, Viewer] = {}
        self.answered: dict[str, int] = {}  # the last thing that each view has asked for and that was done
        self._sent_at = 0.0
        self.sent = 0
        self.expect()

    def expect(self) -> None:
        """Give the first view the time that it may take to come up."""
        self._empty_since = self._clock() + PATIENCE_SECONDS - GRACE_SECONDS

    def hear(self, content: dict[str, Any]) -> None:
        """Note a message of a view: that it is here, the frame it has painted, that it is hidden, that it is gone."""
        name = content["view"]
        if content.get("gone"):
            self._forget(name)
            return
        old = self._views.get(name) or Viewer(self.sent, 0)
        shown = max(old.shown, min(content.get("shown", 0), self.sent))
        pace = min(content.get("pace", 0) / 1000, PULSE_SECONDS)
        self._views[name] = Viewer(shown, self._clock(), content.get("hidden", old.hidden), pace)

    def answer(self, content: dict[str, Any]) -> None:
        """Note that what a view asks for is done: the next words tell it."""
        if "ask" in content and content["view"] in self._views:
            self.answered[content["view"]] = content["ask"]

    def _forget(self, name: str) -> None:
        self.answered.pop(name, None)
        if self._views.pop(name, None) and not self._views:
            self._empty_since = self._clock()

    def send(self) -> int:
        """Return the number of the next frame, which is sent now."""
        now = self._clock()
        for name, viewer in self._views.items():
            if viewer.shown == self.sent:  # until now there was nothing to answer
                self._views[name] = replace(viewer, heard=now)
        self._sent_at = now
        self.sent += 1
        return self.sent

    @property
    def here(self) -> bool:
        """True once a view has said that it is here, until it is gone."""
        return bool(self._views)

    @property
    def ready(self) -> bool:
        """True if a page that is seen would paint a frame soon; False if there is no view."""
        seen = [viewer for viewer in self._views.values() if not viewer.hidden]
        if not seen:
            return bool(self._views) and self._clock() - self._sent_at >= PULSE_SECONDS
        return self.sent - min(viewer.shown for viewer in seen) < IN_FLIGHT

    @property
    def pace(self) -> float:
        """Seconds from one frame to the next in the slowest page that is seen: it skips what comes sooner."""
        return max((viewer.pace for viewer in self._views.values() if not viewer.hidden), default=0.0)

    @property
    def present(self) -> bool:
        """True if a page shows the view, or may be about to; views that no longer answer do not count."""
        now = self._clock()
        for name, viewer in list(self._views.items()):
            if viewer.shown < self.sent and now - viewer.heard > PATIENCE_SECONDS:
                self._forget(name)
        return bool(self._views) or now - self._empty_since < GRACE_SECONDS


def check_size(width: int, height: int) -> None:
    """Raise RecipeError unless a picture of this size can be shown and painted."""
    check_count("width", width, MOST_PIXELS, FEWEST_PIXELS)
    check_count("height", height, MOST_PIXELS, FEWEST_PIXELS)


class View(anywidget.AnyWidget):
    """The element `toygan-view` between a bar of buttons and a diagnosis; `heard` gets what the page says.

    A view says {"view": its name} and one of {"here": true}, {"shown": frame, "hidden": whether its page is,
    "pace": milliseconds from one painted frame to the next},
    {"do": one of BUTTONS}, {"focus": the member to show, of `seeds`}, {"at": an iteration to look back at},
    {"layer": the layer of a chart to switch on or off},
    {"sort": what all seeds are to be sorted by},
    {"gone": true}. What is to be answered has a number, "ask"; the words have it, in "answered", once that is done.
    It is sent words (`Sender.words`), and with them, in a frame, a message of `chart.wire` under its number. Before the
    first one it shows `opening`, if that is there.
    """

    _esm = page.build_script(*(FOLDER / f"{name}.js" for name in ("timeline", "seeds", "more", "tour", "busy", "view")))
    _css = page.build_stylesheet(
        *(FOLDER / f"{name}.css" for name in ("view", "timeline", "seeds", "card", "more", "tour"))
    )
    width = traitlets.Int().tag(sync=True)  # of the picture, in pixels; their ratio is its shape
    height = traitlets.Int().tag(sync=True)
    acts: Any = traitlets.List(traitlets.Unicode()).tag(
        sync=True
    )  # at "Step" and behind "More", by the names of `view.js`
    opening: Any = traitlets.Dict(default_value=None, allow_none=True).tag(
        sync=True
    )  # a whole frame with its "buffers"
    present = traitlets.Bool(False).tag(sync=True)  # True: nothing but the picture, Play, the iteration and the verdict

    def __init__(self, heard: Callable[[dict[str, Any]], None], width: int, height: int, seeds: int = 1) -> None:
        super().__init__(width=width, height=height)
        self.viewers = Viewers()
        self.on_msg(lambda _, content, buffers: heard(content) if check_message(content, seeds) else None)

    def show(self, content: dict[str, Any], buffers: list[bytes]) -> None:
        """Send a frame."""
        self.send({**content, "frame": self.viewers.send()}, buffers)
