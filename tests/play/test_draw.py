"""The pad: what is drawn, typed or opened becomes data, and what is not is refused in a line."""

from __future__ import annotations

from typing import Any

import pytest

from toygan import Recipe
from toygan.parts.distributions.readable import name_data
from toygan.play.draw import DrawPad


def use(content: Any) -> tuple[list[str], DrawPad]:
    """Return what the pad gives after a message of the page, and the pad."""
    given: list[str] = []
    pad = DrawPad(given.append)
    pad.hear(content)
    pad.close()
    return given, pad


def test_drawn_points_become_data_with_a_little_noise() -> None:
    (spec,), pad = use({"points": [[0, 1], [2, -1]]})
    shown = "points(x=[[0.0,1.0],[2.0,-1.0]],sigma=0.05,title='drawn points')"
    assert (spec, pad.words, pad.refused) == (shown, "2 rows", False)
    assert Recipe(data=spec).parts.data.dim == 2


def test_data_has_the_name_that_the_user_gave_or_one_that_tells_drawings_apart() -> None:
    given: list[str] = []
    pad = DrawPad(given.append)
    one, other = [[0, 1]], [[2, 3], [4, 5]]
    for content in (
        {"points": one}, {"points": one}, {"points": other}, {"points": other, "title": " my\n 'wave' "},
        {"table": "x,y\n0,1\n1,2\n"}, {"table": "0,1\n9000,2\n", "title": "iris.csv" * 20},
    ):  # fmt: skip
        pad.hear(content)
    long = "iris.csv" * 7 + "iris"
    names = ["drawn points (1)"] * 2 + ["drawn points 2 (2)", "my ’wave’ (2)", "table (2)", f"{long} (2), standardised"]
    assert list(map(name_data, given)) == names
    assert [Recipe(data=spec).parts.data.dim for spec in given] == [2] * 6
    pad.close()


def test_a_pasted_table_keeps_its_names_and_large_columns_are_standardised() -> None:
    (spec,), pad = use({"table": "income;score\n1000;0,5\n1500;-0,5\n1200;0,1\n"})
    assert spec.startswith("standardised(of=points(x=[[1000.0,0.5],")
    assert pad.words == "3 rows, standardised for the players"
    assert Recipe(data=spec).parts.data.axis_names == ("income", "score")


def test_one_column_lies_on_a_line() -> None:
    (spec,), _ = use({"table": "0\n1\n0.5\n"})
    assert Recipe(data=spec).parts.data.dim == 1


def test_of_many_rows_every_so_many_are_taken() -> None:
    (spec,), pad = use({"table": "\n".join(f"{i / 5000},{-i / 5000}" for i in range(10_000))})
    assert pad.words == "3,334 rows, every 3. of 10,000"
    assert Recipe(data=spec).parts.data.dim == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({"points": []}, "array: shape (0,)"),
        ({"points": [[1, 2, 3]]}, "array: shape (1, 3)"),
        ({"points": "code"}, "could not convert"),
        ({"points": [[float("nan"), 1]]}, "array: must be finite"),
        ({"table": "a,b\n1,2\n3\n"}, "table: "),
        ({"table": ""}, "table: "),
        ({"table": "1" * (2**20 + 1)}, "must be at most 1,048,576"),
        ("points", "message: must have points or a table"),
    ],
    ids=str,
)
def test_what_is_no_data_is_refused_in_a_line(content: Any, says: str) -> None:
    given, pad = use(content)
    assert (given, pad.refused) == ([], True)
    assert says in pad.words
    assert "\n" not in pad.words
