"""Two commands never write to one folder at the same time, and a killed one does not block it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from support.folders import SMALL, contents, whole
from support.shell import refused, toygan

from toygan.locks import hold
from toygan.runs.run import Run

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks are POSIX's")
TRAIN = ["train", *SMALL, "--steps", "2"]
BUSY = "another process writes to it; wait for its end, or choose another folder"


@pytest.mark.parametrize("flags", [[], ["--force"], ["--resume"], ["--resume", "--html"]])
def test_a_folder_that_another_command_writes_to_is_refused_before_any_work(
    flags: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    assert toygan(*TRAIN, "--out", out).exit_code == 0
    before = contents(tmp_path)
    with hold(out), monkeypatch.context() as patch:
        patch.setattr(Run, "step", lambda self: pytest.fail("it trained"))
        assert refused(toygan(*TRAIN, *flags, "--out", out)) == f"toygan: --out {out}: {BUSY}"
    assert contents(tmp_path) == before
    assert toygan(*TRAIN, "--force", "--out", out).exit_code == 0


def test_a_refusal_leaves_no_folder_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_MEMORY", "0.001")
    assert "memory" in refused(toygan("train", "--width", 512, "--steps", 1, "--out", tmp_path / "new" / "run"))
    assert list(tmp_path.iterdir()) == []


def test_of_two_that_begin_at_once_one_writes_and_the_other_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "new" / "run"
    words = [sys.executable, "-m", "toygan", *TRAIN, "--out", str(out)]
    both = [
        subprocess.Popen([*words, "--lr-g", rate], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for rate in ("0.1", "0.2")
    ]
    said = [one.communicate() for one in both]
    assert sorted(one.returncode for one in both) == [0, 2]
    written = next(i for i, one in enumerate(both) if one.returncode == 0)
    assert f"written to {out}" in said[written][0]
    (line,) = said[1 - written][1].splitlines()
    assert BUSY in line or "exists; use --resume" in line
    assert whole(out, steps=2) == 2
    assert f'"lr_g": {("0.1", "0.2")[written]}' in (out / "recipe.json").read_text()


def test_a_killed_command_blocks_nothing(tmp_path: Path) -> None:
    words = ["train", *SMALL, "--steps", str(10**6), "--out", str(tmp_path)]
    with subprocess.Popen([sys.executable, "-m", "toygan", *words], stdout=subprocess.DEVNULL) as run:
        while not (tmp_path / "checkpoint.npz").exists():
            assert run.poll() is None
        assert BUSY in refused(toygan(*TRAIN, "--force", "--out", tmp_path))
        run.send_signal(signal.SIGKILL)
    (tmp_path / ".checkpoint.npz.part").write_bytes(b"half a file")  # as it stays if the kill comes within a write
    assert toygan(*TRAIN, "--force", "--out", tmp_path).exit_code == 0
    assert whole(tmp_path, steps=2) == 2
