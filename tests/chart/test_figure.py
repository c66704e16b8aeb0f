"""The matplotlib painter: every mark has the colour of its role at the place of its numbers, in light and in dark."""

from __future__ import annotations

import io
import itertools
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
from PIL import Image
from support.marks import KINDS, MARKS, TEN, chart, one, over

from toygan.chart import Arrows, Axis, Band, Bars, Cells, Chart, Line, Mark, Points, Surface
from toygan.chart.axis import ROLES
from toygan.chart.figure import FOOTER_POINTS, HEAD_INCHES, LEFT_INCHES, TITLE_INCHES, Heading, Painting
from toygan.chart.paint import PAINTERS, RIGHT_POINTS, spread
from toygan.chart.style import DARK, LIGHT, STYLE, Palette, rgb

WIDTH, HEIGHT, DPI = 400, 300, 72
WHOLE = (0.0, 0.0, 1.0, 1.0)


def painted(c: Chart, palette: Palette = LIGHT) -> np.ndarray:
    painting = Painting(WIDTH, HEIGHT, DPI, palette)
    painting.paint([(c, WHOLE)], Heading("title", "right", "line"))
    return painting.rgba()[..., :3].astype(float)


def at(image: np.ndarray, x: float, y: float) -> np.ndarray:
    """The pixel at a point of a chart whose axes go from 0 to 10."""
    left, right, top = LEFT_INCHES * DPI, WIDTH - RIGHT_POINTS, (HEAD_INCHES + TITLE_INCHES) * DPI
    column, row = left + x / 10 * (right - left), HEIGHT - FOOTER_POINTS - y / 10 * (HEIGHT - FOOTER_POINTS - top)
    return image[round(row - 0.5), round(column - 0.5)]


@pytest.mark.parametrize("name", MARKS)
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_mark_has_its_roles_colour_where_its_numbers_say(name: str, palette: Palette) -> None:
    mark, point, opacity = MARKS[name]
    role = mark.fill if isinstance(mark, Line) and mark.fill else mark.role
    expected = over(palette.colour(role), palette.paper, opacity)
    image = painted(chart(mark), palette)
    np.testing.assert_allclose(at(image, *point), expected, atol=2)
    np.testing.assert_array_equal(image[-1, -1], rgb(palette.paper))


def test_a_heading_that_has_no_room_is_made_smaller_and_then_cut() -> None:
    def ink(title: str) -> np.ndarray:
        painting = Painting(WIDTH, HEIGHT, DPI)
        painting.paint([], Heading(title, "iteration 1,000"))
        return np.flatnonzero((painting.rgba()[: int(0.3 * DPI), :, :3] < 128).any((0, 2)))

    right = ink("")
    for title in ("word " * 12, "word " * 100):
        both = ink(title)
        assert both[both < right[0]].max() < right[0] - 8, "the title runs into the words at the right"
        np.testing.assert_array_equal(both[both >= right[0]], right)


def test_every_kind_of_mark_has_a_painter_and_a_probe() -> None:
    assert KINDS == set(PAINTERS) == {type(mark) for mark, *_ in MARKS.values()} | {Surface}


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_a_surface_has_its_first_row_below_and_the_colours_of_real_and_generated(palette: Palette) -> None:
    values = np.zeros((10, 10))
    values[5:, :5] = 1  # above, on the left
    image = painted(chart(Surface("m", "discriminator", values)), palette)
    for x, y, colour in ((2, 8, palette.real), (8, 8, palette.generated), (2, 2, palette.generated)):
        np.testing.assert_allclose(at(image, x, y), over(colour, palette.paper, STYLE.surface_opacity), atol=1)
    middle = palette.surface()[[127, 128], :3].astype(float)
    np.testing.assert_allclose(middle, np.tile(rgb(palette.undecided), (2, 1)), atol=1)


def test_later_marks_lie_upon_earlier_ones() -> None:
    below, above = (Bars(name, role, one(2), one(4), one(6)) for name, role in (("a", "real"), ("b", "ink")))
    np.testing.assert_allclose(at(painted(chart(below, above)), 3, 3), rgb(LIGHT.ink))
    np.testing.assert_allclose(at(painted(chart(above, below)), 3, 3), rgb(LIGHT.real))


def test_what_is_not_a_number_is_not_painted() -> None:
    nothing = np.full(3, np.nan)
    marks = (
        Points("p", "real", nothing, nothing), Line("l", "real", nothing, nothing, end="cross", end_label="end"),
        Band("b", "real", nothing, nothing, nothing, end_label="end"), Bars("h", "real", nothing, nothing, nothing),
        Surface("s", "real", np.full((2, 2), np.nan)), Arrows("a", "real", nothing, nothing, nothing, nothing),
    )  # fmt: skip
    np.testing.assert_array_equal(painted(chart(*marks)), painted(chart()))


def ink_right_of(image: np.ndarray, colour: str) -> int:
    """Pixels of about a colour right of the axes."""
    right = image[
        round((HEAD_INCHES + TITLE_INCHES) * DPI) : round(HEIGHT - FOOTER_POINTS), round(WIDTH - RIGHT_POINTS) + 2 :
    ]
    return int((np.abs(right - rgb(colour)).max(-1) < 60).sum())


def test_labels_stand_at_the_ends_of_lines_and_bands() -> None:
    line = Line("l", "generator", TEN, np.array([5.0, 5]), end_label="GG")
    band = Band("b", "real", None, one(2), one(4), end_label="true\nsamples")
    assert ink_right_of(painted(chart(line)), LIGHT.generator) > 20
    assert ink_right_of(painted(chart(band)), LIGHT.real) > 20
    assert ink_right_of(painted(chart(replace(line, end_label=""))), LIGHT.generator) == 0


@pytest.mark.parametrize(
    ("how", "mark"),
    [
        ({}, Points("m", "real", one(5), one(5), label="real")),
        ({}, Line("m", "ink", TEN, TEN, label="line")),
        ({}, Surface("m", "real", np.zeros((2, 2)), label="D", low="no", high="yes", unit="logit")),
        ({}, Arrows("m", "real", one(5), one(5), one(1), one(0), key=1, label="= 1")),
        ({"note": "a note"}, Line("m", "ink", TEN, TEN)),
        ({"legend_above": True}, Line("m", "ink", TEN, TEN, label="line")),
    ],
)
def test_labels_and_notes_are_written_outside_the_axes(how: dict[str, object], mark: Mark) -> None:
    with_words, without = painted(chart(mark, **how)), painted(chart(replace(mark, label="")))
    changed = np.flatnonzero(np.abs(with_words - without).max((1, 2)) > 60)
    outside = (
        changed < (HEAD_INCHES + TITLE_INCHES) * DPI if "legend_above" in how else changed > HEIGHT - FOOTER_POINTS
    )
    assert outside.any()


def test_names_are_moved_apart_as_little_as_it_takes() -> None:
    np.testing.assert_allclose(spread(np.array([0.5, 0.52]), 0.1), [0.46, 0.56])
    np.testing.assert_allclose(spread(np.array([0.9, 0.2, np.nan]), 0.1), [0.9, 0.2, np.nan])


def test_a_frame_on_old_axes_is_the_frame_painted_from_nothing() -> None:
    first, second = (chart(Points("m", "real", one(x), one(5)), right=Axis("", 0, 10)) for x in (2, 7))
    kept = Painting(WIDTH, HEIGHT, DPI)
    for c in (first, replace(first, title="another"), first, second):
        kept.paint([(c, WHOLE)], Heading("title", "right", "line"))
    np.testing.assert_array_equal(kept.rgba()[..., :3], painted(second))


def test_lines_below_the_charts_have_room_of_their_own() -> None:
    painting, heading = Painting(WIDTH, HEIGHT, DPI), Heading(below="one\ntwo")
    foot = HEIGHT - round(DPI * heading.foot)
    painting.paint([(chart(MARKS["bars"][0]), WHOLE)], Heading())
    assert (painting.rgba()[foot:, :, :3] < 255).any(), "without lines the chart has their place"
    painting.paint([(chart(MARKS["bars"][0]), WHOLE)], replace(heading, below=" \n "))
    assert (painting.rgba()[foot:, :, :3] == 255).all()
    painting.paint([(chart(MARKS["bars"][0]), WHOLE)], heading)
    assert (painting.rgba()[foot:, :, :3] < 255).any()


def test_a_file_holds_the_pixels_or_so_many_times_as_many() -> None:
    painting = Painting(WIDTH, HEIGHT, DPI)
    painting.paint([(chart(MARKS["bars"][0]), WHOLE)], Heading())
    png, large = (Image.open(io.BytesIO(painting.png(scale))) for scale in (1, 2))
    np.testing.assert_array_equal(np.asarray(png), painting.rgba()[..., :3])
    assert (png.format, large.size) == ("PNG", (2 * WIDTH, 2 * HEIGHT))
    np.testing.assert_allclose(np.asarray(large)[::2, ::2].mean(), np.asarray(png).mean(), atol=1)


def test_both_palettes_have_a_colour_of_its_own_for_every_role_and_contrast_with_the_paper() -> None:
    def luminance(colour: str) -> float:  # WCAG 2, relative luminance
        c = rgb(colour) / 255
        return float(np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) @ [0.2126, 0.7152, 0.0722])

    for palette in (LIGHT, DARK):
        colours = [palette.colour(role) for role in ROLES]
        assert len({*colours, palette.paper}) == len(ROLES) + 1
        for role in ROLES:
            pair = sorted((luminance(palette.colour(role)), luminance(palette.paper)))
            assert role == "faint" or (pair[1] + 0.05) / (pair[0] + 0.05) >= 2.9, role


def test_painting_leaves_matplotlibs_settings_alone() -> None:
    before = dict(matplotlib.rcParams)
    painted(chart())
    assert dict(matplotlib.rcParams) == before


def test_long_words_left_of_cells_have_room() -> None:
    """The first letters lie within the picture, so its leftmost column is paper; numbers leave the axes in place."""
    numbers = chart(Cells("m", "real", np.ones((1, 1)), ("a",)))
    names = replace(numbers, y=Axis("", 0, 10, ticks=(5,), words=("least-squares",)))
    images = [painted(c) for c in (numbers, names)]
    starts = [np.flatnonzero((image[HEIGHT // 2] == rgb(LIGHT.real)).all(-1))[0] for image in images]
    assert abs(starts[0] - LEFT_INCHES * DPI) <= 1
    assert starts[1] > starts[0] + 20
    assert (images[1][:, :3] == 255).all()


def test_words_at_cells_are_shortened_in_the_middle_and_numbers_are_not() -> None:
    """No word reaches the edges of a small picture, and none of them lies on another."""
    names = tuple(f"mine(first=0.{i},second=0.25)" for i in range(3))
    cells = Cells("m", "real", np.ones((2, 3)), tuple("abcdef"))
    x, y = (Axis("", 0, n, ticks=tuple(i + 0.5 for i in range(n)), words=names[:n]) for n in (3, 2))
    painting = Painting(WIDTH, HEIGHT, DPI)
    painting.paint([(Chart("C", x, y, (cells,)), (0, 0, 1, 1))], Heading())
    axes = painting._axes[0]
    shown = [[label.get_text() for label in labels] for labels in (axes.get_xticklabels(), axes.get_yticklabels())]
    assert all("…" in words for words in shown[0])
    assert all(words[0] == "m" and words[-1] == ")" for words in [*shown[0], *shown[1]])
    boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
    assert all(0 <= box.x0 < box.x1 <= WIDTH for box in boxes)
    assert all(a.x1 < b.x0 for a, b in itertools.pairwise(boxes))
    assert all(label.get_window_extent().x0 >= 0 for label in axes.get_yticklabels())
    numbers = replace(x, words=("1e-04", "0.123456", "12345678"))
    painting.paint([(Chart("C", numbers, y, (cells,)), (0, 0, 1, 1))], Heading())
    assert [label.get_text() for label in painting._axes[0].get_xticklabels()] == list(numbers.words or ())
