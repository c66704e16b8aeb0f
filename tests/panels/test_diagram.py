"""A phase diagram says which way is better, and where each cell is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toygan.chart import Cells, Line, Lines, Points
from toygan.panels.diagram import HEALTHY, Diagram, Scale, find_scale
from toygan.parts.metrics.reference import reference_band

DIAGRAM = Diagram(
    ("lr_g", [1e-4, 1e-3, 1e-2]), ("loss", ["hinge", "minimax"]), HEALTHY, np.array([0, 0.5, 1, 0.25, np.nan, 0]),
    tuple("abcdef"), tuple("abcdef"), "sliced-w1", np.array([0, 20, 40]), np.arange(18.0).reshape(3, 6),
    Scale(20.0, 0.0),
)  # fmt: skip


def cells(diagram: Diagram) -> Cells:
    mark = diagram.charts()[0]["cells"]
    assert isinstance(mark, Cells)
    return mark


def test_rows_are_the_second_axis_and_columns_the_first() -> None:
    diagram = DIAGRAM.charts()[0]
    assert (diagram.x.label, diagram.x.words) == ("lr_g", ("1e-4", "0.001", "0.01"))
    assert (diagram.y.label, diagram.y.words) == ("loss", ("hinge", "minimax"))
    assert cells(DIAGRAM).values.tolist()[0] == [0, 0.5, 1]
    assert np.isnan(cells(DIAGRAM).values[1, 1])


def test_the_title_names_what_is_coloured_and_each_cell_has_its_value_on_request() -> None:
    assert DIAGRAM.charts()[0].title == "healthy in each cell"
    assert cells(DIAGRAM).shown == ("0 %", "50 %", "100 %", "25 %", "", "0 %")
    distances = replace(DIAGRAM, metric="sliced-w1", scale=Scale(1.0, 0.25, log=True))
    assert (distances.charts()[0].title, cells(distances).shown[1]) == ("sliced-w1 in each cell", "0.5")


@pytest.mark.parametrize(
    ("metric", "scale", "values", "words"),
    [
        ("high-quality", Scale(0.0, 1.0), [0, 0.5, 1, 0.25, 0, 0], ("0 %", "50 %", "100 %")),
        ("sliced-w1", Scale(20.0, 0.0), [1, 0.975, 0.95, 0.9875, 1, 1], ("20", "10", "0")),
        ("sliced-w1", Scale(1.0, 0.25, log=True), [1, 0.5, 0, 1, 1, 1], ("1", "0.5", "0.25")),
    ],
)
def test_darker_is_better_in_every_metric(
    metric: str, scale: Scale, values: list[float], words: tuple[str, ...]
) -> None:
    mark = cells(replace(DIAGRAM, metric=metric, scale=scale, means=np.array([0, 0.5, 1, 0.25, 0, 0])))
    assert mark.values.ravel() == pytest.approx(values)
    assert (mark.low, mark.middle, mark.high) == words


@pytest.mark.parametrize(
    ("metric", "title"),
    [
        ("modes-covered-strict", "modes-covered-strict of each cell"),
        ("sliced-w1", "sliced-w1 (data units) of each cell"),
        ("high-quality", "high-quality of each cell"),
    ],
)
def test_the_curves_say_whose_they_are_in_words_that_fit(metric: str, title: str) -> None:
    assert replace(DIAGRAM, followed=metric).charts()[1].title == title


def test_the_cell_that_is_open_has_an_edge_and_a_strong_line() -> None:
    diagram, course = replace(DIAGRAM, chosen=2).charts()
    assert diagram["cells"].chosen == 2  # type: ignore[attr-defined]
    line, lines = course["open"], course["cells"]
    assert isinstance(line, Line)
    assert isinstance(lines, Lines)
    assert line.y.tolist() == lines.y[:, 2].tolist() == [2, 8, 14]
    assert [mark.name for mark in DIAGRAM.charts()[1].marks] == ["cells"]


def test_long_axes_label_as_many_cells_as_have_room() -> None:
    wide = replace(DIAGRAM, x=("seed", list(range(30))), means=np.zeros(60), names=("",) * 60, short=("",) * 60,
                   course=np.zeros((3, 60)))  # fmt: skip
    assert len(wide.charts()[0].x.words or ()) <= 9


def test_ticks_have_as_many_digits_as_have_room_beside_the_axis() -> None:
    odd = replace(DIAGRAM, x=("lr_g", [5.2e-4, 0.0063, 0.25])).charts()[0].x.words
    assert odd == ("5e-4", "0.006", "0.25")


def test_counts_go_to_the_number_of_modes_and_shares_to_one() -> None:
    start = np.array([[0.0, 1.0]])
    for metric, data, ends in (
        ("modes-covered-strict", ["bimodal"], (0, 2)),
        ("effective-modes", ["ring8", "grid25"], (0, 25)),
        ("modes-missing", ["ring8"], (8, 0)),
        ("high-quality", ["ring8"], (0, 1)),
        ("total-variation", ["ring8"], (1, 0)),
    ):
        scale = find_scale(metric, data, 500, start)
        assert (scale.worst, scale.best, scale.log) == (*ends, False)


def test_one_mode_and_a_half_and_two_modes_have_different_colours() -> None:
    scale = find_scale("modes-covered-strict", ["bimodal"], 500, np.ones((6, 1)))
    assert scale.goodness(np.array([0, 1, 1.5, 2])).tolist() == [0, 0.5, 0.75, 1]


def test_distances_go_in_decades_from_true_samples_to_the_worst_start() -> None:
    true = reference_band("sliced-w1", "ring8", 500)
    assert true is not None
    scale = find_scale("sliced-w1", ["ring8", "ring8"], 500, np.array([[1.0, np.nan], [2.5, 0.9]]))
    assert (scale.worst, scale.best, scale.log, scale.true) == (2.5, true.mean, True, true)
    assert scale.goodness(np.array([2.5, (2.5 * true.mean) ** 0.5, true.mean])) == pytest.approx([0, 0.5, 1])


def test_a_cell_beyond_the_scale_has_a_mark_and_the_legend_says_so() -> None:
    here = replace(DIAGRAM, metric="sliced-w1", scale=Scale(1.0, 0.25, log=True))
    assert "▽" not in cells(replace(here, means=np.full(6, 0.5))).unit
    mark = cells(replace(here, means=np.array([0.5, 3, 0.1, 1, np.nan, 0.25])))
    assert mark.values.ravel()[[0, 1, 2, 3, 5]].tolist() == [0.5, -1, 1, 0, 1]
    assert mark.unit == "data units  ▽ worse than 1"


def test_curves_leave_the_scale_with_a_mark() -> None:
    here = replace(DIAGRAM, scale=Scale(4.0, 1.0, log=True), followed="sliced-w1", course=np.full((3, 6), 2.0))
    assert [mark.name for mark in here.charts()[1].marks] == ["cells"]
    chart = replace(here, course=np.array([[2.0] * 6, [2.0] * 5 + [50], [3.0] * 6])).charts()[1]
    mark = chart["beyond"]
    assert isinstance(mark, Points)
    assert mark.x.tolist() == [20]
    assert 4 < mark.y[0] < chart.y.high
    assert [words for _, words in chart.y.marked] == ["1", "2", "5"]


def test_the_curves_of_counts_end_above_the_number_of_modes() -> None:
    scale = find_scale("modes-covered-strict", ["bimodal"], 500, np.ones((6, 1)))
    up = replace(DIAGRAM, metric="modes-covered-strict", followed="modes-covered-strict", scale=scale).charts()[1].y
    assert (up.low, up.log) == (0, False)
    assert 2 < up.high < 2.5


def test_long_names_of_ticks_keep_their_start_and_their_end() -> None:
    losses = [f"mine(first={t},second=0.5)" for t in (0.1, 0.2)] + ["hinge"]
    chart = replace(DIAGRAM, x=("loss", losses), y=("loss", losses[::-2])).charts()[0]
    for words in (chart.x.words, chart.y.words):
        assert words is not None
        assert max(map(len, words)) <= 24
        assert {w[:4] for w in words if "…" in w} <= {"mine"}
        assert all(w.endswith("0.5)") for w in words if "…" in w)
