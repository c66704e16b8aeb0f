"""Widgets made from a recipe's fields: the knob of a field decides the form of its control."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import ipywidgets as w

from toygan.parts.regularizers import REGULARIZERS
from toygan.recipe import FIELDS, KNOBS, Knob, Recipe, RecipeError
from toygan.text import round_to

Changed = Callable[[str, Any], None]  # (field, value) that the user has chosen

ADD = "add a regularizer …"
RESTARTS = " ↻"  # marks fields whose change restarts the run
WIDTH = {"width": "auto"}  # of the grid's column
GRID = {"display": "grid", "grid_template_columns": "repeat(auto-fill, minmax(270px, 1fr))", "width": "100%"}
LABEL = {"description_width": "84px"}


class Control:
    """One field of a recipe as a widget: it calls `changed` with the user's choice, and can show a recipe."""

    def __init__(self, field: str, recipe: Recipe, changed: Changed) -> None:
        self.field = field
        self.widget = _widget(field, KNOBS[field], getattr(recipe, field))
        self.widget.add_class(f"toygan-{field}")
        self._syncing = False  # True while the widget follows the recipe
        self._changed = changed
        self.widget.observe(self._send, "value")

    def _send(self, change: Any) -> None:
        if not self._syncing:
            self._changed(self.field, change.new)

    def show(self, recipe: Recipe) -> None:
        """Make the widget agree with the recipe."""
        self._syncing = True
        _put(self.widget, getattr(recipe, self.field))
        self._syncing = False


class StrengthControl:
    """One regularizer: a check box, and a slider for its strength, which stays while the box is not checked."""

    def __init__(self, name: str, changed: Changed) -> None:
        self.name, self.field, self._changed = name, f"regularizers.{name}", changed
        part = REGULARIZERS.make(name)
        low, usual, high = part.strengths
        tip = " ".join((part.__doc__ or "").split("\n\n")[0].split())
        label = name + (RESTARTS if part.structural else "")
        self.tick = w.Checkbox(False, description=label, indent=False, tooltip=tip, layout={"width": "auto"})
        how = {"tooltip": f"strength of {name}", "continuous_update": not part.structural, "layout": {"flex": "1"}}
        self.slider = (
            w.IntSlider(int(usual), min=int(low), max=int(high), disabled=True, **how)
            if part.whole
            else w.SelectionSlider(options=_decades(low, high, usual), value=usual, disabled=True, **how)
        )
        self.widget = w.HBox([self.tick, self.slider], layout=WIDTH)
        self.widget.add_class(f"toygan-regularizers-{name}")
        self._syncing = False  # True while the row follows the recipe
        self.tick.observe(self._send, "value")
        self.slider.observe(self._send, "value")

    def _send(self, _: Any) -> None:
        self.slider.disabled = not self.tick.value
        if not self._syncing:
            self._changed(self.field, self.slider.value if self.tick.value else None)

    def show(self, recipe: Recipe) -> None:
        """Make the row agree with the recipe."""
        strength = recipe.regularizers.get(self.name)
        self._syncing = True
        if strength is not None:
            _put(self.slider, int(strength) if isinstance(self.slider, w.IntSlider) else strength)
        self.tick.value = strength is not None
        self._syncing = False


class RegularizerControls:
    """Any number of regularizers: a menu to add one, and a row for each that has been added."""

    field = "regularizers"

    def __init__(self, recipe: Recipe, changed: Changed) -> None:
        self._changed = changed
        self.rows: dict[str, StrengthControl] = {}
        tip = KNOBS[self.field].help
        self.menu = w.Dropdown(options=[ADD], description=self.field, tooltip=tip, style=LABEL, layout=WIDTH)
        self.widget = w.Box(layout={"display": "contents"})  # its parts take places in the grid that it stands in
        self.widget.add_class("toygan-regularizers")
        self.show(recipe)
        self.menu.observe(self._added, "index")

    def _added(self, change: Any) -> None:
        if change.new:
            name = self.menu.value
            self._grow([name])
            self.rows[name].tick.value = True

    def _grow(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self.rows:
                self.rows[name] = StrengthControl(name, self._changed)
        self.menu.options = [ADD, *(name for name in REGULARIZERS if name not in self.rows)]
        self.menu.index = 0
        self.widget.children = [self.menu, *(row.widget for row in self.rows.values())]

    def show(self, recipe: Recipe) -> None:
        self._grow(recipe.regularizers)
        for row in self.rows.values():
            row.show(recipe)


AnyControl = Control | StrengthControl | RegularizerControls


def control(name: str, recipe: Recipe, changed: Changed) -> AnyControl:
    """Return the control of a field, or of a regularizer as "regularizers.r1"; RecipeError for any other name."""
    field, _, regularizer = name.partition(".")
    if regularizer and field == "regularizers":
        try:
            REGULARIZERS.make(regularizer)
        except ValueError as error:
            raise RecipeError("controls", name, str(error)) from None
        row = StrengthControl(regularizer, changed)
        row.show(recipe)
        return row
    if name == "regularizers":
        return RegularizerControls(recipe, changed)
    if name not in FIELDS:
        raise RecipeError(
            "controls", name, f"is not a field of a recipe; allowed: {', '.join(FIELDS)}, regularizers.<name>"
        )
    return Control(name, recipe, changed)


def _widget(name: str, knob: Knob, value: Any) -> Any:
    """The widget for one knob, holding the value."""
    effect = "" if knob.live else " (a change restarts the run)"
    common: dict[str, Any] = {
        "description": name + ("" if knob.live else RESTARTS), "tooltip": knob.help + effect, "style": LABEL,
        "layout": WIDTH,
    }  # fmt: skip
    if knob.menu is not None:
        names: list[Any] = list(knob.menu)
        options = [(knob.unset, ""), *((name, name) for name in names)] if knob.unset else names
        return w.Dropdown(options=_with(options, value), value=value, **common)
    low, high = knob.slider or (knob.low or 0, knob.high or 1)
    common["continuous_update"] = knob.live
    if FIELDS[name].type == "int":
        if knob.log:
            powers = [2**i for i in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
            return w.SelectionSlider(options=_numbers([*powers, value]), value=value, **common)
        slider = w.IntSlider(int(low), int(low), int(high), step=max(1, int(high - low) // 200), **common)
    elif knob.log:
        return w.SelectionSlider(options=_decades(low, high, value), value=value, **common)
    else:
        slider = w.FloatSlider(low, min=low, max=high, step=0.001, readout_format=".3f", **common)
    _put(slider, value)
    return slider


def _put(widget: Any, value: Any) -> None:
    """Set the value, and make room for it if the widget does not offer it: a page would show the one beside it."""
    if widget.value == value:
        return
    if isinstance(widget, w.SelectionSlider):
        if value not in widget._options_values:
            widget.options = _numbers([*widget._options_values, value])
    elif hasattr(widget, "options"):
        widget.options = _with(list(widget.options), value)
    else:
        widget.min, widget.max = min(widget.min, value), max(widget.max, value)
        if isinstance(widget, w.IntSlider):
            widget.step = math.gcd(widget.step, value - widget.min) or 1
        else:
            decimals = max(3, -int(Decimal(repr(value)).as_tuple().exponent))
            widget.step, widget.readout_format = min(widget.step, 10.0**-decimals), f".{decimals}f"
    widget.value = value


def _decades(low: float, high: float, value: float) -> list[tuple[str, float]]:
    """Ten numbers a decade, rounded to two digits, both ends and the value among them."""
    first, last = math.ceil(10 * math.log10(low)), math.floor(10 * math.log10(high))
    return _numbers([low, high, value, *(round_to(10 ** (k / 10), 2) for k in range(first, last + 1))])


def _numbers(values: Iterable[float]) -> list[tuple[str, float]]:
    return [(f"{value:.6g}", value) for value in sorted(set(values))]


def _with(options: list[Any], value: Any) -> list[Any]:
    """The options, names or pairs of words and name, the value among them."""
    pairs = isinstance(options[0], tuple)
    there = value in (dict(options).values() if pairs else options)
    return options if there else [*options, (value, value) if pairs else value]
