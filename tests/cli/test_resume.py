"""`toygan train --resume`: a run that was cut short at any moment goes on to what it would have been."""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.folders import SMALL, contents, whole
from support.shell import refused, toygan

from toygan import files
from toygan.cli import run_folder
from toygan.runs.run import Run
from toygan.training import Population

KILLS = int(os.environ.get("TOYGAN_KILLS", "1"))  # of a process of its own, which takes seconds to begin
NAMES = {"recipe.json", "metrics.json", "diagnosis.json", "state.safetensors", "best.npz", "picture.png"}
RUN = ["train", "--seeds", "2", "--batch", "4", "--steps", "7", "--every", "3"]
RECIPES = {
    "averaged": ["--width", "4", "--gif", "--html", "--ema", "0.9", "-r", "r1=0.1", "--optimizer", "adam"],
    "two numbers": ["--html", "--share", "data=dirac&generator=point&discriminator=linear&optimizer=sgd"],
    "diverging": [
        "--width",
        "4",
        "--gif",
        "--html",
        "--optimizer",
        "sgd",
        "--loss",
        "wasserstein",
        "--lr-g",
        "1e30",
        "--lr-d",
        "1e30",
    ],
}


class Killed(BaseException):
    """What ends a process at once."""


def killed(call: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next command ends at its call so many, of those that train, look and write."""
    calls = 0

    def counted(function: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call:
                raise Killed
            return function(*args, **kwargs)

        return wrapper

    for owner, name in [
        (Run, "step"),
        (Population, "snapshot"),
        (Path, "write_bytes"),
        (os, "replace"),
        (Path, "rename"),
        (Path, "unlink"),
    ]:
        monkeypatch.setattr(owner, name, counted(getattr(owner, name)))


def toygan_or_killed(*words: Any) -> None:
    with contextlib.suppress(Killed):
        toygan(*words)


@pytest.fixture
def checkpoints_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_folder, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(run_folder, "TIME_SHARE", np.inf)


@pytest.fixture(scope="module", params=RECIPES)
def uninterrupted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], Path]:
    out = tmp_path_factory.mktemp("whole")
    words = [*RUN, *RECIPES[request.param]]
    assert toygan(*words, "--out", out).exit_code == 0
    return words, out


@pytest.mark.usefixtures("checkpoints_always")
@pytest.mark.parametrize("call", [2, 14, 27, 56])
def test_a_run_that_was_killed_goes_on_to_what_it_would_have_been(
    call: int, uninterrupted: tuple[list[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, expected = uninterrupted
    out = tmp_path / "run"
    with monkeypatch.context() as patch:
        killed(call, patch)
        toygan_or_killed(*words, "--out", out)
    assert toygan(*words, "--out", out, "--resume").exit_code == 0
    for path, content in contents(out).items():
        assert content == (expected / path).read_bytes(), path
    assert contents(out).keys() == contents(expected).keys()


@pytest.mark.usefixtures("checkpoints_always")
@pytest.mark.parametrize("call", range(1, 44, 12))
def test_an_old_run_is_there_until_the_new_one_is(call: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = (["train", *SMALL, "--steps", "2", "--lr-g", rate, "--out", str(tmp_path)] for rate in ("0.1", "0.2"))
    toygan(*old)
    before = contents(tmp_path)
    with monkeypatch.context() as patch:
        killed(call, patch)
        toygan_or_killed(*new, "--force")
    resumed = toygan(*old, "--resume") if set(before.items()) <= set(contents(tmp_path).items()) else None
    if resumed is not None and "finished already" in resumed.stdout:
        assert contents(tmp_path) == before
    assert toygan(*new, "--force").exit_code == 0
    assert whole(tmp_path, steps=2) == 2
    assert {path.name for path in tmp_path.iterdir()} == NAMES
    assert '"lr_g": 0.2' in (tmp_path / "recipe.json").read_text()


@pytest.mark.usefixtures("checkpoints_always")
def test_a_run_that_was_stopped_can_be_read_and_goes_on(
    uninterrupted: tuple[list[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words, expected = uninterrupted
    with monkeypatch.context() as patch:
        step = Run.step

        def stopping(run: Run) -> None:
            step(run)
            if run.steps == 5:
                signal.raise_signal(signal.SIGHUP)

        patch.setattr(Run, "step", stopping)
        stopped = toygan(*words, "--out", tmp_path)
    assert stopped.exit_code == 128 + signal.SIGHUP
    assert "stopped at iteration 5 of 7; use --resume to continue" in stopped.stderr
    assert toygan("diagnose", tmp_path).exit_code == 0
    assert toygan(*words, "--out", tmp_path, "--resume").exit_code == 0
    assert contents(tmp_path) == contents(expected)
    again = toygan(*words, "--out", tmp_path, "--resume")
    assert (again.exit_code, "finished already, at iteration 7" in again.stdout) == (0, True)
    assert contents(tmp_path) == contents(expected)


def begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        killed(12, patch)
        toygan_or_killed(*RUN, "--out", tmp_path)
    assert (tmp_path / "checkpoint.npz").exists()


@pytest.mark.usefixtures("checkpoints_always")
@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["--lr-g", "0.5"], "recipe"),
        (["--steps", "8"], "steps was 7"),
        (["--seeds", "3"], "seeds was 2"),
        (["--every", "2"], "every was 3"),
        (["--gif"], "gif was false"),
        (["--html"], "html was false"),
    ],
)
def test_a_run_goes_on_as_what_it_was_begun_as(
    words: list[str], named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(tmp_path, monkeypatch)
    before = contents(tmp_path)
    assert named in refused(toygan(*RUN, *words, "--out", tmp_path, "--resume"))
    assert contents(tmp_path) == before


@pytest.mark.usefixtures("checkpoints_always")
@pytest.mark.parametrize("damage", [b"", b"PK", b"[" * 100_000, None])
def test_a_damaged_checkpoint_is_one_line(
    damage: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun(tmp_path, monkeypatch)
    file = tmp_path / "checkpoint.npz"
    file.write_bytes(file.read_bytes()[:-200] if damage is None else damage)
    assert f"cannot resume from {tmp_path / 'checkpoint.npz'} (" in refused(toygan(*RUN, "--out", tmp_path, "--resume"))


def test_a_finished_run_is_not_gone_on_with_as_another(tmp_path: Path) -> None:
    toygan(*RUN, "--out", tmp_path)
    before = contents(tmp_path)
    for words in (["--steps", 8], ["--seeds", 3], ["--gif"], ["--lr-g", 0.5], ["--every", 2], ["--every", 10**30]):
        assert "is finished and differs from this command" in refused(
            toygan(*RUN, *words, "--out", tmp_path, "--resume")
        )
    assert contents(tmp_path) == before


def test_a_run_without_a_measurement_has_nothing_to_diagnose_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        killed(3, patch)
        toygan_or_killed(*RUN, "--out", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"recipe.json"}
    assert "has no measurements yet" in refused(toygan("diagnose", tmp_path))


def test_checkpoints_that_do_not_fit_are_told_of_once_and_training_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_folder, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(
        run_folder, "serialize", lambda run: (_ for _ in ()).throw(OSError(28, "No space left on device"))
    )
    trained = toygan(*RUN, *SMALL, "--out", tmp_path)
    assert trained.exit_code == 0
    assert trained.stderr.count("cannot write a checkpoint (No space left on device)") == 1
    assert whole(tmp_path, steps=7) == 7


def shell(words: list[str]) -> subprocess.Popen[bytes]:
    """A command in a process of its own, with a checkpoint in every tenth of a second."""
    code = f"from toygan.cli import main, run_folder; run_folder.LEAST_SECONDS = 0.1; main({words!r})"
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)


@contextlib.contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file may become larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(os.name != "posix", reason="signals between processes are POSIX's")
def test_a_process_killed_at_any_moment_has_kept_what_it_reached(tmp_path: Path) -> None:
    words = ["train", *SMALL, "--steps", str(300 * KILLS), "--every", "30", "--html", "--out"]
    assert toygan(*words, tmp_path / "whole").exit_code == 0
    out, moments = tmp_path / "run", random.Random(0)
    for _ in range(KILLS):
        with shell([*words, str(out), "--resume"]) as run:
            while run.poll() is None and not (out / "checkpoint.npz").exists():
                time.sleep(0.02)
            time.sleep(moments.uniform(0, 0.6))
            run.kill()
    assert toygan(*words, out, "--resume").exit_code == 0
    assert contents(out) == contents(tmp_path / "whole")


@pytest.mark.skipif(not hasattr(signal, "SIGXFSZ"), reason="a limit of files is POSIX's")
@pytest.mark.parametrize("limit", [100, 20_000])
def test_a_full_disk_is_one_line_and_what_was_kept_can_be_gone_on_with(limit: int, tmp_path: Path) -> None:
    words = ["train", *SMALL, "--steps", "3", "--every", "1", "--out", str(tmp_path)]
    with full_disk(limit):
        run = toygan(*words)
    assert run.exit_code == 2
    assert 1 <= len(run.stderr.splitlines()) <= 2
    assert "File too large" in run.stderr.splitlines()[-1]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    assert toygan(*words, "--resume").exit_code == 0
    assert whole(tmp_path, steps=3) == 3


def test_what_is_packed_comes_out_as_it_went_in() -> None:
    arrays = {"a/b": np.arange(6.0).reshape(2, 3), "none": np.zeros((0, 2)), "flags": np.array([True])}
    words, found = files.unpack(files.pack({"x": [1, None, "é"]}, arrays))
    assert words == {"x": [1, None, "é"]}
    assert found.keys() == arrays.keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
        assert found[name].dtype == array.dtype


def test_what_is_packed_cannot_run_code(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04", files.pack([], {})[:-1]):
        with pytest.raises(ValueError, match="damaged"):
            files.unpack(content)
    np.savez(tmp_path / "objects.npz", words=np.array([print], dtype=object))
    with pytest.raises(ValueError, match="damaged"):
        files.unpack((tmp_path / "objects.npz").read_bytes())
