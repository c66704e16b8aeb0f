"""Pins hold the curves of a run, say how its settings differ from those of now, and are drawn behind its curves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from toygan import Population, Recipe
from toygan.panels import Look, render
from toygan.panels.pins import MOST_BYTES, MOST_MEMBERS, MOST_PINS, MOST_ROWS, Pin, Pins
from toygan.panels.score import Named
from toygan.panels.sides import Side, compare_sides
from toygan.runs.record import Record

SMALL = Recipe(width=4, batch=8)
METRICS = ("loss-d", "loss-g", "modes-covered", "sliced-w1")


def course(rows: int, members: int, recipe: Recipe = SMALL, level: float = 0.0) -> Record:
    """Values that count from a level on, a tenth apart for each member."""
    steps, each = np.arange(rows) * 10, np.arange(members) / 10
    values = level + np.arange(rows)[:, None] + each
    return Record.from_arrays(recipe.seeds(members), steps, dict.fromkeys(METRICS, values))


@pytest.fixture(scope="module")
def look() -> Look:
    population, record = Population(SMALL.seeds(2)), Record()
    record.add(population.snapshot(50))
    population.run(2)
    record.add(population.snapshot(50))
    return Look.from_run(population, record, member=1)


def test_a_pin_keeps_the_curves_of_every_member_and_of_a_long_run_its_ends() -> None:
    pin = Pin.from_record(course(30, 3), SMALL)
    np.testing.assert_array_equal(pin.steps("loss-d"), np.arange(30) * 10)
    np.testing.assert_allclose(pin.curve("loss-d", 2), np.arange(30) + 0.2, rtol=1e-6)
    np.testing.assert_allclose(pin.curve("loss-d", 7), np.arange(30), rtol=1e-6, err_msg="the first, if there is none")
    assert len(pin.curve("gaps", 0)) == 0
    long = Pin.from_record(course(4000, 2), SMALL)
    assert len(long.steps("loss-d")) <= MOST_ROWS
    assert (long.steps("loss-d")[0], long.steps("loss-d")[-1]) == (0, 39990)


def test_a_pin_of_many_members_stays_small() -> None:
    pin = Pin.from_record(course(1000, 200), SMALL)
    assert pin.values("loss-d").shape[1] == MOST_MEMBERS
    assert pin.nbytes <= MOST_BYTES * 1.05, "beside them there are the iterations"


def test_of_several_pins_the_oldest_leaves_and_the_newest_is_taken_away_first() -> None:
    pins = Pins()
    for i in range(MOST_PINS + 1):
        pins.add(Pin.from_record(course(3, 1), SMALL.but(lr_d=0.01 * (1 + i))))
    assert [pin.words for pin in pins.beside(SMALL)] == [f"lr_d = 0.0{i}" for i in (2, 3, 4, 5)]
    assert pins.beside(SMALL) is pins.beside(SMALL), "a picture need not be drawn again"
    pins.remove()
    assert [pin.words for pin in pins.beside(SMALL.but(lr_d=0.04))] == ["lr_d = 0.02", "lr_d = 0.03", "same settings"]
    pins.add(Pin.from_record(course(3, 1), SMALL.but(lr_d=0.02)))
    assert [pin.words for pin in pins.beside(SMALL)][::3] == ["lr_d = 0.02", "lr_d = 0.02 (2)"]


def test_pins_are_grey_lines_behind_the_curves_of_the_same_seed_with_a_word_in_the_legend(look: Look) -> None:
    pin = Pin.from_record(course(40, 2, level=5.0), SMALL.but(lr_d=0.01)).described(SMALL)
    seen = replace(look, pins=(pin,))
    for panel, metrics in (("losses", METRICS[:2]), ("coverage", METRICS[2:3]), ("sliced-w1", METRICS[3:])):
        chart = render(panel, seen)
        lines = [chart[f"pin 1: {metric}"] for metric in metrics]
        for line in lines:
            np.testing.assert_allclose(line.y, 5 + np.arange(40) + 0.1, rtol=1e-6)
            assert line.role == "muted"
        assert list(chart.entries) == ["lr_d = 0.01"]
        names = [mark.name for mark in chart.marks]
        assert names.index(lines[-1].name) < names.index(metrics[0] if panel == "losses" else "this run"), "behind"
        assert chart.x.high >= 390
        if panel != "coverage":
            assert chart.y.high > 20, "an axis that grows holds them, too"
    assert not render("coverage", look).entries


def test_of_several_sides_the_mean_of_the_seeds_that_were_pinned_is_drawn(look: Look) -> None:
    pin = Pin.from_record(course(5, 3), SMALL.but(lr_d=0.01)).described(SMALL)
    sides = [Side("A", "", replace(look, pins=(pin,))), Side("B", "", replace(look, pins=(pin,)))]
    chart = compare_sides(Named("loss-d"), sides)
    np.testing.assert_allclose(chart["pin 1: loss-d"].y, np.arange(5) + 0.1, rtol=1e-6)
    assert list(chart.entries) == ["lr_d = 0.01"]
