"""Marks and charts hold arrays of the right shape or refuse to be made; axes know their ticks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from toygan.chart import Arrows, Axis, Band, Bars, Cells, Chart, Line, Lines, Mark, Mesh, Points, Surface, Text

THREE, TWO = np.arange(3.0), np.arange(2.0)
UNIT = Axis("", 0, 1)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Points("p", "real", THREE, TWO), r"mark 'p': y has shape \(2,\); must be \(3,\)"),
        (lambda: Points("p", "real", THREE[None], THREE), r"mark 'p': x has shape \(1, 3\); must be \(3,\)"),
        (lambda: Line("l", "real", None, TWO), r"mark 'l': y has shape \(2,\); must be \(1,\)"),
        (lambda: Lines("l", "real", TWO, np.eye(3), ("a",)), r"mark 'l': y has shape \(3, 3\); must be \(2, 1\)"),
        (lambda: Band("b", "real", THREE, THREE, TWO), r"mark 'b': high has shape \(2,\); must be \(3,\)"),
        (lambda: Bars("b", "real", THREE, THREE, TWO), r"mark 'b': height has shape \(2,\); must be \(3,\)"),
        (lambda: Surface("s", "real", THREE), r"mark 's': values has shape \(3,\); must be \(rows, columns\)"),
        (
            lambda: Cells("c", "real", np.eye(2), ("a",)),
            r"mark 'c': 1 names; must be 4, one a cell",
        ),
        (
            lambda: Cells("c", "real", np.eye(2), tuple("abcd"), shown=("a",)),
            r"mark 'c': 1 words; must be 4, one a cell",
        ),
        (lambda: Arrows("a", "real", THREE, THREE, TWO, THREE), r"mark 'a': u has shape \(2,\); must be \(3,\)"),
        (
            lambda: Mesh("m", "real", THREE, THREE, THREE, THREE, 2),
            r"mark 'm': 3 points; must be whole rows of 2",
        ),
        (lambda: Text("t", "real", ("a",), THREE, THREE), r"mark 't': 1 words; must be 3"),
        (lambda: Text("t", "ink", ("a",), TWO[:1], TWO[:1], offset=THREE), r"mark 't': offset has shape \(3,\)"),
        (lambda: Points("p", "blue", THREE, THREE), "mark 'p': role='blue'; allowed: real, generated"),  # type: ignore[arg-type]
    ],
)
def test_a_wrong_array_or_role_is_refused_with_the_marks_name(make: Callable[[], Mark], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()


def test_a_mark_holds_its_finite_numbers_as_they_are() -> None:
    points = Points("p", "real", THREE.astype(np.float32), np.array([0, np.inf, 1]))
    assert {key: array.dtype for key, array in points.arrays.items()} == {"x": np.float64, "y": np.float64}
    np.testing.assert_array_equal(points.y, [0, np.nan, 1])


def test_one_offset_serves_all_words() -> None:
    text = Text("t", "ink", ("a", "b"), TWO, TWO, offset=np.array([[1, 2]]))
    np.testing.assert_array_equal(text.offset, [[1, 2], [1, 2]])


def test_a_chart_refuses_two_marks_of_one_name_and_a_legend_of_no_mark() -> None:
    marks = Points("p", "real", TWO, TWO, label="points"), Line("p", "real", TWO, TWO)
    with pytest.raises(ValueError, match="chart 'C': marks p, p; no two may have the same name"):
        Chart("C", UNIT, UNIT, marks)
    with pytest.raises(ValueError, match="chart 'C': legend 'lines'; no mark has that label"):
        Chart("C", UNIT, UNIT, marks[:1], legend=("lines",))


def test_lines_instead_of_others_stand_in_a_page_alone() -> None:
    band = Band("b", "real", TWO, TWO, TWO, label="all")
    lines = Lines("l", "real", TWO, np.eye(2), ("a", "b"), label="each", instead_of=("b",))
    c = Chart("C", UNIT, UNIT, (band, lines))
    assert (c.seen, c.entries) == ([band], {"all": [band]})
    with pytest.raises(ValueError, match="chart 'C': lines instead of 'b'; no mark has that name"):
        Chart("C", UNIT, UNIT, (lines,))


def test_marks_of_one_label_share_an_entry_of_the_legend() -> None:
    a, b, c = (Points(name, "real", TWO, TWO, label=label) for name, label in (("a", "x"), ("b", "y"), ("c", "x")))
    rows = (
        Surface("s", "real", np.zeros((2, 2)), label="D"),
        Arrows("k", "real", TWO, TWO, TWO, TWO, key=1, label="= 1"),
    )
    assert Chart("", UNIT, UNIT, (a, b, c, *rows)).entries == {"x": [a, c], "y": [b]}
    assert list(Chart("", UNIT, UNIT, (a, b, c), legend=("y", "x")).entries) == ["y", "x"]


@pytest.mark.parametrize(
    ("axis", "words"),
    [
        (Axis("", 0, 100, format="integer"), ["0", "20", "40", "60", "80", "100"]),
        (Axis("", 0, 3, format="integer"), ["0", "1", "2", "3"]),
        (Axis("", -1.7, 1.7), ["−1", "0", "1"]),
        (Axis("", 0, 1, intervals=4), ["0.00", "0.25", "0.50", "0.75", "1.00"]),
        (Axis("", 0, 0.275, format="percent", intervals=3), ["0 %", "10 %", "20 %"]),
        (Axis("", 1e-3, 10, log=True, intervals=4), ["10⁻³", "10⁻²", "10⁻¹", "10⁰", "10¹"]),
        (Axis("", 1e-4, 1e4, log=True, intervals=4), ["10⁻⁴", "10⁻²", "10⁰", "10²", "10⁴"]),
        (Axis("", 0, 2, ticks=(0, 1, 3), words=("none", "one", "three")), ["none", "one"]),
    ],
)
def test_ticks_are_round_few_and_within_the_limits(axis: Axis, words: list[str]) -> None:
    assert [w for _, w in axis.marked] == words


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Axis("t", 1, 1), "axis 't': from 1 to 1; must be finite and rising"),
        (lambda: Axis("t", 0, float("nan")), "axis 't': from 0 to nan; must be finite and rising"),
        (lambda: Axis("t", 0, 1, log=True), "axis 't': low=0; must be above 0 on a log axis"),
        (lambda: Axis("t", 0, 1, ticks=(0,), words=("a", "b")), "axis 't': 2 words; must be one a tick"),
    ],
)
def test_impossible_axes_are_refused_by_label(make: Callable[[], Axis], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
