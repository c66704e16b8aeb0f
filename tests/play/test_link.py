"""Links: a page as one line, read without loss; what is loaded cannot run code."""

from __future__ import annotations

from pathlib import Path

import pytest

from toygan import Link, Poll, Recipe, RecipeError
from toygan.play.link import MOST_LETTERS

LINKS = [
    Link(),
    Link((Recipe(loss="hinge", regularizers={"r1": 0.1, "r2": 0.5}, lr_d=0.002),), seeds=16),
    Link((Recipe(), Recipe(loss="hinge"), Recipe(data="ring8(k=12,centre=(1,0))"))),
    Link(panels=("samples", "modes-covered"), controls=(), present=True),
    Link(controls=("loss", "regularizers.r1"), locked=("loss",)),
    Link(layers=("map", "difference")),
    Link(layers=()),
    Link(unfolded=("data", "optimizer")),
    Link(unfolded=()),
    Link(poll=Poll("50 % & more? <b>, a/b | c", "high-quality", at=20, bounds=(0.25, 0.5))),
    Link((Recipe(data="mixture2d(means=((0,0),(2,1)),shares=(0.3,0.7),covariances=(0.1,0.2))"),)),
]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_a_link_is_read_without_loss(link: Link) -> None:
    text = link.to_string()
    assert Link.from_string(text) == link
    assert text.isascii()
    assert " " not in text


def test_the_line_of_a_recipe_is_a_link() -> None:
    recipe = Recipe(loss="hinge", seed=3)
    assert Link.from_string(recipe.to_string()) == Link((recipe,))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("toygan:?code=print()", "link='code': must be name=value of panels"),
        ("toygan:?seeds=2&seeds=3", "each once"),
        ("toygan:?seeds=0", "seeds=0: must be a whole number from 1 to 4,096"),
        ("toygan:?seeds=two", "link='two': must be a whole number"),
        ("toygan:?panels=nothing", "panels="),
        ("toygan:?layers=map,nothing", "layers='nothing': must be of arrows, map"),
        ("toygan:?unfolded=loss", "unfolded='loss': must be of data, lr_g"),
        ("toygan:?controls=colour", "controls='colour': is not a field of a recipe"),
        ("toygan:?present=1", "present='1': must be yes or no"),
        ("toygan:?at=10", "has at but no question"),
        ("toygan:?question=why&metric=colour", "metric='colour': must be one of"),
        ("toygan:?question=why&bounds=3,2", "each above the one before"),
        ("toygan:?question=why&bounds=nan", "each above the one before"),
        ("toygan:?question=why&at=0", "at=0: must be a whole number from 1"),
        ("toygan:|||||", "recipes=6: must be 1 to 4 recipes"),
        ("toygan:lr=3", "lr"),
        ("toygan:?seeds", "link='': must be a whole number"),
        ("x" * (MOST_LETTERS + 1), "must be text of at most 8,000 letters"),
    ],
)
def test_another_text_is_refused_in_one_line(text: str, says: str) -> None:
    with pytest.raises(RecipeError) as refused:
        Link.from_string(text)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_link_opens_no_file_outside_the_folder(tmp_path: Path) -> None:
    outside = tmp_path / "mine.csv"
    outside.write_text("1,2\n3,4\n")
    with pytest.raises(RecipeError, match="outside"):
        Link.from_string(f"toygan:data=file(path='{outside}')")
