"""`toygan sweep`: a grid from the shell, kept as it is measured, refused before any work where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shell import refused, toygan

from toygan import read_sweep
from toygan.runs.run import Run
from toygan.sweeps.table import summarize

TINY = ["--width", 4, "--batch", 4, "--seeds", 2, "--steps", 4, "--every", 2, "--jobs", 1]


def test_a_grid_becomes_a_table_and_a_store_that_spares_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["sweep", "lr_g=1e-3:1e-2:2:log", "loss=hinge,minimax", *TINY, "--store", tmp_path / "s.db"]
    first = toygan(*words)
    assert first.exit_code == 0, first.output
    assert "4 recipes, 2 seeds each, 4 iterations, 2,500 samples of each seed" in first.stdout
    assert [line.split()[:2] for line in first.stdout.splitlines() if "0.01" in line] == [
        ["hinge", "0.01"],
        ["minimax", "0.01"],
    ]
    monkeypatch.setattr(Run, "step", lambda self: pytest.fail("trained again"))
    assert toygan(*words).stdout == first.stdout
    table = read_sweep(tmp_path / "s.db")
    means = summarize(table)
    assert means[["loss", "lr_g"]].to_numpy().tolist() == [
        ["hinge", 0.001],
        ["hinge", 0.01],
        ["minimax", 0.001],
        ["minimax", 0.01],
    ]
    assert (means["seeds"] == 2).all()
    ends = table[table["step"] == 4].groupby(["loss", "lr_g"])["loss-d"].mean()
    assert means["loss-d"].tolist() == ends.tolist()


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["lr_x=1,2"], "lr_x"),
        (["lr_g=-1,2"], "lr_g=-1.0: must be above 0"),
        (["lr_g"], "axis='lr_g'"),
        (["lr_g=0.1", "lr_g=0.2"], "given twice"),
        (["width=1,5000"], "width=5000"),
        (["loss=beauty"], "loss='beauty'"),
        (["--seeds", "0"], "--seeds"),
        (["lr_g=1:2:2000", "lr_d=1:2:2000"], "seeds=16: 4,000,000 recipes and 16 seeds make 64,000,000 runs; at most"),
        (["lr_g=0.1", "--dask", "tcp://127.0.0.1:1"], "no scheduler answers there"),
    ],
)
def test_what_cannot_be_swept_is_one_line_and_leaves_no_store(
    words: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Run, "step", lambda self: pytest.fail("it trained"))
    monkeypatch.setattr("toygan.cli.sweep.DASK_SECONDS", 0.2)
    assert named in refused(toygan("sweep", *words, "--store", tmp_path / "s.db"))
    assert not (tmp_path / "s.db").exists()


def test_a_file_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert "not a store of toygan" in refused(toygan("sweep", "lr_g=0.1", *TINY, "--store", tmp_path / "mine"))
    assert (tmp_path / "mine").read_text() == "mine"
    assert refused(toygan("sweep", "lr_g=0.1", *TINY, "--store", tmp_path / "nowhere/s.db"))


def test_an_interrupt_says_what_is_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(self: Run) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "step", stop)
    stopped = toygan("sweep", "lr_g=0.1", *TINY, "--store", tmp_path / "s.db")
    assert (stopped.exit_code, stopped.stdout) == (130, "")
    assert "run the same command again to continue" in stopped.stderr
