"""Pages from links: what is locked stays as it is, and the run answers the question."""

from __future__ import annotations

from toygan import Link, Playground, Poll, Recipe, open_page
from toygan.play.draw import DrawPad
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


def test_the_pad_gives_the_run_its_data() -> None:
    page = Playground(SMALL, seeds=2)
    page.draw()
    (pad,) = [widget for widget in page.children[0].children if isinstance(widget, DrawPad)]
    pad.hear({"points": [[0, 0], [1, 1], [2, 0]]})
    assert page.session.recipe.data == "points(x=[[0.0,0.0],[1.0,1.0],[2.0,0.0]],sigma=0.05)"
    page.draw()
    assert pad not in page.children[0].children
    page.close()
