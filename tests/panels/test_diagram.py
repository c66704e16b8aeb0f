"""A phase diagram says which way is better, and where each cell is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toygan.chart import Cells, Line, Lines
from toygan.panels.diagram import HEALTHY, Diagram

DIAGRAM = Diagram(
    ("lr_g", [1e-4, 1e-3, 1e-2]), ("loss", ["hinge", "minimax"]), HEALTHY, np.array([0, 0.5, 1, 0.25, np.nan, 0]),
    tuple("abcdef"), tuple("abcdef"), "sliced-w1", np.array([0, 20, 40]), np.arange(18.0).reshape(3, 6), end=20.0,
)  # fmt: skip


def cells(diagram: Diagram) -> Cells:
    mark = diagram.charts()[0]["cells"]
    assert isinstance(mark, Cells)
    return mark


def test_rows_are_the_second_axis_and_columns_the_first() -> None:
    diagram = DIAGRAM.charts()[0]
    assert (diagram.x.label, diagram.x.words) == ("lr_g →", ("1e-4", "0.001", "0.01"))
    assert (diagram.title[:6], diagram.y.words) == ("loss ↑", ("hinge", "minimax"))
    assert cells(DIAGRAM).values.tolist()[0] == [0, 0.5, 1]
    assert np.isnan(cells(DIAGRAM).values[1, 1])


@pytest.mark.parametrize(
    ("metric", "values", "words"),
    [
        ("high-quality", [0, 0.5, 1, 0.25, 0, 0], ("0 %", "100 %")),
        ("sliced-w1", [1, 0.975, 0.95, 0.9875, 1, 1], ("20", "0")),
    ],
)
def test_darker_is_better_in_every_metric(metric: str, values: list[float], words: tuple[str, str]) -> None:
    mark = cells(replace(DIAGRAM, metric=metric, means=np.array([0, 0.5, 1, 0.25, 0, 0])))
    assert mark.values.ravel() == pytest.approx(values)
    assert (mark.low, mark.high) == words


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
