"""A card follows the run only while it is open, and not too often while the run plays."""

from __future__ import annotations

import re
from base64 import b64decode
from itertools import count

from toygan import Playground, Recipe
from toygan.measure.terms import Term
from toygan.play.card import REST_SECONDS, Card
from toygan.play.export_card import render_script
from toygan.play.formula_card import render_terms


def made():
    numbers, now = count(), [0.0]
    card = Card("Formulas", "", lambda: f"text {next(numbers)}", lambda act: act(), lambda: now[0])
    return card, now


def test_a_card_makes_no_text_until_it_is_opened():
    card, _ = made()
    card.follow("a", playing=False)
    assert (card.body.value, card.children) == ("", (card.button,))
    card.button.value = True
    assert (card.body.value, card.children) == ("text 0", (card.button, card.body))
    card.button.value = False
    assert card.children == (card.button,)


def test_an_open_card_follows_a_change_at_once_and_a_run_that_plays_at_rest():
    card, now = made()
    card.button.value = True
    card.follow("a", playing=False)
    card.follow("a", playing=False)
    assert card.body.value == "text 1"
    card.follow("b", playing=True)
    assert card.body.value == "text 1"
    now[0] += REST_SECONDS
    card.follow("b", playing=True)
    assert card.body.value == "text 2"


def test_the_table_has_formula_value_and_share_of_each_term():
    html = render_terms([Term("D", "r1", r"\psi<1", 0.5, 2.0, 0.25), Term("", "instance-noise", "x", None)])
    for part in (r"$\psi&lt;1$", "<td>0.5</td>", "<td>2</td>", "25 %", "without a term of its own"):
        assert part in html


def test_the_formulas_of_a_playground_follow_its_loss():
    p = Playground(Recipe(width=4, batch=8), controls=("loss",), seeds=2)
    p.formulas.button.value = True
    assert r"\log D(x)" in p.formulas.body.value
    p.set("loss", "wasserstein")
    assert "a_f-a_r" in p.formulas.body.value
    value = next(term.value for term in p.session.list_terms() if term.player == "G")
    assert f"<td>{value:.3g}" in p.formulas.body.value
    p.close()


def test_the_script_of_a_playground_follows_its_recipe_and_can_be_downloaded():
    p = Playground(Recipe(width=4, batch=8), controls=("loss",), seeds=2)
    p.export.button.value = True
    assert p.set("loss", "hinge")
    (code,) = re.findall(r'download="gan.py" href="data:text/x-python;base64,([^"]+)"', p.export.body.value)
    assert b64decode(code).decode() == p.session.recipe.to_pytorch()
    assert "relu(1 - a_real)" in p.export.body.value
    p.close()


def test_what_has_no_script_is_said_in_a_line_and_words_are_no_markup():
    line = render_script(Recipe(width=4, batch=8, optimizer="sgd", momentum=-0.5))
    assert line == "optimizer=&#x27;sgd&#x27;: cannot be exported: momentum=-0.5: torch.optim.SGD takes 0 or more"
    html = render_script(Recipe(width=4, batch=8, data="points(x=((0,0),(1,1)),names=('<b>','y'))"))
    assert "<b>" not in html
    assert html.count("<pre") == 1
