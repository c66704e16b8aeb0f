"""How recipes differ, in words."""

from __future__ import annotations

from toygan import Recipe
from toygan.measure.differences import describe_differences, list_differing

BASE = Recipe(regularizers={"r1": 0.1})


def test_equal_recipes_have_no_words() -> None:
    assert list_differing([BASE, BASE]) == []
    assert describe_differences([BASE, BASE.but()]) == ["", ""]
    assert describe_differences([BASE]) == [""]


def test_each_says_its_value_of_every_field_in_which_any_two_differ() -> None:
    recipes = [BASE, BASE.but(lr_d=0.0005), BASE.but(loss="hinge", regularizers={"r1": 0.1, "r2": 2.0})]
    assert list_differing(recipes) == ["loss", "regularizers.r2", "lr_d"]
    assert describe_differences(recipes) == [
        "loss = non-saturating, no r2, lr_d = 0.001",
        "loss = non-saturating, no r2, lr_d = 5e-4",
        "loss = hinge, r2 = 2, lr_d = 0.001",
    ]


def test_an_empty_value_is_said_too() -> None:
    assert describe_differences([Recipe(), Recipe(optimizer_d="sgd")])[0].startswith("optimizer_d = ")
