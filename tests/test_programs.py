"""Programs, end to end: whatever trains uses them by itself, and its numbers are those of the step."""

from __future__ import annotations

import json
import math
import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from support.folders import contents
from support.programs import capture_at_once, compile_at_once, compile_in_worker
from support.shell import refused, toygan

from toygan import Recipe, claims, sweep
from toygan.cli import run_folder
from toygan.compiler import background
from toygan.play.grid_session import GridSession
from toygan.runs import engine
from toygan.runs.engine import CAPTURED, COMPILED, STEP_BY_STEP
from toygan.runs.run import Run
from toygan.studies.claims.findings import measure_claims

SMALL = Recipe(width=4, depth=1, batch=6)
TRAIN = ["train", "--seeds", "2", "--width", "4", "--depth", "1", "--batch", "4", "--steps", "12", "--every", "4"]
AT, SINCE = 7, 1  # iterations at which a run is cut short, and from which on it has a program


class Killed(BaseException):
    """What ends a process at once."""


def cut_short(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Train in a folder until iteration AT, of which there is a checkpoint."""
    step = Run.step

    def step_or_end(run: Run) -> None:
        if run.steps == AT:
            raise Killed
        step(run)

    with monkeypatch.context() as patch:
        patch.setattr(run_folder, "LEAST_SECONDS", 0.0)
        patch.setattr(run_folder, "TIME_SHARE", np.inf)
        patch.setattr(Run, "step", step_or_end)
        with pytest.raises(Killed):
            toygan(*TRAIN, "--out", out)
    engine._share.cache_clear()  # as in another process


def histories(monkeypatch: pytest.MonkeyPatch) -> list[list[tuple[int, str]]]:
    """What each engine that begins from now on has done, as it goes on."""
    found: list[list[tuple[int, str]]] = []
    begin = engine.Engine.__init__

    def note(self: engine.Engine, *how: object, **named: object) -> None:
        begin(self, *how, **named)  # type: ignore[arg-type]
        found.append(self.history)

    monkeypatch.setattr(engine.Engine, "__init__", note)
    return found


def test_a_run_that_is_captured_cut_short_and_resumed_leaves_the_files_of_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert toygan(*TRAIN, "--out", tmp_path / "stepped").exit_code == 0
    capture_at_once(monkeypatch, tmp_path)
    cut_short(tmp_path / "run", monkeypatch)
    found = histories(monkeypatch)
    assert toygan(*TRAIN, "--out", tmp_path / "run", "--resume").exit_code == 0
    assert [name for _, name in found[-1]] == [STEP_BY_STEP, CAPTURED, STEP_BY_STEP, CAPTURED]
    assert contents(tmp_path / "run") == contents(tmp_path / "stepped")


def test_a_run_that_is_compiled_cut_short_and_resumed_is_compiled_from_the_same_iteration_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_at_once(monkeypatch, tmp_path)
    whole = toygan(*TRAIN, "--out", tmp_path / "whole")
    assert f"compiled since iteration {SINCE}: " in whole.stdout
    engine._share.cache_clear()
    cut_short(tmp_path / "run", monkeypatch)
    found = histories(monkeypatch)
    assert f"compiled since iteration {SINCE}: " in toygan(*TRAIN, "--out", tmp_path / "run", "--resume").stdout
    assert found[-1] == [(0, STEP_BY_STEP), (SINCE, COMPILED)]
    assert contents(tmp_path / "run") == contents(tmp_path / "whole")
    assert json.loads((tmp_path / "run" / "engines.json").read_text()) == [
        {"iteration": 0, "engine": STEP_BY_STEP},
        {"iteration": SINCE, "engine": COMPILED},
    ]
    for words in (["diagnose", tmp_path / "run"], [*TRAIN, "--out", tmp_path / "run", "--resume"]):
        assert f"compiled since iteration {SINCE}: " in toygan(*words).stdout
    (tmp_path / "run" / "engines.json").write_text('[{"iteration": 0, "engine": "magic"}]')
    assert "engines.json is not of toygan" in refused(toygan("diagnose", tmp_path / "run"))


def test_a_compiled_run_that_is_resumed_where_its_program_is_not_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    compile_at_once(monkeypatch, tmp_path)
    cut_short(tmp_path, monkeypatch)
    monkeypatch.setattr(engine.background, "find", lambda jobs: None)
    found = histories(monkeypatch)
    assert toygan(*TRAIN, "--out", tmp_path, "--resume").exit_code == 0
    assert found[-1] == [(0, STEP_BY_STEP), (SINCE, COMPILED), (AT, CAPTURED)]
    assert [record.getMessage() for record in caplog.records] == [
        f"a run was compiled up to iteration {AT}, and that program is not here:"
        " from there on it is rounded differently"
    ]


def test_a_compiled_run_that_goes_back_repeats_each_stretch_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compile_at_once(monkeypatch, tmp_path)
    monkeypatch.setattr(engine, "OFTEN", 8)
    run = Run(SMALL.seeds(2), n=32)
    run.past.remember(run.population.state, 2**20)
    states = {}
    for step in range(1, 41):
        run.step()
        states[step] = run.population.state.to_bytes()
    ((_, first), (since, then)) = run.engine.history
    assert (first, then) == (STEP_BY_STEP, COMPILED)
    assert 8 < since < 40
    for start in (3, 30):
        run.go_to(start)
        for step in range(start + 1, 41):
            run.step()
            assert run.population.state.to_bytes() == states[step]


def measured(tables: pd.DataFrame) -> pd.DataFrame:
    return tables.select_dtypes("number").drop(columns="diverged_at")


def swept(executor: Executor | None = None, seeds: int = 22) -> pd.DataFrame:
    """Two pieces."""
    recipes = [SMALL.but(lr_g=rate) for rate in np.geomspace(1e-4, 1e-2, 3)]
    return sweep(recipes, seeds, 8, every=8, metrics=["modes-covered", "sliced-w1"], jobs=1, executor=executor)


def test_a_sweep_is_captured_once_a_shape_with_the_numbers_of_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stepped = swept()
    with monkeypatch.context() as patch:
        capture_at_once(patch, tmp_path)
        pd.testing.assert_frame_equal(swept(), stepped)
    asked = compile_at_once(monkeypatch, tmp_path)
    compiled = swept()
    assert len(asked) == 2, "a piece of 64 members, and one of 2"
    assert not measured(compiled).equals(measured(stepped))
    np.testing.assert_allclose(measured(compiled), measured(stepped), rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@pytest.mark.skipif(not background.has_compiler(), reason="needs a C++ compiler")
def test_workers_of_a_sweep_share_one_compilation(tmp_path: Path) -> None:
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, fresh, compile_in_worker, (tmp_path,)) as pool:
        compiled = swept(pool, seeds=128 // 3 + 1)
    keys = (tmp_path / "begun").read_text().split()
    assert len(keys) == len(set(keys)) == 2, "a piece of 64 members, which two workers want at once, and one of 1"
    stepped = swept(seeds=128 // 3 + 1)
    assert not measured(compiled).equals(measured(stepped))
    np.testing.assert_allclose(measured(compiled), measured(stepped), rtol=1e-3, atol=1e-3)


def test_a_phase_diagram_is_captured_with_the_numbers_of_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def played() -> GridSession:
        grid = GridSession({"lr_g": [1e-3, 1e-2], "loss": ["hinge", "minimax"]}, seeds=2, steps=9, base=SMALL)
        grid.play()
        while grid.playing:
            grid.advance(math.inf)
        return grid

    stepped = played()
    capture_at_once(monkeypatch, tmp_path)
    captured = played()
    assert {run.engine.name for run in captured.fleet.runs} == {CAPTURED}
    for mine, its in zip(stepped.fleet.runs, captured.fleet.runs, strict=True):
        assert its.population.state.to_bytes() == mine.population.state.to_bytes()
        assert its.record.to_json() == mine.record.to_json()


def test_claims_are_measured_captured_with_the_numbers_of_the_step(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loss = claims.Quantity("lowest loss of D", lambda record: record.metric("loss-d").min(0))
    rates = {"1e-3": SMALL, "1e-2": SMALL.but(lr_d=1e-2)}
    faster = {"faster": claims.Claim("A faster D gets a lower loss", rates, loss, steps=12, every=4, seeds=4)}
    stepped = measure_claims(faster)["faster"]
    capture_at_once(monkeypatch, tmp_path)
    found = histories(monkeypatch)
    captured = measure_claims(faster)["faster"]
    assert [history[-1][1] for history in found] == [CAPTURED, CAPTURED]
    assert json.dumps([captured.means, captured.effects]) == json.dumps([stepped.means, stepped.effects])
