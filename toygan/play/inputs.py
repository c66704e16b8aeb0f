"""Inputs that draw themselves: a number that can be typed, a menu in groups with a line an entry, and a tick.

Front ends that lack ipywidgets' own inputs, or have old ones, show these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import anywidget
import traitlets

from toygan.chart import page
from toygan.text import format_number

FOLDER = Path(__file__).parent
STYLE = (FOLDER / "inputs.css").read_text(encoding="utf-8")


class Input(anywidget.AnyWidget):
    """A widget with a label, a tooltip, and typed text, which `typed` takes."""

    _css = STYLE
    label = traitlets.Unicode().tag(sync=True)
    tip = traitlets.Unicode().tag(sync=True)

    def __init__(self, typed: Callable[[str], None], **traits: Any) -> None:
        super().__init__(**traits)
        self._typed = typed
        self.on_msg(lambda _, content, buffers: self._hear(content))

    def _hear(self, content: Any) -> None:
        text = content.get("typed") if isinstance(content, dict) else None
        if isinstance(text, str):
            self._typed(text.strip())
            self.send({})  # the page shows the value that holds, also if it is the one before


class NumberInput(Input):
    """A slider over some stops beside a field that takes any number."""

    _esm = page.join_modules(page.FOLDER / "elements.js", page.FOLDER / "scales.js", FOLDER / "number.js")
    value = traitlets.Union([traitlets.Int(), traitlets.Float()]).tag(sync=True)
    shown = traitlets.Unicode().tag(sync=True)  # the value as text: a page cannot hold all digits of a seed
    stops = traitlets.List(traitlets.Float()).tag(sync=True)  # rising
    continuous = traitlets.Bool(True).tag(sync=True)  # True sends values while the slider is dragged
    disabled = traitlets.Bool(False).tag(sync=True)

    @traitlets.observe("value")
    def _write(self, change: Any) -> None:
        self.shown = str(change.new) if isinstance(change.new, int) else format_number(change.new, 6).replace(",", "")


class TickInput(anywidget.AnyWidget):
    """A box to tick, with a name."""

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "tick.js")
    _css = STYLE
    label = traitlets.Unicode().tag(sync=True)
    tip = traitlets.Unicode().tag(sync=True)
    value = traitlets.Bool(False).tag(sync=True)
    disabled = traitlets.Bool(False).tag(sync=True)


class Entry(NamedTuple):
    """An entry of a menu: its value, its name, a line about it, and, if it needs arguments, the text to begin with."""

    value: str
    label: str
    text: str = ""
    start: str = ""


class MenuInput(Input):
    """A button that shows the value, and opens a list in groups that is searched by typing.

    With words in `offer`, a button below it has them; a click on it calls `asked`.
    """

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "menu.js")
    value = traitlets.Unicode().tag(sync=True)
    groups: Any = traitlets.List().tag(sync=True)
    placeholder = traitlets.Unicode().tag(sync=True)  # on the button if the value is empty and not an entry
    disabled = traitlets.Bool(False).tag(sync=True)
    hint = traitlets.Unicode("search, or type a name with arguments").tag(sync=True)
    offer = traitlets.Unicode().tag(sync=True)
    offer_tip = traitlets.Unicode().tag(sync=True)
    asked: Callable[[], None] | None = None

    def _hear(self, content: Any) -> None:
        super()._hear(content)
        if isinstance(content, dict) and content.get("asked") is True and self.asked is not None and self.offer:
            self.asked()

    @staticmethod
    def pack(groups: Mapping[str, Iterable[Entry]]) -> list[dict[str, Any]]:
        """Return groups of entries by name in the form that the page reads."""
        return [{"name": name, "entries": [entry._asdict() for entry in entries]} for name, entries in groups.items()]

    @property
    def values(self) -> Sequence[str]:
        """The values of all entries that need no arguments."""
        return [entry["value"] for group in self.groups for entry in group["entries"] if not entry["start"]]
