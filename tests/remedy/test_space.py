"""What is tried: known changes in a few strengths, combinations, and points of a space, within the allowed fields."""

from __future__ import annotations

from toygan.measure.advice import remedies
from toygan.recipe import Recipe
from toygan.remedy.changes import choose_fields, field_of, list_parts
from toygan.remedy.space import combine, combine_all, known, spread

BASE = Recipe(data="bimodal", lr_g=1e-4, lr_d=1e-2, width=8, seed=3)
GAME = choose_fields(None, False)


def test_what_the_diagnosis_advises_comes_first() -> None:
    advised = [changed for _, changed, _ in remedies("diverged", BASE)]
    assert len(advised) >= 2
    assert known(BASE, GAME, "diverged")[: len(advised)] == advised


def test_the_changes_of_the_diagnosis_are_tried_in_three_strengths() -> None:
    tried = [list_parts(BASE, one) for one in known(BASE, ["lr_g", "lr_d"])]
    assert {"lr_g": 1e-5, "lr_d": 1e-3} in tried
    assert {"lr_g": 3.2e-5, "lr_d": 3.2e-3} in tried
    assert {"lr_g": 3.2e-6, "lr_d": 3.2e-4} in tried
    r1 = [parts["regularizers.r1"] for parts in (list_parts(BASE, one) for one in known(BASE, ["regularizers"]))]
    assert {0.1, 1.0, 0.033, 0.33, 0.3, 3.0} <= set(r1)


def test_nothing_else_changes_than_what_may_and_nothing_is_tried_twice() -> None:
    tried = [*known(BASE, GAME), *spread(BASE, GAME, 8, 0)]
    assert {field_of(name) for one in tried for name in list_parts(BASE, one)} <= set(GAME)
    assert {(one.data, one.seed, one.width) for one in tried} == {("bimodal", 3, 8)}
    assert len(set(known(BASE, GAME))) == len(known(BASE, GAME))
    assert BASE not in tried


def test_networks_and_the_units_of_the_data_are_tried_if_they_may_change() -> None:
    assert any(one.width == 64 for one in known(BASE, choose_fields(None, True)))
    assert [one.data for one in known(BASE, ["data"])] == ["standardised(of=bimodal)"]


def test_two_changes_are_one_and_the_first_wins_where_they_disagree() -> None:
    one, other = BASE.but(lr_g=1e-3), BASE.but(lr_g=1e-2, loss="hinge")
    assert combine(BASE, one, other) == BASE.but(lr_g=1e-3, loss="hinge")
    several = [BASE.but(lr_g=x) for x in (1e-3, 2e-3, 3e-3)]
    assert list(combine_all(BASE, several)) == [several[0], several[0], several[1]]


def test_points_of_a_space_are_the_same_for_a_seed_and_others_for_another() -> None:
    assert spread(BASE, GAME, 4, 0) == spread(BASE, GAME, 4, 0)
    assert not set(spread(BASE, GAME, 4, 0)) & set(spread(BASE, GAME, 4, 1))
    assert spread(BASE, ["batch"], 4, 0) == []
