"""A live run keeps the rows and the parts that it began with, whatever becomes of its file, and says so."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.own_loss import Mine

from toygan import LOSSES, Population, Recipe
from toygan.play import fleet_session
from toygan.play.frames import Frames
from toygan.play.grid_session import GridSession
from toygan.play.session import Session

SMALL = {"width": 4, "batch": 8, "data": "file(path='d.csv')"}
KEEPS = "data=\"file(path='d.csv')\": the file has changed; this run keeps its rows, and a reset reads the new ones"


def write(offset: float = 0.0, columns: int = 2) -> np.ndarray:
    points = np.round(np.random.default_rng(0).normal(size=(30, columns)) + offset, 4)
    np.savetxt("d.csv", points, delimiter=",", header=",".join("xyz"[:columns]), comments="", fmt="%.4f")
    return points.astype(np.float32)


def touch() -> None:
    os.utime("d.csv")


def garbage() -> None:
    Path("d.csv").write_text("no table")


CHANGES: dict[str, Callable[[], object]] = {
    "other rows": lambda: write(5.0),
    "a column more": lambda: write(0.0, 3),
    "gone": lambda: Path("d.csv").unlink(),
    "no table": garbage,
}


@pytest.fixture(autouse=True)
def rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """The rows of the file at the start."""
    monkeypatch.chdir(tmp_path)
    return write()


def begin() -> Session:
    session = Session(Recipe(**SMALL), seeds=2)
    session.step()
    return session


def held(session: Session) -> np.ndarray:
    return session.recipe.distribution.training_set.numpy()  # type: ignore[union-attr]


@pytest.mark.parametrize("change", CHANGES)
def test_a_slider_moves_as_if_the_file_had_stayed(change: str, rows: np.ndarray) -> None:
    changed, same = begin(), begin()
    CHANGES[change]()
    for field, value in [("lr_g", 0.02), ("regularizers.r1", 0.1), ("loss", "hinge"), ("d_steps", 2)]:
        assert changed.set(field, value), changed.message
        assert "this run keeps" in changed.message
        write()
        assert same.set(field, value)
        assert "keeps" not in same.message
        CHANGES[change]()
        changed.step()
        same.step()
    np.testing.assert_array_equal(held(changed), rows)
    assert torch.equal(changed.population.generator.theta, same.population.generator.theta)
    for name, values in same.snapshot.metrics.items():
        np.testing.assert_array_equal(values, changed.snapshot.metrics[name])
    assert len(Frames(changed)()) == 4
    assert changed.words["verdict"]


def test_it_is_said_what_became_of_the_file_and_nothing_of_a_new_date() -> None:
    session = begin()
    touch()
    assert session.set("lr_g", 0.02)
    assert session.message == "lr_g = 0.02: from iteration 1 on"
    write(5.0)
    session.play()
    assert session.message == KEEPS
    Path("d.csv").unlink()
    assert session.set("lr_g", 0.03)
    assert session.message.startswith("lr_g = 0.03: from iteration 1 on; data=")
    assert "No such file" in session.message
    assert session.message.endswith("this run keeps the rows that it has")


def test_a_change_during_play_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet_session, "NOTICE_SECONDS", 0.0)
    session = begin()
    session.play()
    write(5.0)
    session.advance(0.001)
    assert session.message == KEEPS
    session.say("")
    session.advance(0.001)
    assert session.message == ""


@pytest.mark.parametrize("change", ["other rows", "a column more"])
def test_a_new_run_has_the_new_rows_and_says_so(change: str) -> None:
    session = begin()
    frames = Frames(session)
    frames()
    new = CHANGES[change]()
    session.reset()
    assert isinstance(new, np.ndarray)
    np.testing.assert_array_equal(held(session), new)
    assert session.message.endswith("has changed, and the new run has it as it is now")
    session.step()
    assert session.snapshot.samples.shape[-1] == new.shape[1]
    frames()
    session.reset()
    assert session.message == ""


@pytest.mark.parametrize("change", ["gone", "no table"])
@pytest.mark.parametrize("restart", [lambda s: s.reset(), lambda s: s.set("width", 6)])
def test_a_new_run_without_a_file_keeps_the_rows(
    change: str, restart: Callable[[Session], object], rows: np.ndarray
) -> None:
    session = begin()
    CHANGES[change]()
    restart(session)
    assert session.iteration == 0
    assert session.message.endswith("the new run keeps what the last one had")
    session.step()
    np.testing.assert_array_equal(held(session), rows)


def test_to_choose_the_file_again_starts_a_run_of_its_new_rows() -> None:
    session = begin()
    assert session.set("data", SMALL["data"])
    assert session.iteration == 1
    new = write(5.0)
    assert session.set("data", SMALL["data"])
    assert session.iteration == 0
    np.testing.assert_array_equal(held(session), new)


def test_a_population_keeps_its_rows(rows: np.ndarray) -> None:
    population = Population(Recipe(**SMALL))
    write(5.0)
    population.change(Recipe(**SMALL, lr_g=0.1))
    assert population.recipes[0].lr_g == 0.1
    np.testing.assert_array_equal(population.recipes[0].distribution.training_set, rows)
    with pytest.raises(ValueError, match="must agree"):
        Population([population.recipes[0], Recipe(**SMALL)])


@pytest.mark.parametrize("change", CHANGES)
def test_a_phase_diagram_keeps_its_rows_until_a_reset(change: str) -> None:
    session = GridSession({"lr_g": [0.1, 0.2], "lr_d": [0.1, 0.2]}, base=Recipe(**SMALL), steps=100)
    before = session.charts()
    CHANGES[change]()
    session.play()
    assert "this run keeps" in session.message
    session.step()
    assert session.charts() != before
    assert session.open(0).population.recipes[0].distribution.dim == 2
    session.reset()
    session.step()
    session.charts()
    assert session.fleet.recipes[0].distribution.dim == (3 if change == "a column more" else 2)


class Edited(Mine):
    factor = 2.0


def test_an_edited_part_comes_into_a_run_when_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "mine", Mine)
    session = Session(Recipe(loss="mine", width=4, batch=8), seeds=2)
    session.step()

    def loss() -> Any:
        return session.population.recipes[0].parts.loss

    monkeypatch.setitem(LOSSES, "mine", Edited)
    assert session.set("lr_g", 0.02)
    assert loss().factor == 1.0
    assert session.set("loss", "mine")
    assert loss().factor == session.population.game.loss.factor == 2.0  # type: ignore[attr-defined]
    assert session.iteration == 1
    monkeypatch.setitem(LOSSES, "mine", Mine)
    session.reset()
    assert loss().factor == 1.0
    assert session.message == "loss='mine': has changed, and the new run has it as it is now"
    monkeypatch.delitem(LOSSES, "mine")
    assert session.set("lr_g", 0.03), session.message
    session.step()
