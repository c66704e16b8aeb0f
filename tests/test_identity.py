"""What a recipe holds beyond its text: nothing, unless it names a file or a part of the user's own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from toygan import DISTRIBUTIONS, LOSSES, METRICS, REGULARIZERS, Loss, Metric, Recipe
from toygan.identity import find_change, find_own, find_unknown, list_held, mark_unknown
from toygan.parts.losses.classical import LeastSquares
from toygan.parts.menu import Menu
from toygan.parts.networks import ACTIVATIONS
from toygan.parts.turns import TURNS
from toygan.recipe import KNOBS, RecipeError


def rows(file: Path, *points: tuple[float, ...]) -> str:
    np.savetxt(file, np.array(points), delimiter=",", header=",".join("xyzw"[: len(points[0])]), comments="")
    return f"file(path='{file}')"


@pytest.mark.parametrize("field", [name for name, how in KNOBS.items() if how.menu is not None])
def test_parts_of_toygan_are_known_by_their_names(field: str) -> None:
    menu = KNOBS[field].menu
    assert menu is not None
    for name in menu:
        try:
            recipe = Recipe(**{field: {name: 1.0} if field == "regularizers" else name})
        except RecipeError:  # such as a network of the other player
            continue
        assert list_held(recipe, METRICS) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"data": "standardised(of=ring8(k=3))"},
        {"data": "points(x=((0,1),(1,0)))"},
        {"loss": "least-squares(b=2.0)", "generator": "mlp(activation=tanh,width=8)"},
        {"turns": "lookahead(of=simultaneous,k=2)", "regularizers": {"unrolled(detached=True)": 2}},
        {"data": "ring", "activation": "leaky-relu(slope=0.1)"},
    ],
)
def test_arguments_and_former_names_stand_in_the_text(fields: dict[str, Any]) -> None:
    assert list_held(Recipe(**fields)) == {}


def test_the_rows_of_a_file_count_wherever_it_is_named(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    spec = rows(file, (0, 1), (2, 3))
    specs = [spec, f"standardised(of={spec})", f"training-set(of=standardised(of={spec}),n=4)"]
    before = [list_held(Recipe(data=one)) for one in specs]
    assert [list(held) for held in before] == [[f"data={one}"] for one in specs]
    assert len({digest for held in before for digest in held.values()}) == 1
    rows(file, (0, 1), (2, 4))
    assert all(list_held(Recipe(data=one)) != held for one, held in zip(specs, before, strict=True))
    rows(file, (0, 1), (2, 3))
    assert [list_held(Recipe(data=one)) for one in specs] == before


class Mine(Loss):
    """A loss of the user's own."""


def own_loss() -> Recipe:
    LOSSES["mine"] = Mine()
    return Recipe(loss="mine")


def replaced_loss() -> Recipe:
    LOSSES["hinge"] = Mine()
    return Recipe(loss="hinge")


def renamed_loss() -> Recipe:
    LOSSES["mine"] = LeastSquares(b=3.0)
    return Recipe(loss="mine")


def other_defaults() -> Recipe:
    LOSSES["least-squares"] = LeastSquares(a=-1.0)
    return Recipe(loss="least-squares(b=2.0)")


def own_regularizer() -> Recipe:
    REGULARIZERS["mine"] = REGULARIZERS["r1"]
    return Recipe(regularizers={"r2": 0.1, "mine": 0.1})


def own_inner_data() -> Recipe:
    DISTRIBUTIONS["mine"] = DISTRIBUTIONS["ring8"]
    return Recipe(data="training-set(of=mine)")


def own_inner_turn() -> Recipe:
    TURNS["mine"] = TURNS["simultaneous"]
    return Recipe(turns="lookahead(of=mine)")


def own_activation() -> Recipe:
    ACTIVATIONS["mine"] = torch.sin
    return Recipe(activation="mine")


def own_inner_activation() -> Recipe:
    ACTIVATIONS["mine"] = torch.sin
    return Recipe(discriminator="mlp(activation=mine)")


@pytest.fixture
def menus() -> Any:
    """The menus as they were, afterwards."""
    kept = [(menu, dict(menu)) for menu in (LOSSES, REGULARIZERS, DISTRIBUTIONS, TURNS, ACTIVATIONS, METRICS)]
    yield
    for menu, before in kept:
        menu.clear()
        menu.update(before)
    Menu.changes += 1


@pytest.mark.usefixtures("menus")
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (own_loss, "loss=mine"),
        (replaced_loss, "loss=hinge"),
        (renamed_loss, "loss=mine"),
        (other_defaults, "loss=least-squares(b=2.0)"),
        (own_regularizer, "regularizers=mine"),
        (own_inner_data, "data=training-set(of=mine)"),
        (own_inner_turn, "turns=lookahead(of=mine)"),
        (own_activation, "activation=mine"),
        (own_inner_activation, "discriminator=mlp(activation=mine)"),
    ],
)
def test_a_part_that_is_not_what_toygan_has_under_its_name_is_held(make: Callable[[], Recipe], name: str) -> None:
    held = list_held(make())
    assert list(held) == [name]
    assert find_own(held) == (name.partition("=")[0], name.partition("=")[2])


@pytest.mark.usefixtures("menus")
def test_own_metrics_count_if_they_are_measured() -> None:
    METRICS["height"] = Metric(lambda e: e.samples[..., 1].mean(1))
    assert list_held(Recipe()) == {}
    before = list_held(Recipe(), ["w1", "height"])
    assert list(before) == ["metrics=height"]
    METRICS["height"] = Metric(lambda e: e.samples[..., 0].mean(1))
    assert list_held(Recipe(), ["w1", "height"]) != before


@pytest.mark.usefixtures("menus")
def test_a_recipe_holds_the_part_that_it_was_made_with() -> None:
    recipe = own_loss()
    before = list_held(recipe)
    LOSSES["mine"] = LeastSquares()
    assert list_held(recipe) == before != list_held(recipe.but())


@pytest.mark.usefixtures("menus")
def test_a_change_is_told_in_one_line(tmp_path: Path) -> None:
    spec = rows(tmp_path / "d.csv", (0, 1), (2, 3))
    LOSSES["mine"] = Mine()
    recipe = Recipe(data=spec, loss="mine")
    before = list_held(recipe)
    assert find_change(before, list_held(recipe)) is None
    rows(tmp_path / "d.csv", (0, 1), (2, 4))
    assert str(find_change(before, list_held(Recipe(data=spec, loss="mine")))) == f"data={spec!r}: its file has changed"
    LOSSES["mine"] = LeastSquares()
    assert str(find_change({"loss=mine": before["loss=mine"]}, list_held(Recipe(loss="mine")))).endswith("has changed")
    assert str(find_change({}, list_held(Recipe(loss="mine")))) == "loss='mine': it has changed"


@pytest.mark.usefixtures("menus")
def test_a_part_that_cannot_be_read_is_never_the_same() -> None:
    part = Mine()
    part.lock = threading.Lock()  # type: ignore[attr-defined]
    LOSSES["mine"] = part
    held = list_held(Recipe(loss="mine"))
    words = "loss='mine': cannot be told from another part: it holds _thread.lock"
    assert str(find_unknown(held)) == str(find_change(held, held)) == words
    one, other = (mark_unknown(held, mark) for mark in ("a", "b"))
    assert one != other
    assert str(find_unknown(one)) == words
    assert find_own(one) == ("loss", "mine")
