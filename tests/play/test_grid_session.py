"""A phase diagram without its widget: what plays, what is seen of it, and what can be opened."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from support.raising import Raises

from toygan import LOSSES, Recipe, RecipeError
from toygan.chart import Cells
from toygan.play import grid_session
from toygan.play.grid_session import GridSession
from toygan.play.session import Session

SMALL = Recipe(width=4, depth=1, batch=6)
AXES: dict[str, list[object]] = {"lr_g": [1e-3, 1e-2], "lr_d": [1e-4, 1e-3, 1e-2], "regularizers.r1": [0, 0.1]}


def session(seeds: int = 1, steps: int = 40, **how: object) -> GridSession:
    return GridSession(AXES, seeds, steps, base=SMALL, **how)  # type: ignore[arg-type]


def test_it_plays_until_its_last_iteration() -> None:
    s = session()
    s.play()
    while s.playing:
        s.advance(math.inf)
    assert s.iteration == 40
    s.play()
    assert not s.playing
    assert "reset" in s.message
    s.reset()
    assert s.iteration == 0


def test_two_axes_are_seen_and_of_the_third_one_value() -> None:
    s = session()
    assert s.shown.shape == (3, 2)
    for index, strength in enumerate((0, 0.1)):
        s.show("regularizers.r1", index)
        for row, lr_d in enumerate(AXES["lr_d"]):
            for column, lr_g in enumerate(AXES["lr_g"]):
                values = s.grid.values(int(s.shown[row, column]))
                assert values == {"lr_g": lr_g, "lr_d": lr_d, "regularizers.r1": strength}


def test_charts_stay_the_same_objects_until_there_is_news() -> None:
    s = session()
    first = s.charts()
    assert s.charts() is first
    s.colour = "high-quality"
    second = s.charts()
    assert second is not first
    s.step()
    assert s.charts() is not second


def test_a_cell_tells_its_values_its_numbers_and_its_verdicts() -> None:
    s = session(seeds=2)
    mark = s.charts()[0]["cells"]
    assert isinstance(mark, Cells)
    assert mark.names[2].startswith("lr_g 0.001, lr_d 0.001, regularizers.r1 0\nsliced-w1 ")
    assert mark.names[2].endswith("2 × undetermined")
    assert "\nof 500 samples of each seed\n" in mark.names[2]


@pytest.mark.parametrize("colour", session().colours)
def test_all_that_can_colour_cells_does(colour: str) -> None:
    s = session(colour=colour)
    s.step()
    mark = s.charts()[0]["cells"]
    assert isinstance(mark, Cells)
    assert mark.label == colour
    assert np.isfinite(mark.values).all()


def test_a_cell_that_is_opened_goes_on_where_it_stands_and_leaves_the_grid_alone() -> None:
    s = session(seeds=2)
    s.fleet.advance(math.inf, 30)
    opened = Session.from_run(s.open(3))
    assert opened.recipe == s.grid.cells[int(s.shown.flat[3])]
    assert (opened.iteration, opened.seeds) == (30, 2)
    assert opened.record.steps.tolist() == [0, 20, 30]
    before = s.fleet.runs[0].population.state.numbers
    opened.step()
    assert opened.iteration == 31
    assert s.iteration == 30
    assert torch.equal(s.fleet.runs[0].population.state.numbers, before)
    assert s.charts()[0]["cells"].chosen == 3  # type: ignore[attr-defined]


def test_courses_scores_and_verdicts_belong_to_their_cells() -> None:
    s = GridSession({"loss": ["non-saturating", "minimax"], "lr_g": [1e-3, 1e6]}, 2, 60, base=SMALL)
    s.fleet.advance(math.inf, 60)
    assert s.words["verdict"] == ""
    diverged = []
    for cell in range(4):
        s.chosen = cell
        diverged.append(s.words["verdict"] == "2 × diverged")
    places = [s.grid.values(cell)["lr_g"] for cell in s.shown.ravel()]
    assert diverged == [lr == 1e6 for lr in places]


def test_diverged_cells_are_crossed_and_said() -> None:
    s = GridSession({"lr_g": [1e-3, 1e30], "lr_d": [1e-3]}, 1, 40, base=SMALL)
    s.fleet.advance(math.inf, 40)
    assert np.isnan(s.charts()[0]["cells"].values).tolist() == [[False, True]]  # type: ignore[attr-defined]
    assert "1 diverged" in s.status


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"grid": {"lr_g": [1e-3, 1e-2]}}, "two axes"),
        ({"grid": 3}, "grid=3: must be lists of values"),
        ({"grid": {"lr_g": 3, "lr_d": [1e-3]}}, "lr_g=3: must be a list of values"),
        ({"grid": AXES, "steps": 0}, "steps=0"),
        ({"grid": AXES, "seeds": 0}, "seeds=0: must be a whole number from 1 to 8,192"),
        ({"grid": AXES, "seeds": 10**6}, "seeds=1000000: must be a whole number from 1 to 8,192"),
        ({"grid": {"seed": range(1000), "batch": range(1, 1001)}}, "grid=1000000: members; at most 8,192"),
        ({"grid": AXES, "base": "ring8"}, "base='ring8': must be a Recipe"),
        ({"grid": {"lr_g": [1e-3 * (1 + i) for i in range(100)], "lr_d": [1e-3]}, "seeds": 100}, "at most 8,192"),
        ({"grid": AXES, "colour": "beauty"}, "colour='beauty'"),
    ],
)
def test_bad_settings_are_refused_before_a_run_is_made(
    how: dict[str, object], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grid_session, "Fleet", lambda *_, **__: pytest.fail("it made runs"))
    with pytest.raises(RecipeError, match=said):
        GridSession(**{"base": SMALL, **how})  # type: ignore[arg-type]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> GridSession:
    """A grid that was played to its end, in which the two cells of the rate 1e30 met an error."""
    monkeypatch.setitem(LOSSES, "fussy", Raises(0, fussy=True))
    s = GridSession(
        {"lr_g": [1e-3, 1e30], "lr_d": [1e-3, 1e-2]}, seeds=2, steps=30, base=SMALL.but(loss="fussy", optimizer="sgd")
    )
    s.play()
    while s.playing:
        s.advance(0.01)
    return s


def test_cells_that_fail_are_named_and_the_others_are_played_to_the_end(failing: GridSession) -> None:
    assert failing.iteration == 30
    assert failing.status.endswith("4 failed")
    for colour in failing.colours:
        failing.colour = colour
        mark = failing.charts()[0]["cells"]
        assert isinstance(mark, Cells)
        assert np.isnan(mark.values).tolist() == [[False, True], [False, True]]
        lines = mark.names[1].splitlines()
        assert lines == ["lr_g 1e30, lr_d 0.001", "2 × failed", "FloatingPointError: a logit is not finite"]
        assert "failed" not in mark.names[0]


def test_a_cell_that_failed_cannot_be_opened_and_says_why(failing: GridSession) -> None:
    with pytest.raises(RecipeError, match="failed: FloatingPointError"):
        failing.open(1)
    assert failing.words["verdict"] == "2 × failed"
    assert failing.words["evidence"] == "FloatingPointError: a logit is not finite"
    assert len(failing.open(2).population.recipes) == 2


def test_a_cell_whose_seeds_an_error_has_parted_cannot_be_opened() -> None:
    s = session(seeds=2)
    while run := next((run for run in s.fleet.runs if len(run.population.recipes) > 1), None):
        s.fleet.set_apart(run, ValueError("it does not come again"))
    assert s.fleet.failures == {}
    with pytest.raises(RecipeError, match="an error has separated its seeds; reset"):
        s.open(0)


def test_a_grid_of_which_every_run_failed_can_be_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(60))
    s = GridSession(AXES, base=SMALL.but(loss="late"), steps=100)
    s.play()
    while s.playing:
        s.advance(0.01)
    assert s.message == "no run is left to train: ValueError: boom"
    assert s.status.endswith("12 failed")
    assert s.charts()
    LOSSES["late"].at = 0
    s.reset()
    s.step()
    assert (s.iteration, s.fleet.failures) == (1, {})


def test_a_grid_of_which_no_run_can_begin_is_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "raises", Raises(1))
    with pytest.raises(RecipeError, match=r"every run failed: ValueError: boom"):
        GridSession(AXES, base=SMALL.but(loss="raises"))
