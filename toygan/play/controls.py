"""Widgets made from a recipe's fields: the knob of a field decides the form of its control."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets as w

from toygan.parts.menu import Menu, summary
from toygan.parts.regularizers import REGULARIZERS
from toygan.play.inputs import Entry, MenuInput, NumberInput, TickInput
from toygan.recipe import FIELDS, KNOBS, Knob, Recipe, RecipeError, parse
from toygan.text import round_to

Changed = Callable[[str, Any], None]  # (field, value) that the user has chosen

RESTARTS = " ↻"  # marks fields whose change restarts the run
STOPS = 200  # of a slider that is not logarithmic
USED, MOST_USED = "Used here", 8  # the group of what a menu does not have, and the most of its entries
FEW = 12  # entries of a menu that needs no groups
WIDTH = {"width": "auto"}  # of the grid's column


class Control:
    """One field of a recipe as a widget: it calls `changed` with the user's choice, and can show a recipe."""

    def __init__(self, field: str, recipe: Recipe, changed: Changed, prefix: str = "") -> None:
        self.field = field
        self._changed = changed
        self._syncing = False  # True while the widget follows the recipe
        self.widget = _build(field, KNOBS[field], getattr(recipe, field), self._type)
        self.widget.label, self.widget.tip = prefix + self.widget.label, prefix + self.widget.tip
        self.widget.add_class(f"toygan-{field}")
        self._used: list[Entry] = []  # with arguments or data of their own, the newest first
        self.show(recipe)
        self.widget.observe(self._send, "value")

    def _send(self, change: Any) -> None:
        if not self._syncing:
            self._changed(self.field, _in_type(self.field, change.new))

    def _type(self, text: str) -> None:
        """Ask for a value as it was typed: what cannot be read is refused as text, with the reason."""
        try:
            value = parse(self.field, text)
        except RecipeError:
            value = text
        self._changed(self.field, value)

    def show(self, recipe: Recipe) -> None:
        """Make the widget agree with the recipe."""
        self._syncing = True
        value = getattr(recipe, self.field)
        if isinstance(self.widget, MenuInput):
            self._remember(value)
        self.widget.value = value
        self._syncing = False

    def _remember(self, spec: str) -> None:
        """Add a spec that is not in the menu, by the name that people read."""
        groups = self.widget.groups
        if spec and all(entry["value"] != spec for group in groups for entry in group["entries"]):
            self._used = [Entry(spec, KNOBS[self.field].describe(spec)), *self._used][:MOST_USED]
            others = [group for group in groups if group["name"] != USED]
            self.widget.groups = [*MenuInput.pack({USED: self._used}), *others]

    def lock(self) -> None:
        """Let the page show the value, and not change it."""
        self.widget.disabled = True


class StrengthControl:
    """One regularizer: a check box, and a number for its strength, which stays while the box is not checked."""

    def __init__(self, name: str, changed: Changed, prefix: str = "") -> None:
        self.name, self.field, self._changed = name, f"regularizers.{name}", changed
        part = REGULARIZERS.make(name)
        low, usual, high = part.strengths
        label = prefix + name + (RESTARTS if part.structural else "")
        self.tick = TickInput(label=label, tip=summary(name, part), layout=WIDTH)
        self.number = NumberInput(
            self._type, value=usual, tip=f"{prefix}strength of {name}", continuous=not part.structural, disabled=True,
            stops=list(range(int(low), int(high) + 1)) if part.whole else _decades(low, high), layout={"flex": "1"},
        )  # fmt: skip
        self.widget = w.HBox([self.tick, self.number], layout=WIDTH)
        self.widget.add_class(f"toygan-regularizers-{name}")
        self._syncing = self._locked = False  # True while the row follows the recipe
        self.tick.observe(self._send, "value")
        self.number.observe(self._send, "value")

    def _send(self, _: Any) -> None:
        self.number.disabled = self._locked or not self.tick.value
        if not self._syncing:
            self._changed(self.field, self.number.value if self.tick.value else None)

    def _type(self, text: str) -> None:
        try:
            value: Any = parse("lr_g", text)  # of any number
        except RecipeError:
            value = text
        self._changed(self.field, value)

    def show(self, recipe: Recipe) -> None:
        """Make the row agree with the recipe."""
        strength = recipe.regularizers.get(self.name)
        self._syncing = True
        if strength is not None:
            self.number.value = strength
        self.tick.value = strength is not None
        self._syncing = False

    def lock(self) -> None:
        """Let the page show the strength, and not change it."""
        self._locked = self.tick.disabled = self.number.disabled = True


class RegularizerControls:
    """Any number of regularizers: a menu to add one, and a row for each that has been added."""

    field = "regularizers"

    def __init__(self, recipe: Recipe, changed: Changed, prefix: str = "") -> None:
        self._changed, self._prefix = changed, prefix
        self.rows: dict[str, StrengthControl] = {}
        self._knob, self._locked = KNOBS[self.field], False
        self.menu = MenuInput(
            self._add, label=f"{prefix}Regularizers", tip=prefix + self._knob.help, placeholder="add a regularizer",
            layout=WIDTH,
        )  # fmt: skip
        self.widget = w.Box(layout={"display": "contents"})  # its parts take places in the grid that it stands in
        self.widget.add_class("toygan-regularizers")
        self.show(recipe)
        self.menu.observe(lambda change: self._add(change.new) if change.new else None, "value")

    def _add(self, name: str) -> None:
        if name not in self.rows:
            try:
                self._grow([name])
            except ValueError:  # the run refuses it, with the reason
                self._changed(f"{self.field}.{name}", 1.0)
        if name in self.rows:
            self.rows[name].tick.value = True
        self.menu.value = ""

    def _grow(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.rows:
                self.rows[name] = StrengthControl(name, self._changed, self._prefix)
                if self._locked:
                    self.rows[name].lock()
        self.menu.groups = group_entries(self._knob, leave_out=self.rows)
        self.widget.children = [self.menu, *(row.widget for row in self.rows.values())]

    def show(self, recipe: Recipe) -> None:
        """Make the rows agree with the recipe."""
        self._grow(recipe.regularizers)
        for row in self.rows.values():
            row.show(recipe)

    def lock(self) -> None:
        """Let the page show the strengths, and not change them."""
        self._locked = self.menu.disabled = True
        for row in self.rows.values():
            row.lock()


AnyControl = Control | StrengthControl | RegularizerControls


def lock(controls: Iterable[AnyControl], fields: Sequence[str]) -> None:
    """Lock the controls of these fields."""
    for c in controls:
        if c.field in fields or c.field.partition(".")[0] in fields:
            c.lock()


def check_controls(names: Sequence[str]) -> list[str]:
    """Return the names of controls as a list; RecipeError if one is not a field or a regularizer."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise RecipeError("controls", names, 'must be a list of fields, such as ["loss", "lr_g"]')
    several = list(names)
    for name in several:
        _check_control(name)
    return several


def _check_control(name: str) -> None:
    field, dot, regularizer = str(name).partition(".")
    if dot and field == "regularizers":
        try:
            REGULARIZERS.make(regularizer)
        except ValueError as error:
            raise RecipeError("controls", name, str(error)) from None
    elif name not in FIELDS:
        allowed = f"is not a field of a recipe; allowed: {', '.join(FIELDS)}, regularizers.<name>"
        raise RecipeError("controls", name, allowed)


def control(name: str, recipe: Recipe, changed: Changed, seeds: int = 1, prefix: str = "") -> AnyControl:
    """Return the control of a field, or of a regularizer as "regularizers.r1", with a prefix to its name.

    If several `seeds` train, that of the seed sets the first of them.
    """
    _, dot, regularizer = name.partition(".")
    if dot:
        row = StrengthControl(regularizer, changed, prefix)
        row.show(recipe)
        return row
    if name == "regularizers":
        return RegularizerControls(recipe, changed, prefix)
    found = Control(name, recipe, changed, prefix)
    if name == "seed" and seeds > 1:
        found.widget.label = "First seed" + RESTARTS
        found.widget.tip += f"; {seeds} seeds train, this one and those that follow it (keys n and p show them)"
    return found


def _build(name: str, knob: Knob, value: Any, typed: Callable[[str], None]) -> Any:
    """Return the widget for one knob, holding the value."""
    effect = "" if knob.live else " (a change restarts the run)"
    common: dict[str, Any] = {
        "label": knob.label + ("" if knob.live else RESTARTS), "tip": f"{name}: {knob.help}{effect}", "value": value,
        "layout": WIDTH,
    }  # fmt: skip
    if knob.menu is not None:
        return MenuInput(typed, groups=group_entries(knob), **common)
    return NumberInput(typed, stops=stops_of(name, knob), continuous=knob.live, **common)


def _in_type(field: str, value: Any) -> Any:
    """Convert a number of the page to the type of its field."""
    return int(value) if FIELDS[field].type == "int" and float(value).is_integer() else value


def stops_of(name: str, knob: Knob) -> list[float]:
    """Return the values at which the slider of a number stops, rising."""
    low, high = knob.slider or (knob.low or 0, knob.high or 1)
    whole = FIELDS[name].type == "int"
    if whole and knob.log:
        return [2.0**i for i in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    if whole:
        return [float(x) for x in range(int(low), int(high) + 1, max(1, int(high - low) // STOPS))]
    if knob.log:
        return _decades(low, high)
    digits = 3 - math.ceil(math.log10(high - low))
    return sorted({round(low + i * (high - low) / STOPS, digits) for i in range(STOPS + 1)})


def _decades(low: float, high: float) -> list[float]:
    """Return ten numbers a decade, rounded to two digits, both ends among them."""
    first, last = math.ceil(10 * math.log10(low)), math.floor(10 * math.log10(high))
    return sorted({low, high, *(round_to(10 ** (k / 10), 2) for k in range(first, last + 1))})


def group_entries(knob: Knob, leave_out: Iterable[str] = ()) -> list[dict[str, Any]]:
    """Return the entries of a menu in groups: those to begin with, then the others by the module that defines them."""
    menu = knob.menu if knob.menu is not None else Menu[Any]()
    left = [name for name in menu if name not in leave_out]
    first = [spec for spec in knob.first if spec not in leave_out]
    groups: dict[str, list[Entry]] = {"": [Entry("", knob.unset)]} if knob.unset else {}
    if first:
        groups["To begin with"] = [_entry(menu, spec) for spec in first]
    for name in left:
        if name not in first:
            groups.setdefault(_group(menu[name]) if len(menu) > FEW else "", []).append(_entry(menu, name))
    return MenuInput.pack(groups)


def _entry(menu: Menu[Any], spec: str) -> Entry:
    part = menu.make(spec)
    asks = getattr(part, "asks", "")
    return Entry(
        spec, spec, summary(spec, part).replace("`", ""), f"{spec}({asks}={getattr(part, asks)!r})" if asks else ""
    )


def _group(part: Any) -> str:
    """Return the first words of the module that defines a part: up to its first colon, comma or full stop."""
    module = type(part).__module__
    if not module.startswith("toygan."):
        return "Your own"
    about = sys.modules[module].__doc__ or module
    return min((about.partition(mark)[0] for mark in ":;,."), key=len)
