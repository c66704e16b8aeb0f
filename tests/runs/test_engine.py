"""The choice of how a run computes its iterations."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from toygan import TURNS, Population, Recipe, Turn
from toygan.parts.protocols import GameView
from toygan.runs import engine
from toygan.runs.checkpoint import resume, serialize
from toygan.runs.engine import CAPTURED, COMPILED, STEP_BY_STEP, Engine
from toygan.runs.run import Run
from toygan.training.program import Program, script

SMALL = Recipe(width=4, batch=8)


@pytest.fixture(autouse=True)
def _on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.background.SWITCH, "1")
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "programs"))
    monkeypatch.setattr(engine.background, "_logged", False)
    engine._share.cache_clear()


class Clock:
    """A clock on which an iteration takes as long as a test says."""

    def __init__(self, seconds: float) -> None:
        self.now, self._seconds = 0.0, seconds

    def __call__(self) -> float:
        self.now += self._seconds * engine.OFTEN
        return self.now


def train(population: Population, chosen: Engine, iterations: int, left: int | None = None) -> None:
    """Train as a run does, and wait for what is prepared."""
    for i in range(iterations):
        chosen.prepare(population, None if left is None else left - i)
        population.step()
        for thread in threading.enumerate():
            if thread.name.startswith("toygan"):
                thread.join()


def test_a_short_run_is_computed_step_by_step() -> None:
    population, chosen = Population(SMALL), Engine(Clock(0.001))
    train(population, chosen, 200, left=200)
    assert chosen.history == [(0, STEP_BY_STEP)]


def test_a_long_run_is_captured_once_that_pays_and_keeps_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    population, chosen = Population(SMALL), Engine(Clock(0.01))
    stepped = population.fork()
    train(population, chosen, 100, left=1000)
    assert [name for _, name in chosen.history] == [STEP_BY_STEP, CAPTURED]
    assert chosen.history[1][0] == 2 * engine.OFTEN
    stepped.run(100)
    assert population.state.to_bytes() == stepped.state.to_bytes()


def test_time_in_which_others_are_at_work_counts_for_nothing() -> None:
    population, chosen = Population(SMALL), Engine()
    step = population.step

    def wait_and_step() -> None:
        time.sleep(0.02)  # by a clock on the wall, 100 iterations take two seconds: enough for a capture
        step()

    population.step = wait_and_step  # type: ignore[method-assign]
    train(population, chosen, 2 * engine.OFTEN + 2, left=130)
    assert chosen.history == [(0, STEP_BY_STEP)]


def test_a_slow_start_counts_for_nothing() -> None:
    times = iter([0.0, 100.0, *(100.0 + 0.01 * i for i in range(1000))])  # the first iterations take 100 s
    population, chosen = Population(SMALL), Engine(lambda: next(times))
    train(population, chosen, 200, left=1000)
    assert chosen.history == [(0, STEP_BY_STEP)]


def test_a_run_without_an_end_is_captured_after_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    population, chosen = Population(SMALL), Engine(Clock(0.01))
    train(population, chosen, 160)
    (_, (at, name)) = chosen.history
    assert name == CAPTURED
    assert 0.3 < at * 0.01 * engine.OPEN < 30


def test_what_was_compiled_before_is_taken_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(engine.background, "find", lambda jobs: asked.append(jobs) or [Path("library")])
    monkeypatch.setattr("toygan.compiler.library.load", lambda path: lambda tensors: call[0](tensors))
    population, chosen = Population(SMALL), Engine(Clock(0.01))
    ((trace, like),) = Program(population).examples
    call = [script(trace, like)]
    train(population, chosen, 40, left=1000)
    assert chosen.name == COMPILED
    assert len(asked) == 1


def test_a_compiler_starts_only_for_a_run_of_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(engine.background, "find", lambda jobs: None)
    monkeypatch.setattr(engine.background, "has_compiler", lambda: True)
    monkeypatch.setattr(engine.background, "start", lambda jobs, done: started.append(jobs) or True)
    for iterations, expected in ((500, 0), (50_000, 1)):
        engine._share.cache_clear()
        train(Population(SMALL), Engine(Clock(0.01)), 100, left=iterations)
        assert len(started) == expected


def test_a_step_that_cannot_be_captured_continues_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    class Reading(Turn):
        def step(self, game: GameView) -> None:
            game.generator.theta.sum().item()
            super().step(game)

    monkeypatch.setitem(TURNS, "reading", Reading())
    population, chosen = Population(SMALL.but(turns="reading")), Engine(Clock(0.01))
    train(population, chosen, 100, left=1000)
    assert chosen.history == [(0, STEP_BY_STEP)]
    assert population.steps == 100


def test_runs_of_one_shape_share_what_was_captured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    first = Population(SMALL.seeds(2))
    train(first, Engine(Clock(0.01)), 40, left=1000)
    second, chosen = Population(SMALL.but(lr_g=0.01, seed=9).seeds(2)), Engine(Clock(0.01))
    train(second, chosen, 1, left=1000)
    assert second.program is first.program is not None
    assert chosen.history == [(0, STEP_BY_STEP), (0, CAPTURED)]


def test_a_change_of_the_loss_continues_without_the_old_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    population, chosen = Population(SMALL), Engine(Clock(0.01))
    train(population, chosen, 40, left=1000)
    population.change(SMALL.but(loss="hinge"))
    chosen.prepare(population, 1)
    assert population.program is None
    assert chosen.name == STEP_BY_STEP


def test_it_can_be_turned_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(engine.background.SWITCH, "0")
    population, chosen = Population(SMALL), Engine(Clock(1.0))
    train(population, chosen, 50, left=10**6)
    assert chosen.history == [(0, STEP_BY_STEP)]
    assert population.compile().startswith("captured: TOYGAN_COMPILE=0")


def test_a_run_says_how_it_was_computed() -> None:
    run = Run(SMALL)
    run.run(5)
    assert run.engine.history == [(0, STEP_BY_STEP)]


def test_a_resumed_run_continues_compiled_or_says_that_it_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    history = [(0, STEP_BY_STEP), (5, CAPTURED), (9, COMPILED)]
    monkeypatch.setattr(engine.background, "find", lambda jobs: None)
    population, chosen = Population(SMALL), Engine(Clock(0.0), history)
    population.run(20)
    train(population, chosen, 1, left=10)
    assert chosen.history == [*history, (20, CAPTURED)]

    engine._share.cache_clear()
    ((trace, like),) = Program(population).examples
    call = script(trace, like)
    monkeypatch.setattr(engine.background, "find", lambda jobs: [Path("library")])
    monkeypatch.setattr("toygan.compiler.library.load", lambda path: call)
    chosen = Engine(Clock(0.0), history)
    train(population, chosen, 1, left=10)
    assert chosen.history == history


def test_a_checkpoint_keeps_the_iterations_at_which_the_engine_changed() -> None:
    run = Run(SMALL, limit=None)
    run.run(5)
    run.engine.history.append((3, CAPTURED))
    assert resume(serialize(run)).engine.history == [(0, STEP_BY_STEP), (3, CAPTURED)]


def test_iterations_that_come_later_count(monkeypatch: pytest.MonkeyPatch) -> None:
    started = []
    monkeypatch.setattr(engine.background, "find", lambda jobs: None)
    monkeypatch.setattr(engine.background, "has_compiler", lambda: True)
    monkeypatch.setattr(engine.background, "start", lambda jobs, done: started.append(jobs) or True)
    train(Population(SMALL), Engine(Clock(0.01), later=50_000), 100, left=500)
    assert len(started) == 1


def test_a_library_that_gives_other_numbers_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine.background, "has_compiler", lambda: False)
    monkeypatch.setattr(engine.background, "find", lambda jobs: [Path("library")])
    monkeypatch.setattr("toygan.compiler.library.load", lambda path: lambda tensors: [x + 1 for x in tensors])
    population, chosen = Population(SMALL), Engine(Clock(0.01))
    train(population, chosen, 40, left=1000)
    assert chosen.name == CAPTURED
    assert len(caplog.records) == 1
