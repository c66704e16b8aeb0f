"""A design names recipes, and refuses what no recipe allows before any of them is trained."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from toygan.recipe import Recipe, RecipeError
from toygan.sweeps import design
from toygan.sweeps.design import Spread, build_recipes, parse_axis


def test_a_grid_is_every_combination_of_the_values_of_its_axes() -> None:
    base = Recipe(regularizers={"r2": 1.0})
    found = build_recipes({"loss": ["hinge", "minimax"], "regularizers.r1": [0, 0.1]}, base)
    expected = [
        base.but(loss=loss, regularizers={"r2": 1.0, **({"r1": r1} if r1 else {})})
        for loss in ("hinge", "minimax")
        for r1 in (0, 0.1)
    ]
    assert found == expected


def test_recipes_are_taken_once_each_and_in_their_order() -> None:
    recipes = [Recipe(seed=1), Recipe(), Recipe(seed=1)]
    assert build_recipes(recipes) == recipes[:2]
    assert build_recipes({"lr_g": np.array([0.1, 0.1, 0.2])}) == [Recipe(lr_g=0.1), Recipe(lr_g=0.2)]


@pytest.mark.parametrize("method", ["sobol", "halton", "latin-hypercube", "random"])
def test_points_are_spread_over_ranges_and_the_same_each_time(method: Any) -> None:
    spread = Spread({"lr_g": (1e-4, 1e-2, "log"), "width": (8, 64), "loss": ["hinge", "minimax"]}, 16, method)
    recipes = build_recipes(spread)
    assert recipes == build_recipes(spread)
    rates = np.array([recipe.lr_g for recipe in recipes])
    assert len(recipes) == 16
    assert ((rates >= 1e-4) & (rates <= 1e-2)).all()
    assert 4 <= (rates < 1e-3).sum() <= 12, "half of the decades"
    assert {recipe.loss for recipe in recipes} == {"hinge", "minimax"}
    assert all(isinstance(recipe.width, int) and 8 <= recipe.width <= 64 for recipe in recipes)


@pytest.mark.parametrize(
    ("design", "named"),
    [
        ({"lr_x": [1]}, "lr_x=1: is not a field of a recipe"),
        ({"lr_g": []}, "lr_g=[]: must hold at least one value"),
        ({"lr_g": [0.1, -1]}, "lr_g=-1.0: must be above 0"),
        ({"lr_g": "0.1"}, "lr_g='0.1': must be a list"),
        ({"regularizers.r9": [1]}, "regularizers='r9'"),
        ({"regularizers.r1": [-1]}, "-1"),
        ([], "at least one Recipe"),
        (itertools.repeat(Recipe()), "recipes=1000001: must hold at least one Recipe, and at most 1,000,000"),
        (3, "recipes=3: must be a grid, a Spread or a list"),
        ({"data": ["ring8", "nope"]}, "data='nope': unknown name"),
        ([Recipe(), 3], "recipes=3: must be a Recipe"),
        ({"seed": range(2000), "batch": range(1, 2000)}, "at most 1,000,000"),
        (Spread({"lr_g": (0, 1, "log")}, 4), "above 0 for 'log'"),
        (Spread({"lr_g": (2, 1)}, 4), "rising"),
        (Spread({}, 4), "at least one range"),
        (Spread({"lr_g": (0.1, 1)}, 0), "n=0"),
        (Spread({"lr_g": (0.1, 1)}, 10**12), "n=1000000000000: must be a whole number from 1 to 1,000,000"),
        (Spread({"lr_g": (0.1, 1)}, 4, "dice"), "method='dice'"),  # type: ignore[arg-type]
    ],
)
def test_a_bad_design_is_refused_by_its_field_and_value(design: Any, named: str) -> None:
    with pytest.raises(RecipeError) as caught:
        build_recipes(design)
    assert named in str(caught.value)


@pytest.mark.parametrize(
    "axes", [{"seed": range(2000), "batch": range(1, 2000)}, {"seed": range(1000), "lr_g": [0.1, -1]}]
)
def test_a_grid_is_refused_from_its_axes_before_any_recipe_is_built(axes: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(design, "with_values", lambda *_: pytest.fail("it built a recipe"))
    with pytest.raises(RecipeError):
        build_recipes(axes)


def test_an_axis_is_read_as_it_is_written_in_a_shell() -> None:
    assert parse_axis("lr_g=1e-4:1e-2:3:log") == ("lr_g", [1e-4, 1e-3, 1e-2])
    assert parse_axis("lr-g=0.1:0.3:3") == ("lr_g", [0.1, 0.2, 0.3])
    assert parse_axis("width=16:64:4") == ("width", [16, 32, 48, 64])
    assert parse_axis("loss=hinge,minimax") == ("loss", ["hinge", "minimax"])
    assert parse_axis("data=ring(k=4, sigma=0.1),ring8") == ("data", ["ring(k=4, sigma=0.1)", "ring8"])
    assert parse_axis("regularizers.r1=0,0.1") == ("regularizers.r1", [0.0, 0.1])
    for words in ("lr_g", "lr_g=", "lr_g=a:b:3", "lr_g=-1:1:3:log", "lr_g=1:2:0", "seed=a", "regularizers=1"):
        with pytest.raises(RecipeError):
            parse_axis(words)
