"""A playground as one widget: its parts are those of the playground, in the same order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from toygan.play.playground import Playground


def names(part: dict[str, Any]) -> Iterator[str]:
    """The names of all parts that draw themselves."""
    if "name" in part:
        yield part["name"]
    for inside in part.get("parts", ()):
        yield from names(inside)


def test_the_view_and_all_controls_are_in_it_and_a_new_row_joins_them(make: Callable[..., Playground]) -> None:
    p = make()
    whole = p.whole()
    assert p.whole() is whole
    first, *others = names(whole.tree)
    assert first == f"anywidget:{p.view.model_id}"
    heads = [head.model_id for head in p.column.heads.values()]
    fields = [c.menu.model_id if c.field == "regularizers" else c.widget.model_id for c in p.controls]
    assert sorted(others) == sorted(f"anywidget:{part}" for part in [*heads, *fields])
    p.set("regularizers.r1", 0.5)
    (controls,) = [c for c in p.controls if c.field == "regularizers"]
    row = controls.rows["r1"]
    assert set(names(whole.tree)) - {first, *others} == {
        f"anywidget:{part.model_id}" for part in (row.tick, row.number)
    }


def test_cards_that_need_other_widgets_are_left_out_and_the_pad_is_not(make: Callable[..., Playground]) -> None:
    p = make()
    before = [*names(p.whole().tree)]
    p.draw()
    assert len([*names(p.whole().tree)]) == len(before) + 1
    p.close()
    assert p.whole().comm is None
