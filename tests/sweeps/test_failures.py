"""An error of one run is its result, with a name and no number; the others continue, and the same command ends."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from support import raising
from support.shell import toygan

from toygan import LOSSES, Recipe, RecipeError, claims, read_sweep, sweep
from toygan.runs.run import Run
from toygan.sweeps import Store, workers
from toygan.sweeps import execute as module
from toygan.sweeps.execute import execute
from toygan.sweeps.groups import GroupsFailed, measure_groups
from toygan.sweeps.piece import FAILED, Piece, Result, run
from toygan.sweeps.report import render_report
from toygan.sweeps.run import RunsFailed
from toygan.sweeps.table import summarize

SMALL = Recipe(width=4, batch=8, depth=1)
WILD = {"optimizer": "sgd", "lr_g": 1e30, "lr_d": 1e30}
PIECE = Piece(tuple(SMALL.seeds(2)), 3, 1, n=50)


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Losses of the user's own: one that always raises, and one that does so if a number is not finite."""
    monkeypatch.setitem(LOSSES, "raises", raising.Raises(1))
    monkeypatch.setitem(LOSSES, "fussy", raising.Raises(0, fussy=True))


def verdicts(table: Any) -> dict[str, set[str]]:
    return {loss: set(group["verdict"]) for loss, group in table.groupby("loss")}


def test_a_loss_that_raises_ends_its_own_runs_and_no_others(tmp_path: Path) -> None:
    grid = [SMALL, SMALL.but(loss="raises")]
    with pytest.warns(RunsFailed, match=r"failed: ValueError: boom \(2 runs, the first at loss=raises, seed=0\)"):
        table = sweep(grid, seeds=2, steps=3, every=2, store=tmp_path / "s.db")
    assert verdicts(table)["raises"] == {"failed: ValueError: boom"}
    failed, whole = table[table["loss"] == "raises"], table[table["loss"] != "raises"]
    assert failed["step"].tolist() == [0, 2, 3, 0, 2, 3]
    assert failed["sliced-w1"].isna().all()
    assert whole["sliced-w1"].notna().all()
    assert (failed["diverged_at"] == -1).all()
    assert whole.equals(sweep([SMALL], seeds=2, steps=3, every=2)[whole.columns].set_axis(whole.index))
    assert read_sweep(tmp_path / "s.db").equals(table)


def test_only_the_member_that_meets_the_error_fails_in_a_piece_of_many() -> None:
    recipes = [SMALL.but(loss="fussy", seed=s, **(WILD if s == 5 else {"optimizer": "sgd"})) for s in range(8)]
    found = run(Piece(tuple(recipes), 4, 2, n=50).to_json())
    assert [result.failed for result in found] == [s == 5 for s in range(8)]
    assert found[5].verdict == "failed: FloatingPointError: a logit is not finite"
    (alone,) = run(Piece((recipes[2],), 4, 2, n=50).to_json())
    np.testing.assert_allclose(found[2].metrics["loss-d"], alone.metrics["loss-d"], rtol=1e-5)


def test_the_same_command_ends_and_tries_what_failed_again_only_if_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def swept(**how: Any) -> Any:
        return sweep([SMALL, SMALL.but(lr_g=0.1)], seeds=2, steps=2, jobs=1, store=tmp_path / "s.db", **how)

    def short(self: Run) -> None:
        raise MemoryError

    with monkeypatch.context() as here:
        here.setattr(Run, "step", short)
        with pytest.warns(RunsFailed, match="failed: not enough memory"):
            first = swept()
    with monkeypatch.context() as here:
        here.setattr(module, "measure", lambda piece, later: pytest.fail("trained again"))
        with pytest.warns(RunsFailed):
            assert swept().equals(first)
    again = swept(retry=True)
    assert not again["verdict"].str.startswith(FAILED).any()
    assert read_sweep(tmp_path / "s.db").equals(again)
    assert len(Store(tmp_path / "s.db").results()) == 4
    assert swept().equals(again)


def test_an_own_loss_that_raises_as_its_cost_is_estimated_fails_its_runs_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raising, "ERROR", MemoryError)
    with pytest.warns(RunsFailed, match="failed: not enough memory"):
        table = sweep([SMALL, SMALL.but(loss="raises")], seeds=1, steps=2, jobs=1)
    assert table["verdict"].str.startswith(FAILED).sum() == 2


def test_a_result_is_not_replaced_by_a_failure_that_comes_later(tmp_path: Path) -> None:
    store, results = Store(tmp_path / "s.db"), run(PIECE.to_json())
    store.put(PIECE, results)
    store.put(PIECE, [result._replace(verdict="failed: late", metrics={}) for result in results])
    assert [result.verdict for result in store.get(PIECE) or []] == [result.verdict for result in results]


def test_the_shell_names_what_failed_and_never_makes_a_number_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["sweep", "loss=hinge,raises", "--width", 4, "--seeds", 2, "--steps", 2, "--jobs", 1]
    words += ["--store", tmp_path / "s.db"]
    result = toygan(*words)
    assert result.exit_code == 1
    assert re.search(r"raises +– +– +– +failed, 2 of 2", result.stdout)
    assert result.stderr.splitlines() == [
        "toygan: failed: ValueError: boom (2 runs, the first at loss=raises, seed=0)",
        "toygan: the store keeps them as failed; --retry trains them again",
    ]
    monkeypatch.setattr(module, "measure", lambda piece, later: pytest.fail("trained again"))
    assert toygan(*words).output == result.output


def test_a_summary_counts_failed_seeds_beside_the_mean_of_the_others() -> None:
    table = sweep([SMALL], seeds=3, steps=2, every=2, jobs=1)
    table.loc[table["seed"] == 1, ["loss-d", "verdict"]] = [np.nan, "failed: ValueError: boom"]
    means = summarize(table)
    assert means[["seeds", "failed", "diverged"]].to_numpy().tolist() == [[3, 1, 0]]
    assert means["loss-d"].tolist() == [table[(table["step"] == 2) & (table["seed"] != 1)]["loss-d"].mean()]


def test_a_report_names_failed_runs() -> None:
    with pytest.warns(RunsFailed):
        table = sweep([SMALL, SMALL.but(loss="raises")], seeds=2, steps=2, jobs=1)
    page = render_report(table, "mine").decode()
    assert "2 of 4 runs failed" in page
    (held,) = re.findall(r'id="toygan-rows">(.*?)</script>', page, re.DOTALL)
    row = next(row for row in json.loads(held)["rows"] if row["axes"]["loss"] == "raises")
    assert row["verdict"] == "failed"
    assert row["verdicts"] == ["failed: ValueError: boom"] * 2
    assert row["values"]["sliced-w1"] == {"seeds": [None, None], "mean": None, "low": None, "high": None}


def test_a_sweep_of_which_every_run_failed_is_a_table_and_a_report() -> None:
    with pytest.warns(RunsFailed):
        table = sweep({"loss": ["raises"], "lr_g": [0.1, 0.2]}, seeds=2, steps=2, base=SMALL, jobs=1)
    assert set(table["verdict"]) == {"failed: ValueError: boom"}
    assert summarize(table)["failed"].tolist() == [2, 2]
    assert b"4 of 4 runs failed" in render_report(table, "mine")


def test_a_group_with_a_failed_run_is_named_after_all_others() -> None:
    groups = {"bad": [Piece((SMALL.but(loss="raises"),), 2, 1)], "good": [PIECE]}
    found = measure_groups(groups, jobs=1)
    assert next(found)[0] == "good"
    with pytest.raises(GroupsFailed, match=r"bad failed: loss=raises.*: ValueError: boom"):
        next(found)


def test_a_claim_that_failed_neither_holds_nor_is_broken() -> None:
    norm = claims.Quantity("gradient of G", lambda record: record.metric("gradient-norm-g")[0])
    both = {"one": SMALL, "other": SMALL.but(width=5)}
    good = claims.Claim("All is one", both, norm, within=1e9, steps=1, seeds=2)
    bad = claims.Claim("All is one", {**both, "other": SMALL.but(loss="raises")}, norm, within=1e9, steps=1, seeds=2)
    findings = claims.measure({"good": good, "bad": bad})
    assert list(findings) == ["good"]
    assert findings.missing == ()
    assert findings.summary.startswith("1 of 1 claims hold")
    assert "; failed: bad (loss=raises" in findings.summary


def test_an_interrupt_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(self: Run) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "step", stop)
    with pytest.raises(KeyboardInterrupt):
        run(PIECE.to_json())


def pieces(*rates: float) -> list[Piece]:
    return [Piece((SMALL.but(lr_g=rate),), 2, 1, n=50) for rate in rates]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="POSIX")
def test_a_process_that_is_killed_fails_its_piece_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(module, "run", raising.run_or_die)
    store = Store(tmp_path / "s.db")
    assert which_failed(execute(pieces(0.1, 0.13, 0.2, 0.3), store=store, jobs=2)) == {0.13}
    (result,) = store.get(pieces(0.13)[0]) or []
    assert result.verdict == "failed: a worker process died, possibly out of memory"


class Mortal(Executor):
    """Workers of which one dies when it begins a piece of the rate 0.13, with all that is at work; or before that."""

    begins, broken = True, False
    tried: ClassVar[list[float]] = []

    def __init__(self, workers: int, context: Any, begin: Any, args: tuple[Any, Any]) -> None:
        self.workers, self.waiting = workers, list[tuple[Future[Any], str]]()
        if self.begins:
            args[1].set()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if self.broken:
            raise BrokenProcessPool
        self.tried.append(Piece.from_json(args[0]).recipes[0].lr_g)
        self.waiting.append((Future(), args[0]))
        future = self.waiting[-1][0]
        self.broken = self.tried[-1] == 0.13
        if self.broken:
            for one, _ in self.waiting:
                one.set_exception(BrokenProcessPool())
        elif len(self.waiting) == self.workers:
            for one, text in self.waiting:
                one.set_result(fn(text))
            self.waiting.clear()
        return future


def which_failed(found: Iterator[tuple[Piece, list[Result]]]) -> set[float]:
    return {piece.recipes[0].lr_g for piece, results in found if results[0].failed}


def test_those_at_work_with_a_worker_that_dies_are_tried_once_more_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", Mortal)
    monkeypatch.setattr(Mortal, "tried", [])
    assert which_failed(execute(pieces(0.1, 0.13, 0.2, 0.3), jobs=2)) == {0.13}
    assert Mortal.tried == [0.1, 0.13, 0.1, 0.13, 0.2, 0.3]


def test_workers_that_cannot_start_are_an_error_and_no_result(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(workers, "ProcessPoolExecutor", Mortal)
    monkeypatch.setattr(Mortal, "begins", False)
    store = Store(tmp_path / "s.db")
    with pytest.raises(BrokenProcessPool, match="cannot start here; try jobs=1"):
        list(execute(pieces(0.13, 0.1), store=store, jobs=2))
    assert store.get(pieces(0.13)[0]) is None


class Elsewhere(Executor):
    """An executor whose first piece ends in an error of its own."""

    def __init__(self, error: Exception) -> None:
        self.error: Exception | None = error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        if self.error is None:
            future.set_result(fn(*args))
        else:
            future.set_exception(self.error)
        self.error = None
        return future


def test_a_piece_that_an_executor_loses_fails_and_the_others_continue() -> None:
    found = dict(execute(pieces(0.1, 0.2), Elsewhere(RuntimeError("killed four times"))))
    assert sorted(results[0].verdict.startswith("failed: RuntimeError: killed") for results in found.values()) == [0, 1]


def test_an_executor_that_has_ended_is_an_error_and_no_result(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.db")
    with pytest.raises(module.BrokenExecutor):
        list(execute(pieces(0.1, 0.2), Elsewhere(module.BrokenExecutor("gone")), store))
    assert store.get(pieces(0.1)[0]) is None


def test_a_piece_whose_file_is_gone_fails_where_it_has_to_be_read_again(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "d.csv", np.arange(40.0).reshape(20, 2), delimiter=",")
    own = SMALL.but(data=f"file(path={str(tmp_path / 'd.csv')!r})")
    todo = [Piece((own,), 2, 1), PIECE]
    (tmp_path / "d.csv").unlink()
    here = [results for _, results in execute(todo, jobs=1)]  # with the rows that the recipe holds
    assert not any(result.failed for results in here for result in results)
    with pytest.raises(RecipeError, match="No such file"):
        run(todo[0].to_json())
