"""Recipes side by side: the samples of each, and each number of all in one chart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toygan import Recipe
from toygan.chart import Band, Line
from toygan.panels.look import Look
from toygan.panels.picture import places
from toygan.panels.sides import LETTERS, STYLES, Side, SideCharts, select_members
from toygan.runs.run import Run

SMALL = Recipe(width=4, depth=1, batch=8)


@pytest.fixture(scope="module")
def run() -> Run:
    """Two recipes under three seeds in one population."""
    members = [*SMALL.seeds(3), *SMALL.but(lr_d=0.1).seeds(3)]
    one = Run(members, every=5, n=200)
    one.run(20)
    return one


def sides(run: Run, before: list[Side] | None = None) -> list[Side]:
    whole, looks = [replace(side.look, measurement=side.look.measurement.whole) for side in before or ()], []  # type: ignore[attr-defined]
    for i in range(2):
        looks.append(Look.from_run(run.population, run.record, member=3 * i + 1, n=50, before=(whole or [None])[0]))
        whole = whole or [looks[0]]
    looks = [
        select_members(look, range(3 * i, 3 * i + 3), before[i].look if before else None)
        for i, look in enumerate(looks)
    ]
    return [Side(LETTERS[i], f"lr_d = {look.recipe.lr_d}", look) for i, look in enumerate(looks)]


def test_a_look_at_one_side_has_its_members_alone(run: Run) -> None:
    second = sides(run)[1].look
    assert second.names == ("seed 0", "seed 1", "seed 2")
    np.testing.assert_array_equal(second.metric("loss-d"), run.record.metric("loss-d")[:, 4])
    np.testing.assert_array_equal(second.metrics["loss-d"], run.record.metric("loss-d")[:, 3:])


def test_the_samples_of_each_lead_and_numbers_share_a_chart(run: Run) -> None:
    charts = SideCharts(["samples", "losses", "coverage"]).update(sides(run))
    assert [chart.title for chart in charts if chart.lead] == ["A · lr_d = 0.001", "B · lr_d = 0.1"]
    assert [chart.title for chart in charts if not chart.lead] == ["D's loss", "G's loss", "Modes covered"]
    loss = charts[2]
    for i, letter in enumerate("AB"):
        line, band = loss[letter], loss[f"half of {letter}"]
        assert isinstance(line, Line)
        assert isinstance(band, Band)
        assert (line.role, line.dash) == STYLES[i]
        assert band.role == line.role
        values = run.record.metric("loss-d")[:, 3 * i : 3 * i + 3]
        np.testing.assert_allclose(line.y, values.mean(1))
        np.testing.assert_allclose(band.low, np.quantile(values, 0.25, axis=1))


def test_each_side_has_a_colour_and_a_dash_of_its_own() -> None:
    roles, dashes = zip(*STYLES, strict=True)
    assert len(set(roles)) == len(set(dashes)) == len(LETTERS) == 4


def test_charts_of_numbers_stay_until_there_are_new_ones(run: Run) -> None:
    charts, first = SideCharts(["samples", "coverage"]), sides(run)
    before = charts.update(first)
    after = charts.update(sides(run, first))
    assert after[2] is before[2]
    assert charts.update([replace(side, look=replace(side.look)) for side in first])[2] is before[2]
    assert charts.update(first[:1])[1] is not before[2]


def test_a_number_that_is_not_measured_says_why(run: Run) -> None:
    charts = SideCharts(["samples", "energy-distance"]).update(sides(run))
    assert "nothing to show" in " ".join(charts[-1]["note"].words)


def test_no_panel_is_refused() -> None:
    with pytest.raises(ValueError, match="panels: none"):
        SideCharts([])


@pytest.mark.parametrize(("n", "leading"), [(1, 1), (6, 2), (7, 3), (8, 4), (13, 4)])
def test_leading_charts_stand_side_by_side_at_one_height_and_none_overlap(n: int, leading: int) -> None:
    found = places(n, leading)
    assert len(found) == n
    assert len({(y, w, h) for _, y, w, h in found[:leading]}) == 1
    assert (found[0][3] == 1.0) == (leading < 3)
    assert sum(w * h for _, _, w, h in found) <= 1 + 1e-9
    for i, (x, y, w, h) in enumerate(found):
        assert 0 <= x <= x + w <= 1 + 1e-9
        assert 0 <= y <= y + h <= 1 + 1e-9
        for u, v, s, t in found[:i]:
            assert x + w <= u + 1e-9 or u + s <= x + 1e-9 or y + h <= v + 1e-9 or v + t <= y + 1e-9
