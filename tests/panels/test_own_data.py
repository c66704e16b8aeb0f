"""Own data gets panels that it can fill, with the names of its columns; what stays empty says so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from toygan import DISTRIBUTIONS, Look, Population, Recipe
from toygan.chart import Line
from toygan.panels import render
from toygan.panels.columns import MOST_COLUMNS, true_shares
from toygan.panels.picture import DEFAULT, choose_panels
from toygan.panels.score import Named
from toygan.panels.sides import Side, compare_sides
from toygan.parts.metrics import live_metrics
from toygan.play.frames import Frames
from toygan.play.session import Session
from toygan.runs.record import Record

NAMES = ("height", "weight", "age", "income", "children", "f", "g", "h", "i")
SMALL = {"width": 4, "depth": 1, "batch": 8}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    rows = rng.normal([170, 70, 40, 3e4, 2, 0, 0, 0, 0], [9, 12, 15, 1e4, 1, 1, 1, 1, 1], (300, 9))
    path = tmp_path_factory.mktemp("own") / "own.csv"
    np.savetxt(path, rows, delimiter=",", header=",".join(NAMES), comments="")
    return path


def own(table: Path, columns: int) -> str:
    return f"standardised(of=file(path='{table}',columns='{','.join(NAMES[:columns])}'))"


def look(data: str) -> Look:
    population, record = Population(Recipe(data=data, **SMALL).seeds(2)), Record()
    for _ in range(2):
        record.add(population.snapshot(60, None, live_metrics()))
        population.run(1)
    return Look.from_run(population, record)


@pytest.mark.parametrize(
    ("columns", "panels"),
    [
        (1, ("samples", "losses", "gaps", "sliced-w1")),
        (2, ("samples", "columns", "gaps", "sliced-w1")),
        (5, ("columns", "samples", "gaps", "sliced-w1")),
        (8, ("columns", "samples", "gaps", "sliced-w1")),
        (9, ("samples", "losses", "gaps", "sliced-w1")),
    ],
)
def test_a_table_gets_panels_that_it_fills(columns: int, panels: tuple[str, ...], table: Path) -> None:
    data = own(table, columns)
    assert choose_panels(Recipe(data=data)) == panels
    one = look(data)
    for name in panels:
        chart = render(name, one)
        assert "note" not in [mark.name for mark in chart.marks]
        drawn = [x for mark in chart.marks for x in mark.arrays.values()]
        assert any(np.isfinite(x).any() for x in drawn)


@pytest.mark.parametrize("data", sorted(set(DISTRIBUTIONS) - {"points", "file", "standardised", "training-set"}))
def test_no_data_gets_an_empty_panel(data: str) -> None:
    recipe = Recipe(data=data, **SMALL)
    if recipe.parts.data.has_modes and recipe.parts.data.dim <= 2:
        assert choose_panels(recipe) == DEFAULT
    one = look(data)
    for name in choose_panels(recipe):
        assert "note" not in [mark.name for mark in render(name, one).marks], name


def test_axes_have_the_names_of_the_columns(table: Path) -> None:
    charts = [render("samples", look(own(table, columns))) for columns in (1, 2, 5)]
    assert [chart.x.label for chart in charts] == ["height"] * 3
    assert [chart.y.label for chart in charts[1:]] == ["weight"] * 2
    assert render("samples", look("two-moons")).x.label == ""


def test_columns_are_named_in_the_order_that_was_asked_for_and_arrays_have_no_names(
    tmp_path: Path, table: Path
) -> None:
    named = DISTRIBUTIONS.make(f"file(path='{table}',columns='age,height')")
    assert named.axis_names == ("age", "height")
    assert DISTRIBUTIONS.make(f"training-set(of=file(path='{table}'),n=20)").axis_names == NAMES
    np.save(tmp_path / "a.npy", np.ones((3, 2)) * np.arange(3)[:, None])
    assert DISTRIBUTIONS.make(f"file(path='{tmp_path / 'a.npy'}')").axis_names == ()
    assert DISTRIBUTIONS["ring8"].axis_names == DISTRIBUTIONS["file"].axis_names == ()


def test_each_column_has_its_own_window_and_histograms_of_both_kinds(table: Path) -> None:
    data = Recipe(data=own(table, 4)).parts.data
    for (low, high), mean, spread in zip(data.extent, *data.moments, strict=True):
        assert mean - 6 * spread < low < mean - 2 * spread
        assert mean + 2 * spread < high < mean + 6 * spread
    one = look(own(table, 4))
    chart = render("columns", one)
    words = [chart[f"name {i}"].words[0] for i in range(4)]  # type: ignore[attr-defined]
    assert [w.split()[0] for w in words] == list(NAMES[:4])
    for i in range(4):
        real, generated = (chart[f"{role} {i}"] for role in ("real", "generated"))
        assert isinstance(real, Line)
        assert isinstance(generated, Line)
        (share,), base = [true_shares(data, 32)[i]], 3 - i
        np.testing.assert_allclose(real.y[1:-1:2] - base, 0.66 * share / share.max())
        counts = np.histogram(one.generated[:, i], 32, data.extent[i])[0] / len(one.generated)
        np.testing.assert_allclose(generated.y[1:-1:2] - base, np.minimum(0.66 * counts / share.max(), 0.72), atol=1e-9)


def test_too_many_columns_are_refused_in_words(table: Path) -> None:
    words = " ".join(render("columns", look(own(table, 9)))["note"].words)  # type: ignore[attr-defined]
    assert words.startswith("nothing to show: standardised")
    assert f"more than {MOST_COLUMNS}" in words


def test_a_note_is_wrapped_to_lines_that_can_be_read(table: Path) -> None:
    chart = render("modes", look(own(table, 2)))
    note = chart["note"]
    assert 2 <= len(note.words) <= 6  # type: ignore[attr-defined]
    assert max(map(len, note.words)) <= 32  # type: ignore[attr-defined]
    assert note.size >= 10  # type: ignore[attr-defined]
    assert "has no modes to count" in " ".join(note.words)  # type: ignore[attr-defined]


def test_panels_follow_the_data_unless_they_are_given(table: Path) -> None:
    session = Session(Recipe(**SMALL), 2)
    chosen, given = Frames(session), Frames(session, ("modes", "losses"))
    assert [c.title for c in chosen()][2:] == ["Modes covered", "Share per mode"]
    session.set("data", own(table, 5))
    assert [c.title for c in chosen()] == [
        "Histogram of each column", "Samples, along the first two axes", "Data left out (gaps)", "Distance (W1)",
    ]  # fmt: skip
    assert [c.title for c in given()] == ["Share per mode", "Losses"]


def test_of_columns_of_unlike_size_the_panels_show_what_the_diagnosis_reads() -> None:
    """Of income and score a distance in their own units would be that of the income alone."""
    unlike, alike = look("function(low=-10.0,high=10.0)"), look("standardised(of=two-moons)")
    for name, title in (("gaps", "Data left out (gaps)"), ("off-data", "Samples off the data")):
        for one, shown, words in ((unlike, f"standardised-{name}", f"{title}, standardised"), (alike, name, title)):
            chart = render(name, one)
            assert chart.title == words
            np.testing.assert_array_equal(chart["this run"].y, one.metric(shown))  # type: ignore[attr-defined]
    both = compare_sides(Named("sliced-w1"), [Side("A", "", unlike), Side("B", "", alike)])
    assert both.title == "Distance (W1), standardised"
    np.testing.assert_allclose(both["A"].y, unlike.metrics["standardised-sliced-w1"].mean(1))  # type: ignore[attr-defined]
    np.testing.assert_allclose(both["B"].y, alike.metrics["sliced-w1"].mean(1))  # type: ignore[attr-defined]
