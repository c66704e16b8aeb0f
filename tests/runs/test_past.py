"""A run goes back, and repeats what followed to the last bit."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from toygan import Recipe
from toygan.runs import engine, past
from toygan.runs.attempt import Attempt
from toygan.runs.run import Run

SMALL = Recipe(width=4, depth=1, batch=8)
NAMES = ["modes-covered", "sliced-w1"]


def begun(seeds: int = 2, most: int = 2**20) -> Run:
    run = Run(SMALL.seeds(seeds), n=32, metrics=NAMES)
    run.past.remember(run.population.state, most)
    return run


def train(run: Run, until: int) -> None:
    while run.steps < until:
        run.step()


def bits(run: Run) -> bytes:
    return run.population.state.to_bytes()


def test_back_and_forth_again_gives_equal_bits() -> None:
    run = begun()
    train(run, 230)
    end = bits(run)
    fresh = begun()
    train(fresh, 77)
    run.go_to(77)
    assert bits(run) == bits(fresh)
    train(run, 230)
    assert bits(run) == end


def test_the_changes_that_followed_are_made_again() -> None:
    run = begun()
    train(run, 60)
    changed = [recipe.amend(lr_d=0.01, loss="hinge") for recipe in SMALL.seeds(2)]
    run.change(changed)
    train(run, 130)
    end = bits(run)
    run.go_to(20)
    assert run.population.recipes[0].loss == SMALL.loss
    train(run, 130)
    assert run.population.recipes[0].loss == "hinge"
    assert bits(run) == end
    run.go_to(60)
    assert run.population.recipes[0].loss == SMALL.loss  # as it came there
    run.go_to(61)
    assert run.population.recipes[0].loss == "hinge"
    train(run, 130)
    assert bits(run) == end


def test_another_change_begins_another_run() -> None:
    run = begun()
    train(run, 60)
    run.change([recipe.amend(lr_d=0.01) for recipe in SMALL.seeds(2)])
    train(run, 130)
    run.go_to(40)
    run.change([recipe.amend(lr_g=0.02) for recipe in SMALL.seeds(2)])
    assert run.past.reached == 40
    with pytest.raises(ValueError, match="iteration=41: must be from 0 to 40"):
        run.go_to(41)
    train(run, 130)
    fresh = begun()
    train(fresh, 40)
    fresh.change([recipe.amend(lr_g=0.02) for recipe in SMALL.seeds(2)])
    train(fresh, 130)
    assert bits(run) == bits(fresh)


def test_a_change_at_the_present_iteration_is_made_again_too() -> None:
    run = begun()
    train(run, 60)
    run.change([recipe.amend(lr_d=0.01) for recipe in SMALL.seeds(2)])
    fresh = begun()
    train(fresh, 60)
    fresh.change([recipe.amend(lr_d=0.01) for recipe in SMALL.seeds(2)])
    run.go_to(55)
    train(run, 70)
    train(fresh, 70)
    assert bits(run) == bits(fresh)


def test_single_iterations_repeat_as_well() -> None:
    run = begun()
    train(run, 20)
    run.change([recipe.amend(lr_d=0.01) for recipe in SMALL.seeds(2)])
    train(run, 30)
    end = bits(run)
    run.go_to(18)
    for _ in range(12):
        attempt = Attempt(run, measured=True)
        attempt.work()
        attempt.take()
    assert bits(run) == end


def test_measurements_after_it_are_forgotten_and_made_again() -> None:
    run = begun()
    list(run.until(200))
    before = run.record.metric("sliced-w1").copy()
    run.go_to(110)
    assert run.record.steps.tolist() == [0, 100]
    assert run.record.last is None
    list(run.until(200))
    assert run.record.steps.tolist() == [0, 100, 110, 200]
    assert (run.record.metric("sliced-w1")[[0, 1, 3]] == before).all()


def test_a_run_that_keeps_no_past_says_so() -> None:
    run = Run(SMALL, n=32, metrics=NAMES)
    with pytest.raises(ValueError, match="iteration=0: must be from 0 to 0"):
        run.go_to(0)


def test_a_failure_on_the_way_leaves_the_run_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    run = begun()
    train(run, 60)
    before = bits(run)
    monkeypatch.setattr(run.engine, "repeat", lambda population: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run.go_to(30)
    assert bits(run) == before
    assert run.past.done == 0


def test_many_changes_forget_the_oldest_and_what_was_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "MOST_SETTINGS", 3)
    run = begun()
    for i in range(5):
        train(run, 50 * (i + 1))
        run.change([recipe.amend(lr_d=0.01 * (i + 1)) for recipe in SMALL.seeds(2)])
    assert len(run.past.settings) == 3
    assert run.past.first == 150
    end = bits(run)
    run.go_to(160)
    train(run, 250)
    run.prepare_again()
    assert bits(run) == end


def test_captured_iterations_are_repeated_to_the_last_bit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.background.SWITCH, "1")
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path))
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    monkeypatch.setattr(engine, "CAPTURE_SECONDS", 0.0)
    monkeypatch.setattr(engine, "OFTEN", 4)
    engine._share.cache_clear()
    run = begun(1)
    for _ in range(60):
        run.step()
        for thread in threading.enumerate():
            if thread.name == "toygan capture":
                thread.join()
    assert run.engine.name == engine.CAPTURED
    history, end = list(run.engine.history), bits(run)
    run.go_to(3)
    train(run, 60)
    assert bits(run) == end
    assert run.engine.history == history
    assert run.engine.departed is None


def test_it_says_from_where_a_program_that_is_gone_rounds_differently() -> None:
    run = begun(1)
    run.engine.history.append((30, engine.COMPILED))
    train(run, 60)
    run.go_to(20)
    train(run, 60)
    assert run.engine.departed == 30
