"""A playground as one widget, for front ends that show widgets one at a time, or lack those of ipywidgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import anywidget
import ipywidgets as w
import traitlets

from toygan.chart import page
from toygan.play.inputs import STYLE
from toygan.play.view import View

FOLDER = Path(__file__).parent
LOOKS = ("flex", "display")  # of a layout, by the names that CSS has for them


class Whole(anywidget.AnyWidget):
    """The parts of a playground that draw themselves, in one widget: those that need ipywidgets' own are left out.

    The parts are no copies: `tree` names them, and the page asks each to draw itself here, too.
    """

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "whole.js")
    _css = f"{View._css}\n{STYLE}\n{(FOLDER / 'whole.css').read_text(encoding='utf-8')}"
    tree: Any = traitlets.Dict().tag(sync=True)  # each part with its classes and looks, and its name or its own parts

    def __init__(self, top: w.Box) -> None:
        self._top, self._followed = top, set[w.Box]()
        super().__init__(tree=self._tell(top))

    def _follow(self, box: w.Box) -> None:
        """Note a box, whose parts may change."""
        if box not in self._followed:
            self._followed.add(box)
            box.observe(self._renew, "children")

    def _renew(self, _: Any) -> None:
        self.tree = self._tell(self._top)

    def _tell(self, part: w.Widget) -> dict[str, Any] | None:
        """Return what the page needs to know of a part; None if nothing in it draws itself."""
        looks = {name: value for name in LOOKS if (value := getattr(part.layout, name)) is not None}
        told: dict[str, Any] = {"classes": list(part._dom_classes), "looks": looks}
        if isinstance(part, anywidget.AnyWidget):
            return told | {"name": f"anywidget:{part.model_id}"}
        if not isinstance(part, w.Box):
            return None
        self._follow(part)
        if isinstance(part, w.HBox):
            told["classes"].append("widget-hbox")
        parts = [inside for child in part.children if (inside := self._tell(child)) is not None]
        return told | {"parts": parts} if parts else None
