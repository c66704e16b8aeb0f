"""What may change, and a change by its parts."""

from __future__ import annotations

import pytest

from toygan.recipe import KNOBS, Recipe, RecipeError
from toygan.remedy.changes import NETWORKS, apply_parts, choose_fields, list_parts, restrict

BASE = Recipe(regularizers={"r1": 1.0}, lr_g=1e-4)


def test_all_fields_but_data_seed_and_networks_may_change() -> None:
    assert set(choose_fields(None, False)) == set(KNOBS) - {"data", "seed", *NETWORKS}
    assert set(choose_fields(None, True)) == set(KNOBS) - {"data", "seed"}
    assert choose_fields(["lr_d", "loss"], False) == ("loss", "lr_d")


@pytest.mark.parametrize("name", ["seed", "lr", ""])
def test_what_is_no_field_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(RecipeError, match=f"^fields='{name}': must be of data, loss, "):
        choose_fields([name], False)


def test_parts_are_fields_and_single_strengths_and_lead_from_one_recipe_to_the_other() -> None:
    other = BASE.but(regularizers={"r2": 0.1}, loss="hinge")
    parts = list_parts(BASE, other)
    assert parts == {"regularizers.r1": 0.0, "regularizers.r2": 0.1, "loss": "hinge"}
    assert apply_parts(BASE, parts) == other
    assert apply_parts(BASE, {"loss": "hinge"}) == BASE.but(loss="hinge")


def test_a_change_that_is_not_allowed_or_none_is_no_recipe() -> None:
    assert apply_parts(BASE, {}) is None
    assert apply_parts(BASE, {"lr_g": -1.0}) is None


def test_a_change_keeps_to_the_fields_that_may_change() -> None:
    other = BASE.but(loss="hinge", width=8)
    assert restrict(BASE, other, ["loss"]) == BASE.but(loss="hinge")
    assert restrict(BASE, other, ["lr_d"]) is None
