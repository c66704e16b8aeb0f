"""The picture of all seeds: each seed has a cell with its samples, its name and its place in the order asked for."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from toygan import PANELS, Population, Recipe
from toygan.measure.diagnosis import diagnose_all
from toygan.panels import Look, render
from toygan.panels.charts import Charts
from toygan.panels.seeds import MOST_CELLS, Tiling, order
from toygan.runs.record import DISTANCE, Record


def look_at(members: int, sort: str = "seed", **recipe: object) -> tuple[Look, Record]:
    population, record = Population(Recipe(width=4, batch=8, **recipe).seeds(members)), Record()  # type: ignore[arg-type]
    for _ in range(4):
        population.run(2)
        record.add(population.snapshot(100))
    return replace(Look.from_run(population, record, member=1), sort=sort), record


@pytest.fixture(scope="module")
def ring() -> tuple[Look, Record]:
    return look_at(5)


def test_each_seed_has_a_cell_from_the_upper_left_on_with_its_seed_and_verdict(ring: tuple[Look, Record]) -> None:
    look, record = ring
    verdicts = [diagnosis.said for diagnosis in diagnose_all(record)]
    cells = render("seeds", look)["cells"]
    assert cells.values.shape == (2, 3)
    assert cells.numbers == (3, 4, -1, 0, 1, 2), "rows of cells are counted from the lowest"
    assert [name.split("\n")[0] for name in cells.names if name] == [
        f"seed {i}: {verdicts[i]}" for i in (3, 4, 0, 1, 2)
    ]
    assert cells.numbers[cells.chosen] == look.member


def test_samples_of_a_seed_lie_in_its_cell_at_their_place_in_the_window(ring: tuple[Look, Record]) -> None:
    look, _ = ring
    points = render("seeds", look)["generated"]
    m = look.each.shape[1]
    low, high = np.array(look.recipe.distribution.extent).T
    inside = ((look.each >= low) & (look.each <= high)).all(-1)
    np.testing.assert_array_equal(np.isfinite(points.x).reshape(5, m), inside)
    corners = np.array([[0, 1], [1, 1], [2, 1], [0, 0], [1, 0]])
    for seed in range(5):
        mine = slice(seed * m, (seed + 1) * m)
        x, y = points.x[mine][inside[seed]], points.y[mine][inside[seed]]
        assert ((x > corners[seed, 0]) & (x < corners[seed, 0] + 1)).all()
        assert ((y > corners[seed, 1]) & (y < corners[seed, 1] + 1)).all()
        np.testing.assert_allclose(np.corrcoef(x, look.each[seed, inside[seed], 0])[0, 1], 1, atol=1e-6)


def test_seeds_are_sorted_by_a_score_the_best_first_and_one_without_it_last(ring: tuple[Look, Record]) -> None:
    look, _ = ring
    scores = {DISTANCE: np.array([0.3, np.nan, 0.1, 0.2, 0.3]), "modes-covered": np.array([2.0, 8, 8, np.nan, 1])}
    look = replace(look, measurement=replace(look.measurement, scores=scores))
    assert order(look) == [0, 1, 2, 3, 4]
    assert order(replace(look, sort="distance")) == [2, 3, 0, 4, 1]
    assert order(replace(look, sort="modes covered")) == [1, 2, 0, 4, 3]
    numbers = render("seeds", replace(look, sort="distance"))["cells"].numbers
    assert numbers == (4, 1, -1, 2, 3, 0)


def test_verdicts_are_counted_as_the_diagnosis_gives_them(ring: tuple[Look, Record]) -> None:
    look, record = ring
    found = Counter(diagnosis.said for diagnosis in diagnose_all(record))
    assert sorted(render("verdicts", look)["names"].words) == sorted(f"{name} {n}" for name, n in found.items())
    six = replace(look.measurement, verdicts=("healthy", "oscillation", "healthy", "healthy", "diverged"))
    chart = render("verdicts", replace(look, measurement=six))
    assert chart["names"].words == ("healthy 3", "oscillation 1", "diverged 1")
    np.testing.assert_array_equal(chart["healthy"].x, [0, 3, np.nan])
    np.testing.assert_array_equal(chart["others"].x, [0, 1, np.nan, 0, 1, np.nan])
    assert chart.x.high == 5


def test_a_density_on_a_line_is_the_share_of_the_samples_in_each_bin() -> None:
    look, _ = look_at(2, data="gaussian1d")
    band = render("seeds", look)["generated"]
    heights = (band.high - band.low).reshape(2, -1)[:, :-1:2]
    ((low, high),) = look.recipe.distribution.extent
    counts = np.stack([np.histogram(x, heights.shape[1], (low, high))[0] for x in look.each[..., 0]])
    np.testing.assert_array_equal(heights > 0, counts > 0)
    whole = (heights > 0) & (heights < heights.max())  # the highest are cut at the edge of the cell
    ratio = heights[whole] / counts[whole]
    np.testing.assert_allclose(ratio, ratio[0])
    assert np.nanmax(band.x) <= 2


@pytest.mark.parametrize("data", ["two-moons", "digits", "gaussian1d", "dirac"])
def test_every_kind_of_data_has_a_picture_of_its_seeds(data: str) -> None:
    look = Look.from_run(Population(Recipe(width=4, batch=8, data=data).seeds(2)), Record())
    assert "cells" in [mark.name for mark in render("seeds", look).marks]
    lost = replace(look, each=np.full_like(look.each, np.nan))
    assert "cells" in [mark.name for mark in render("seeds", lost).marks], "a seed that has diverged has an empty cell"


def test_64_seeds_have_few_points_each_and_of_more_the_first_are_shown() -> None:
    look = Look.from_run(Population(Recipe(width=4, batch=8).seeds(MOST_CELLS + 1)), Record())
    chart = render("seeds", look)
    assert chart.title == "64 of 65 seeds"
    assert len(chart["generated"].x) <= 100 * MOST_CELLS
    assert sorted(chart["cells"].numbers) == list(range(MOST_CELLS))
    assert Tiling(MOST_CELLS).columns == Tiling(MOST_CELLS).rows == 8


def test_only_a_picture_of_all_seeds_asks_for_samples_of_each() -> None:
    assert Charts(["seeds", "samples"]).asks == {"each", "verdicts"}
    assert not Charts([name for name in PANELS if name not in ("seeds", "one-seed", "verdicts", "map")]).asks
    population, record = Population(Recipe(width=4, batch=8).seeds(2)), Record()
    record.add(population.snapshot(50))
    look = Look.from_run(population, record, asks=())
    assert (look.each.shape, look.verdicts) == ((0, 0, 2), ())
    assert "nothing to show" in " ".join(render("seeds", look)["note"].words)
    assert Look.from_run(population, record, before=look).verdicts, "the same measurement, diagnosed now"
