"""A sweep's table is the same by whatever way it was made, and what was done is not done again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from pandas.testing import assert_frame_equal

from toygan import LOSSES, Recipe, RecipeError, read_sweep, sweep
from toygan.limits import cost
from toygan.runs.run import Run
from toygan.sweeps import execute, piece
from toygan.sweeps.piece import MEMORY_BYTES, split_into_pieces
from toygan.sweeps.run import plan
from toygan.sweeps.store import Store

TINY = Recipe(width=4, batch=4)
GRID = {"lr_g": [1e-3, 1e-2], "depth": [1, 2], "regularizers.r1": [0, 0.1]}
ASKED: dict[str, Any] = {"seeds": 2, "steps": 6, "every": 2, "base": TINY}


@pytest.fixture(scope="module")
def serial() -> pd.DataFrame:
    return sweep(GRID, **ASKED, jobs=1)


def test_a_table_has_a_row_for_each_recipe_seed_and_evaluation(serial: pd.DataFrame) -> None:
    assert len(serial) == 2 * 2 * 2 * 2 * 4
    assert not serial.duplicated(["lr_g", "depth", "regularizers.r1", "seed", "step"]).any()
    assert serial["depth"].dtype == np.int64
    assert serial["lr_g"].dtype == np.float64
    run = serial.query("lr_g == 0.01 and depth == 1 and `regularizers.r1` == 0.1 and seed == 1")
    alone = Run(TINY.but(lr_g=0.01, depth=1, regularizers={"r1": 0.1}, seed=1), every=2)
    alone.run(6)
    assert run["step"].tolist() == alone.record.steps.tolist() == [0, 2, 4, 6]
    np.testing.assert_allclose(run["loss-d"], alone.record.metric("loss-d")[:, 0], rtol=1e-5)


def test_processes_and_threads_give_the_same_table_to_the_last_bit(serial: pd.DataFrame) -> None:
    assert_frame_equal(sweep(GRID, **ASKED, jobs=2), serial, check_exact=True)
    with ThreadPoolExecutor(1) as executor:
        assert_frame_equal(sweep(GRID, **ASKED, executor=executor), serial, check_exact=True)


def test_the_number_of_threads_is_put_back() -> None:
    before = torch.get_num_threads()
    sweep([TINY], 1, 1)
    assert torch.get_num_threads() == before


class Counting(Executor):
    """Does at once what is submitted, and counts it."""

    def __init__(self) -> None:
        self.count = 0

    def submit(self, function: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        done: Future[Any] = Future()
        self.count += 1
        done.set_result(function(*args, **kwargs))
        return done


def test_what_a_store_holds_is_not_done_again_and_a_stopped_sweep_goes_on(serial: pd.DataFrame, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    wanted = plan(GRID, 2, 6, 2, None, TINY, "cpu")
    for _ in islice(execute.execute(wanted, Counting(), Store(store)), 2):
        pass
    rest, nothing = Counting(), Counting()
    assert_frame_equal(sweep(GRID, **ASKED, store=store, executor=rest), serial, check_exact=True)
    assert rest.count == 2, "of four shapes"
    assert_frame_equal(sweep(GRID, **ASKED, store=store, executor=nothing), serial, check_exact=True)
    assert nothing.count == 0
    assert_frame_equal(read_sweep(store), serial, check_exact=True)
    assert sweep.read is read_sweep, "its name in version 0.1.0"  # type: ignore[attr-defined]
    other = Counting()
    sweep(GRID, **{**ASKED, "steps": 4}, store=store, executor=other)
    assert other.count == 4, "another number of iterations is another run"


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({"seeds": 0}, "seeds=0"),
        ({"seeds": 10**9}, "seeds=1000000000: must be a whole number from 1 to 1,000,000"),
        ({"seeds": 10**6, "grid": {"lr_g": [0.1, 0.2]}}, "2 recipes and 1,000,000 seeds make 2,000,000 runs; at most"),
        ({"seeds": 10**5, "steps": 10**5, "every": 1}, "would fit"),
        ({"grid": [Recipe()], "base": "ring8"}, "base='ring8': must be a Recipe"),
        ({"grid": "ring8"}, "recipes='ring8': must be a grid, a Spread or a list"),
        ({"device": "abacus"}, "device='abacus': must be "),
        ({"steps": -1}, "steps=-1"),
        ({"every": 0}, "every=0"),
        ({"steps": 1.5}, "steps=1.5"),
        ({"metrics": ["beauty"]}, "metrics='beauty'"),
        ({"grid": {"width": [4096], "depth": [16], "batch": [65536]}}, "would fit"),
    ],
)
def test_a_bad_sweep_is_refused_before_any_work(
    asked: dict[str, Any], named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", "1")
    monkeypatch.setattr(execute, "measure", lambda piece: pytest.fail("it trained"))
    with pytest.raises(RecipeError) as caught:
        sweep(**{"grid": {"lr_g": [0.1]}, "jobs": 1, **asked})
    assert named in str(caught.value)


def test_a_loss_of_ones_own_is_swept_here_and_refused_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(type(LOSSES["hinge"])):  # type: ignore[misc]
        pass

    monkeypatch.setitem(LOSSES, "mine", Mine())
    table = sweep({"loss": ["mine", "hinge"]}, 1, 2, base=TINY)
    mine, hinge = (table[table["loss"] == name]["loss-d"].to_numpy() for name in ("mine", "hinge"))
    np.testing.assert_array_equal(mine, hinge)
    with pytest.raises(RecipeError, match="loss='mine': is defined here, and other processes do not have it"):
        sweep({"loss": ["mine"]}, 1, 2, base=TINY, executor=Counting())


def test_pieces_are_of_one_shape_and_fit_into_a_little_memory() -> None:
    recipes = [r for width in (4, 2048) for r in TINY.but(width=width).seeds(70)]
    found = split_into_pieces(recipes, 1, 1)
    assert [r for p in found for r in p.recipes] == recipes
    assert len(found[0].recipes) == 64
    for p in found:
        assert len({r.width for r in p.recipes}) == 1
        assert len(p.recipes) == 1 or cost(p.recipes[0], len(p.recipes)).memory <= MEMORY_BYTES
    assert piece.Piece.from_json(found[0].to_json()) == found[0]


@pytest.fixture
def cluster() -> Iterator[Any]:
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as local,
        Client(local) as client,
    ):
        yield client


@pytest.mark.filterwarnings("ignore")  # of Dask's own, where a worker is lost
@pytest.mark.skipif(sys.platform == "win32", reason="a worker is killed by a signal")
def test_dask_gives_the_same_table_though_a_worker_is_killed(serial: pd.DataFrame, cluster: Any) -> None:
    begun = set(cluster.run(os.getpid).values())
    threading.Timer(0.5, os.kill, (min(begun), signal.SIGKILL)).start()  # while they load torch
    table = sweep(GRID, **ASKED, executor=cluster.get_executor(pure=False))
    assert_frame_equal(table, serial, check_exact=True)
    assert min(begun) not in cluster.run(os.getpid).values()


def test_a_sweep_killed_at_any_moment_goes_on_to_the_same_table(serial: pd.DataFrame, tmp_path: Path) -> None:
    store = tmp_path / "s.db"
    words = ["lr_g=1e-3,1e-2", "depth=1,2", "regularizers.r1=0,0.1", "--width", "4", "--batch", "4"]
    words += ["--seeds", "2", "--steps", "6", "--every", "2", "--jobs", "1", "--store", str(store)]
    with subprocess.Popen([sys.executable, "-m", "toygan", "sweep", *words], stdout=subprocess.PIPE) as shell:
        while not store.exists() or store.stat().st_size == 0:
            assert shell.poll() is None
            time.sleep(0.01)
        shell.kill()
    assert_frame_equal(sweep(GRID, **ASKED, store=store, jobs=1), serial, check_exact=True)
