"""Pages from links: what is locked stays as it is, and the run answers the question."""

from __future__ import annotations

from typing import Any

from toygan import Link, Playground, Poll, Recipe, open_page
from toygan.measure.differences import describe_differences
from toygan.play.draw import DrawPad
from toygan.play.session import Session
from toygan.play.twins import Twins

SMALL = Recipe(width=4, batch=8)


def test_a_page_opens_as_its_link_says() -> None:
    link = Link((SMALL.but(lr_d=0.01),), ("samples", "losses"), ("loss", "lr_d"), ("lr_d",), 2)
    page = open_page(link.to_string())
    locked = {c.field: c.widget.disabled for c in page.controls}
    assert (locked, page.session.recipe, page.session.seeds) == ({"loss": False, "lr_d": True}, link.recipes[0], 2)
    assert page.link() == link.to_string()
    page.close()


def test_the_link_has_the_settings_as_they_are_now() -> None:
    page = Playground(SMALL, seeds=2)
    page.set("loss", "hinge")
    page.set("regularizers.r1", 0.1)
    page.column.unfold(["regularizers"])
    assert Link.from_string(page.link()) == Link((SMALL.but(loss="hinge", regularizers={"r1": 0.1}),), seeds=2)
    page.compare()
    twins = Link.from_string(page.link())
    assert (len(twins.recipes), twins.seeds) == (2, 2)
    page.close()


def test_a_link_may_open_in_all_of_the_window() -> None:
    for recipes in ((SMALL,), (SMALL, SMALL)):
        page = open_page(Link(recipes, seeds=1, present=True))
        assert page.view.present
        assert Link.from_string(page.link()).present
        page.close()


def test_what_is_locked_stays_so_beside_a_copy_and_no_pad_changes_it() -> None:
    page = open_page(Link((SMALL,), locked=("data",), seeds=1))
    assert "draw" not in page.view.acts
    assert data_menu(page).offer == ""
    assert Link.from_string(page.compare().link()).locked == ("data",)
    page.close()


def test_the_layers_that_are_on_are_so_for_who_opens_the_link() -> None:
    for recipes in ((SMALL,), (SMALL, SMALL)):
        page = open_page(Link(recipes, seeds=1))
        assert "layers" not in page.link()
        page.switch("map")
        page.switch("arrows")
        assert Link.from_string(page.link()).layers == ("map",)
        again = open_page(page.link())
        assert again.session.layers == {"map"}
        page.close()
        again.close()


def test_the_groups_that_are_folded_are_so_for_who_opens_the_link_and_beside_a_copy() -> None:
    page = open_page("toygan:batch=8&width=4?seeds=1")
    assert page.link() == "toygan:batch=8&width=4?seeds=1", "what opens by itself needs no words"
    page.set("regularizers.r1", 0.1)
    assert "unfolded=data,lr_g" in page.link(), "a link with a regularizer opens its group"
    page.column.heads["Data and loss"].unfolded = False
    for shown in (page, page.compare()):
        again = open_page(shown.link())
        assert again.column.unfolded == ("lr_g",)
        again.close()
    page.close()


def test_the_page_of_a_copy_has_the_panels_the_question_and_the_hands_of_the_page_before() -> None:
    poll = Poll("How many modes?", at=1, bounds=(4,))
    page = Playground(SMALL, panels=["samples", "drift"], controls=["lr_d"], seeds=2, poll=poll)
    page.poll.hands = [3, 1]
    before = Link.from_string(page.link())
    twins = page.compare()
    after = Link.from_string(page.link())
    assert (after.panels, after.controls, after.poll) == (before.panels, before.controls, poll)
    assert twins.poll.hands == [3, 1]
    twins.step()
    assert "of 4 hands" in twins.poll.words
    page.close()


def test_numbers_alone_are_compared_too() -> None:
    page = Playground(SMALL, panels=["losses"], seeds=1)
    assert [chart.title for chart in page.compare().screen.charts()] == ["D's loss", "G's loss"]
    page.close()


def test_a_link_of_several_recipes_opens_them_side_by_side() -> None:
    link = Link((SMALL, SMALL.but(loss="hinge")), locked=("loss", "regularizers"), seeds=2)
    page = open_page(link)
    assert isinstance(page, Twins)
    widgets = [c.widget for c in page.settings.controls if c.field == "loss"]
    assert [widget.disabled for widget in widgets] == [True, True]
    assert page.link() == link.to_string()
    page.close()


def test_a_locked_regularizer_keeps_its_strength() -> None:
    page = open_page(Link((SMALL.but(regularizers={"r1": 0.1}),), controls=("regularizers",), locked=("regularizers",)))
    (control,) = page.controls
    assert control.menu.disabled
    assert control.rows["r1"].tick.disabled
    assert control.rows["r1"].number.disabled
    page.close()


def test_the_run_answers_the_question() -> None:
    page = open_page(Link((SMALL,), seeds=2, poll=Poll("how many?", "modes-covered", at=2, bounds=(9,))))
    assert page.poll.runs == []
    for _ in range(2):
        page.step()
    assert page.poll.runs == [2, 0]  # ring8 has eight modes, so both seeds stay below nine
    page.reset()
    assert page.poll.runs == []
    page.close()


def list_parts(widget: Any) -> list[Any]:
    return [widget, *(part for child in getattr(widget, "children", ()) for part in list_parts(child))]


def data_menu(page: Playground) -> Any:
    return next(c.widget for c in page.controls if c.field == "data")


def test_the_pad_stands_under_the_menu_of_data_and_gives_the_run_its_data_by_a_name() -> None:
    page = Playground(SMALL, seeds=2)
    menu = data_menu(page)
    assert "draw" not in page.view.acts, "one place is enough"
    menu._handle_custom_msg({"asked": True}, [])
    (pad,) = [part for part in list_parts(page) if isinstance(part, DrawPad)]
    rows = next(part for part in list_parts(page) if menu in getattr(part, "children", ()))
    assert rows.children[:2] == (menu, pad)
    pad.hear({"points": [[0, 0], [1, 1], [2, 0]]})
    drawn = "points(x=[[0.0,0.0],[1.0,1.0],[2.0,0.0]],sigma=0.05,title='drawn points')"
    assert page.session.recipe.data == drawn
    menu._handle_custom_msg({"asked": True}, [])
    assert pad not in list_parts(page)
    page.set("data", "ring8(k=3)")
    page.set("data", "bimodal")
    used, first = menu.groups[:2]
    assert [(entry["value"], entry["label"]) for entry in used["entries"]] == [
        ("ring8(k=3)", "ring8(k=3)"), (drawn, "drawn points (3)")
    ]  # fmt: skip
    assert first["name"] == "To begin with"
    page.close()


def test_without_a_menu_of_data_the_pad_stands_below_the_picture() -> None:
    page = Playground(SMALL, controls=("lr_d",), seeds=1)
    assert "draw" in page.view.acts
    for there in (True, False):
        page.draw()
        assert any(isinstance(part, DrawPad) for part in page.children[0].children) == there
    page.close()


def test_drawn_data_is_named_in_headings_differences_and_messages() -> None:
    drawn = "points(x=[[0,0],[1,1],[2,0]],title='my hill')"
    session = Session(SMALL, 1)
    session.set("data", drawn)
    assert (session.title, session.message) == ("non-saturating  ·  my hill (3)", "data = my hill (3): a new run")
    assert describe_differences([SMALL, SMALL.but(data=drawn)])[1] == "data = my hill (3)"
