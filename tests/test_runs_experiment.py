"""Experiments: what is measured does not depend on how it is shared out."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest

from toygan import train
from toygan.recipe import Recipe
from toygan.runs import experiment as module
from toygan.runs.experiment import Experiment, measure_many, measure_runs

PARENT = """
from toygan.recipe import Recipe
from toygan.runs.experiment import Experiment, measure_many

if __name__ == "__main__":
    tiny = Recipe(width=4, depth=1, batch=8)
    experiments = [Experiment(tiny, 1, 1), *(Experiment(tiny, 1, 10**9 + i) for i in range(4))]
    for _ in measure_many(experiments, jobs=2):
        print("one", flush=True)
"""
TINY = Recipe(data="bimodal", width=4, batch=8)
SHORT = Experiment(TINY, seeds=3, steps=25, every=10)


def test_runs_are_those_of_training_with_one_seed_after_another():
    measured = measure_runs(SHORT._replace(recipe=TINY.but(seed=5)))
    snapshots = list(train([TINY.but(seed=s) for s in (5, 6, 7)], steps=25, every=10))
    assert measured.steps.tolist() == [0, 10, 20, 25]
    for name in ("modes-covered", "loss-d"):
        rows = np.stack([snapshot.metrics[name] for snapshot in snapshots])
        np.testing.assert_allclose(measured.metric(name), rows)
    assert measured.diverged_at.tolist() == [-1, -1, -1]


def test_a_metric_that_was_not_taken_is_nan_and_one_of_a_diverged_seed_too():
    assert np.isnan(measure_runs(SHORT).metric("w1")).all()
    wild = Experiment(TINY.but(loss="wasserstein", optimizer="sgd", lr_g=1e3, lr_d=1e3), seeds=2, steps=40, every=10)
    measured = measure_runs(wild)
    gone = measured.diverged_at > 0
    assert gone.any()
    assert np.isnan(measured.metric("high-quality")[-1, gone]).all()


def test_two_processes_measure_what_one_does():
    experiments = [SHORT, SHORT._replace(recipe=TINY.but(loss="minimax")), SHORT]
    alone, shared = (dict(measure_many(experiments, jobs)) for jobs in (1, 2))
    assert alone.keys() == shared.keys() == set(experiments)
    for experiment, record in alone.items():
        assert record.names == shared[experiment].names
        for name in record.names:
            theirs = shared[experiment].metric(name)
            np.testing.assert_allclose(theirs, record.metric(name), rtol=1e-4, atol=1e-5, err_msg=name)


def test_equal_experiments_are_measured_once(monkeypatch):
    measured: list[Experiment] = []
    monkeypatch.setattr(module, "measure_runs", measured.append)
    other = SHORT._replace(steps=26)
    assert [e for e, _ in measure_many([SHORT, other, SHORT._replace(recipe=TINY.but(seed=0))])] == [SHORT, other]
    assert measured == [SHORT, other]


def test_what_is_done_is_there_before_the_rest_begins(monkeypatch):
    measured: list[Experiment] = []
    monkeypatch.setattr(module, "measure_runs", measured.append)
    next(measure_many([SHORT, SHORT._replace(steps=26)]))
    assert measured == [SHORT]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
@pytest.mark.parametrize("ending", ["SIGTERM", "SIGKILL"])
def test_whatever_ends_the_parent_ends_its_processes(ending: str, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()  # the first experiment is done: its processes are at the others
        children = psutil.Process(parent.pid).children(recursive=True)
        assert children
        parent.send_signal(getattr(signal, ending))
    _, alive = psutil.wait_procs(children, timeout=60)
    assert not alive
