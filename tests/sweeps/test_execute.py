"""Pieces of work: what is measured does not depend on how it is shared out, and processes end with their parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest

from toygan import train
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.sweeps import execute as module
from toygan.sweeps.execute import execute
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece, build_record, run

PARENT = """
from toygan.recipe import Recipe
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece

if __name__ == "__main__":
    tiny = Recipe(width=4, depth=1, batch=8)
    for _ in execute([Piece((tiny,), 1), *(Piece((tiny,), 10**9 + i) for i in range(4))], jobs=2):
        print("one", flush=True)
"""
TINY = Recipe(data="bimodal", width=4, batch=8)
SHORT = Piece.seeds(TINY, seeds=3, steps=25, every=10)
OTHER = SHORT._replace(steps=26)


def workers(parent: int) -> list[psutil.Process]:
    """The worker processes of a process; it has another child, which tracks semaphores."""
    children = psutil.Process(parent).children()
    return [child for child in children if any("spawn_main" in word for word in child.cmdline())]


def measured(piece: Piece) -> Record:
    return build_record(run(piece.to_json()))


def test_runs_are_those_of_training_with_one_seed_after_another() -> None:
    record = measured(Piece.seeds(TINY.but(seed=5), 3, 25, 10))
    snapshots = list(train([TINY.but(seed=s) for s in (5, 6, 7)], steps=25, every=10))
    assert record.steps.tolist() == [0, 10, 20, 25]
    for name in ("modes-covered", "loss-d"):
        rows = np.stack([snapshot.metrics[name] for snapshot in snapshots])
        np.testing.assert_allclose(record.metric(name), rows)
    assert record.diverged_at.tolist() == [-1, -1, -1]


def test_a_metric_that_was_not_taken_is_nan_and_one_of_a_diverged_seed_too() -> None:
    assert np.isnan(measured(SHORT).metric("w1")).all()
    wild = measured(Piece.seeds(TINY.but(loss="wasserstein", optimizer="sgd", lr_g=1e3, lr_d=1e3), 2, 40, 10))
    gone = wild.diverged_at > 0
    assert gone.any()
    assert np.isnan(wild.metric("high-quality")[-1, gone]).all()


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words of the pieces that are done from here on, by doing nothing."""
    words: list[str] = []
    monkeypatch.setattr(module, "measure", lambda piece, later: words.append(piece._replace(held=None).to_json()))
    return words


def test_equal_pieces_are_done_once(done: list[str]) -> None:
    assert [piece for piece, _ in execute([SHORT, OTHER, Piece.seeds(TINY, 3, 25, 10)], jobs=1)] == [SHORT, OTHER]
    assert done == [SHORT.to_json(), OTHER.to_json()]


def test_what_is_done_is_there_before_the_rest_begins(done: list[str]) -> None:
    next(execute([SHORT, OTHER], jobs=1))
    assert done == [SHORT.to_json()]


def test_a_piece_of_several_groups_is_done_once_and_each_group_is_told_as_soon_as_it_can_be() -> None:
    told: list[tuple[int, int]] = []
    groups = {"both": [SHORT, OTHER], "first": [SHORT]}
    found = measure_groups(groups, jobs=1, progress=lambda done, wanted: told.append((done, wanted)))
    name, (record,) = next(found)
    assert (name, told) == ("first", [(1, 2)])
    assert record.steps[-1] == 25
    name, records = next(found)
    assert (name, [r.steps[-1] for r in records], told) == ("both", [25, 26], [(1, 2), (2, 2)])


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
@pytest.mark.parametrize(
    "ending",
    ["SIGINT", pytest.param("SIGTERM", marks=pytest.mark.slow), "SIGKILL"],  # the second ends it as the third does
)
def test_whatever_ends_the_parent_ends_its_processes_and_leaves_nothing(ending: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    command = [sys.executable, "-W", "error", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stderr is not None
        parent.stdout.readline()  # the first piece is done: its processes are at the others
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.send_signal(getattr(signal, ending))
        _, alive = psutil.wait_procs(children, timeout=60)
        assert not alive
        last = parent.stderr.read().splitlines()[-1:]
    assert last == (["KeyboardInterrupt"] if ending == "SIGINT" else []), "no warning of what was left behind"


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="POSIX")
def test_ctrl_c_while_workers_load_is_told_once(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    command = [sys.executable, str(script)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as parent:
        assert parent.stderr is not None
        while len(workers(parent.pid)) < 2:
            assert parent.poll() is None
        time.sleep(0.5)
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.stderr.read().count("Traceback") == 1, "that of the parent"
