"""The controls of a playground as a column of groups that fold, each with its name above it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import anywidget
import ipywidgets as w
import traitlets

from toygan.chart import page
from toygan.play.controls import AnyControl
from toygan.play.inputs import STYLE

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Group:
    """Some of the controls under a name; one without a name does not fold."""

    name: str
    fields: tuple[str, ...]
    open: bool = True

    @property
    def key(self) -> str:
        """Its first field, by which a link names it."""
        return self.fields[0]


GROUPS = (
    Group("Data and loss", ("data", "loss")),
    Group("Learning rates", ("lr_g", "lr_d")),
    Group("Regularizers", ("regularizers",), open=False),
    Group("Optimizer and noise", ("optimizer", "optimizer_g", "optimizer_d", "noise", "latent"), open=False),
    Group("Steps, batch, networks, seed", ("d_steps", "g_steps", "batch", "width", "depth", "seed"), open=False),
)
CONTROLS = tuple(field for group in GROUPS for field in group.fields)  # the usual
KEYS = tuple(group.key for group in GROUPS)  # that a link has for them


def choose_groups(controls: Sequence[str] | None, used: Iterable[str] = ()) -> tuple[Group, ...]:
    """Return the usual groups, those with a field in `used` open; or the given controls as one group without a name."""
    if controls is not None:
        return (Group("", tuple(controls)),)
    fields = set(used)
    return tuple(replace(group, open=group.open or not fields.isdisjoint(group.fields)) for group in GROUPS)


class Fold(anywidget.AnyWidget):
    """The head of a group: `unfolded` is False while the group is folded away."""

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "fold.js")
    _css = STYLE
    label = traitlets.Unicode().tag(sync=True)
    unfolded = traitlets.Bool(True).tag(sync=True)


class ControlColumn(w.VBox):  # type: ignore[misc]
    """Groups of controls, one above the other, between what stands above and below all of them."""

    def __init__(self, groups: Sequence[Group], top: Sequence[w.Widget] = (), bottom: Sequence[w.Widget] = ()) -> None:
        self._controls: list[AnyControl] = []
        self._under: dict[str, w.Widget] = {}  # a field, and what stands under its control
        self._groups = {group: w.Box().add_class("toygan-rows") for group in groups if group.fields}
        self.heads = {group.name: Fold(label=group.name, unfolded=group.open) for group in self._groups if group.name}
        boxes = [w.VBox([*self._head(group), rows]) for group, rows in self._groups.items()]
        super().__init__([*top, *(box.add_class("toygan-section") for box in boxes), *bottom])
        self.add_class("toygan-column")

    def _head(self, group: Group) -> list[Fold]:
        return [self.heads[group.name]] if group.name else []

    def unfold(self, fields: Iterable[str]) -> None:
        """Open the groups that have one of the fields."""
        wanted = set(fields)
        for group in self._groups:
            if group.name and not wanted.isdisjoint(group.fields):
                self.heads[group.name].unfolded = True

    @property
    def unfolded(self) -> tuple[str, ...]:
        """The keys of the groups that are open."""
        return tuple(g.key for g in self._groups if g.name and self.heads[g.name].unfolded)

    def fold(self, unfolded: Iterable[str]) -> None:
        """Open the groups with these keys, and fold all others away."""
        wanted = set(unfolded)
        for group in self._groups:
            if group.name:
                self.heads[group.name].unfolded = group.key in wanted

    def fill(self, controls: Iterable[AnyControl]) -> None:
        """Put controls, in place of those before, into the groups that name their fields."""
        self._controls = list(controls)
        for group, rows in self._groups.items():
            inside = [c for c in self._controls if c.field in group.fields]
            rows.children = [part for c in inside for part in (c.widget, self._under.get(c.field)) if part is not None]

    def turn_under(self, field: str, part: w.Widget) -> bool:
        """Put a part under the control of a field, or take it away again; return True if it stands there now."""
        here = self._under.pop(field, None) is None
        if here:
            self._under[field] = part
            self.unfold([field])
        self.fill(self._controls)
        return here
