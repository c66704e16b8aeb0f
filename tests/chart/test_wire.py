"""Messages about charts: all of it once, then what is new, so the page always knows the charts as they are."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support.marks import MARKS, chart

from toygan.chart import Axis, Chart, Line, Lines, Surface
from toygan.chart.wire import Wire

Message = tuple[dict[str, Any], list[bytes]]


class Page:
    """What wire.js does: words replace words, numbers replace those from `start` on."""

    def __init__(self) -> None:
        self.words: list[Any] = []
        self.arrays: dict[tuple[int, str, str], np.ndarray] = {}

    def take(self, message: Message) -> None:
        content, buffers = message
        content = json.loads(json.dumps(content, allow_nan=False))
        if content["whole"]:
            self.words, self.arrays = [None] * len(content["charts"]), {}
        self.words = [new or old for new, old in zip(content["charts"], self.words, strict=True)]
        for (*key, kind, start), buffer in zip(content["arrays"], buffers, strict=True):
            old = self.arrays.get(tuple(key), np.empty(0))
            self.arrays[tuple(key)] = np.concatenate([old[:start], np.frombuffer(buffer, f"<{kind}")])

    def knows(self, charts: list[Chart]) -> bool:
        """Whether the page has all numbers of these charts, and their words as a whole message would tell them."""
        content = Wire().message(charts)[0]
        assert self.words == json.loads(json.dumps(content["charts"]))
        for i, c in enumerate(charts):
            for mark in c.marks:
                for field, values in mark.arrays.items():
                    number = 255 * values.clip(0, 1) if isinstance(mark, Surface) else values
                    tolerance = 0.5 if isinstance(mark, Surface) else 1e-6
                    np.testing.assert_allclose(
                        self.arrays[i, mark.name, field], number.ravel(), rtol=1e-6, atol=tolerance
                    )
        return True


def curve(values: list[float], **how: Any) -> Chart:
    steps = np.arange(len(values), dtype=float)
    return chart(Line("m", "discriminator", steps, np.array(values)), **how)


@pytest.mark.parametrize("name", [*MARKS, "surface"])
def test_a_page_that_has_heard_all_knows_every_mark(name: str) -> None:
    surface = Surface("m", "ink", np.array([[0.0, 0.2, 0.4], [0.6, 0.8, 1.0]]), low="generated", high="real")
    charts = [chart(MARKS[name][0] if name in MARKS else surface)]
    page = Page()
    page.take(Wire().message(charts))
    assert page.knows(charts)


def test_a_surface_says_how_its_numbers_stand_in_rows() -> None:
    (words,) = Wire().message([chart(Surface("m", "ink", np.zeros((2, 3))))])[0]["charts"]
    assert words["marks"][0]["columns"] == 3


def test_nothing_is_said_twice() -> None:
    wire, charts = Wire(), [curve([1.0, 2.0]), chart(MARKS["points"][0])]
    assert wire.message(charts)[0]["whole"]
    content, buffers = wire.message(charts)
    assert content == {"whole": False, "charts": [None, None], "arrays": []}
    assert buffers == []


def test_a_mark_that_went_and_comes_back_is_told_whole() -> None:
    wire, page, full = Wire(), Page(), [chart(MARKS["points"][0])]
    for charts in (full, [chart()], full):
        page.take(wire.message(charts))
        assert page.knows(charts)


@pytest.mark.parametrize(
    ("before", "after", "sent"),
    [
        ([1.0, 2.0], [1.0, 2.0, 3.0], 1),  # grown: the new row
        ([1.0, np.nan], [1.0, np.nan, 3.0], 1),  # NaN is the same NaN
        ([], [1.0, 2.0], 2),
        ([1.0, 2.0, 3.0, 4.0], [1.0, 3.0], 1),  # thinned: from the first that differs
        ([1.0, 2.0, 3.0], [1.0, 2.0], 0),  # a start of what it was: where it ends now
        ([1.0, 2.0], [5.0, 2.0, 3.0], 3),  # another run: whole
        ([1.0, 2.0], [], 0),
    ],
)
def test_a_curve_sends_its_numbers_from_the_first_new_one_on(
    before: list[float], after: list[float], sent: int
) -> None:
    wire, page = Wire(), Page()
    page.take(wire.message([curve(before)]))
    message = wire.message([curve(after)])
    content, buffers = message
    y = [buffer for entry, buffer in zip(content["arrays"], buffers, strict=True) if entry[2] == "y"]
    assert [len(buffer) // 4 for buffer in y] == [sent]
    page.take(message)
    assert page.knows([curve(after)])


def test_words_that_change_are_sent_without_the_numbers_that_do_not() -> None:
    wire, page = Wire(), Page()
    page.take(wire.message([curve([1.0, 2.0]), curve([3.0])]))
    longer = [curve([1.0, 2.0], x=Axis("iteration", 0, 20)), curve([3.0])]
    content, buffers = wire.message(longer)
    assert [words is not None for words in content["charts"]] == [True, False]
    assert buffers == []
    page.take((content, buffers))
    assert page.knows(longer)


def test_a_page_that_comes_later_is_told_all() -> None:
    wire, charts = Wire(), [curve([1.0, 2.0])]
    wire.message(charts)
    wire.forget()
    page = Page()
    page.take(wire.message(charts))
    assert page.knows(charts)


def test_other_charts_in_other_number_are_told_as_a_whole() -> None:
    wire, page = Wire(), Page()
    page.take(wire.message([curve([1.0])]))
    page.take(wire.message([curve([1.0]), curve([2.0])]))
    assert page.knows([curve([1.0]), curve([2.0])])


def test_a_surface_with_a_value_that_is_no_number_is_sent_empty() -> None:
    content, (buffer,) = Wire().message([chart(Surface("m", "ink", np.array([[0.5, np.nan]])))])
    assert (content["arrays"][0][2], buffer) == ("values", b"")


def test_numbers_beyond_float32_do_not_warn() -> None:
    _, buffers = Wire().message([curve([1e300, -1e300])])
    assert np.isinf(np.frombuffer(buffers[-1], "<f4")).all()


def test_charts_of_numpy_numbers_become_json() -> None:
    ticks = tuple(np.arange(1, 4))
    c = replace(curve([1.0]), x=Axis("mode", np.float64(0), np.float32(4), ticks=ticks))  # type: ignore[arg-type]
    assert json.dumps(Wire().message([c])[0], allow_nan=False)


def test_marks_of_all_kinds_are_named_by_their_class() -> None:
    for mark in (mark for mark, *_ in MARKS.values()):
        (words,) = Wire().message([chart(mark)])[0]["charts"]
        assert words["marks"][0]["kind"] == type(mark).__name__.lower()


def test_of_lines_only_new_rows_are_sent_and_from_the_first_that_is_another() -> None:
    def seeds(rows: list[list[float]]) -> list[Chart]:
        return [chart(Lines("m", "generated", np.arange(len(rows)), np.array(rows), ("a", "b")))]

    wire, page = Wire(), Page()
    page.take(wire.message(seeds([[1, 2], [3, np.nan]])))
    for rows, start in (([[1, 2], [3, np.nan], [5, 6]], 4), ([[1, 2], [3, np.nan], [5, 7]], 5)):
        content, buffers = wire.message(seeds(rows))
        assert [place for *key, _, place in content["arrays"] if key == [0, "m", "y"]] == [start]
        page.take((content, buffers))
        assert page.knows(seeds(rows))
