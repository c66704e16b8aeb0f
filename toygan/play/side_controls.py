"""The controls of recipes side by side: one of a setting that all sides share, one a side of one that differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as w

from toygan.panels.sides import LETTERS
from toygan.play.controls import AnyControl, control, lock
from toygan.play.twins_session import TwinsSession

Wanted = Callable[[str, Any, Sequence[int] | None], None]  # (field, value, sides or None for all)

ALL = -1  # the choice of all sides


class SideControls:
    """A choice of the sides that the shared controls change, and the controls.

    A setting that differs, or has differed since the last reset, has a control a side. `wanted` gets what the user
    chooses, `show` the controls if there are others.
    """

    def __init__(
        self, names: Sequence[str], session: TwinsSession, wanted: Wanted, show: Callable[[list[AnyControl]], None],
        locked: Sequence[str] = (),
    ) -> None:  # fmt: skip
        self._locked = locked
        self._names, self._session, self._wanted, self._show = list(names), session, wanted, show
        self._apart: set[str] = set()
        self._key: object = None
        self.controls: list[AnyControl] = []
        self.sides: list[int] = []  # of each control; ALL for a shared one
        self.target = w.ToggleButtons(
            options=[("all", ALL)], style={"button_width": "auto"}, layout={"width": "auto"},
            tooltips=["the shared settings change in all sides"],
        )  # fmt: skip
        self.target.add_class("toygan-target")
        self.choice = w.HBox([w.Label("Settings of"), self.target])
        self.show()

    @property
    def chosen(self) -> int:
        """The side that was chosen, or ALL."""
        return int(self.target.value)

    def forget(self) -> None:
        """Let settings that no longer differ be shared again."""
        self._apart.clear()

    def show(self) -> None:
        """Make the controls agree with the sides."""
        s = self._session
        self._apart |= {_root(field) for field in s.differing}
        key = s.sides, frozenset(self._apart)
        if key != self._key:
            self._build(key)
        recipes = s.recipes
        for c, side in zip(self.controls, self.sides, strict=True):
            c.show(recipes[max(side, 0)])

    def _build(self, key: tuple[int, frozenset[str]]) -> None:
        """Make the controls again, since there are others now."""
        sides, self._key = key[0], key
        recipes, old = self._session.recipes, self.controls
        options = [("all", ALL), *((LETTERS[i], i) for i in range(sides))]
        if len(options) != len(self.target.options):
            self.target.tooltips = [
                "the shared settings change in all sides", *(f"they change in {LETTERS[i]} alone" for i in range(sides))
            ]  # fmt: skip
            self.target.options = options
        self.choice.layout.display = None if sides > 1 else "none"
        self.controls, self.sides = [], []
        for name in self._names:
            apart = sides > 1 and _root(name) in self._apart
            for side in range(sides) if apart else [ALL]:
                prefix = f"{LETTERS[side]}: " if apart else ""
                changed = self._change_of(side)
                self.controls.append(control(name, recipes[max(side, 0)], changed, self._session.seeds, prefix))
                if apart:
                    self.controls[-1].widget.add_class(f"toygan-side-{LETTERS[side]}")
                self.sides.append(side)
        lock(self.controls, self._locked)
        self._show(self.controls)
        for c in old:
            c.widget.close()

    def _change_of(self, side: int) -> Callable[[str, Any], None]:
        def changed(field: str, value: Any) -> None:
            chosen = self.chosen if side == ALL else side
            self._wanted(field, value, None if chosen == ALL else [chosen])

        return changed


def _root(field: str) -> str:
    return field.partition(".")[0]
