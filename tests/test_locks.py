"""A lock keeps others out until its owner ends, in whatever way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from toygan.locks import hold

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks are POSIX's")
OWNER = """
import sys, time
from pathlib import Path
from toygan.locks import hold
with hold(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


def refused(path: Path) -> bool:
    try:
        with hold(path):
            return False
    except BlockingIOError:
        return True


def test_a_folder_is_held_by_one_block_and_is_free_after_it(tmp_path: Path) -> None:
    with hold(tmp_path):
        assert refused(tmp_path)
    assert not refused(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_owner_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", OWNER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "held\n"
        assert refused(tmp_path)
        owner.kill()
    assert not refused(tmp_path)


def test_a_missing_file_is_made_only_if_asked(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), hold(tmp_path / "a"):
        pytest.fail("it was held")
    with hold(tmp_path / "a", create=True):
        assert refused(tmp_path / "a")


def test_what_replaced_a_folder_meanwhile_is_held_in_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, tries = tmp_path / "run", []

    def replace(descriptor: int, wait: bool) -> None:
        tries.append(descriptor)
        if len(tries) == 1:  # its owner removes it, and a third one makes it again
            (tmp_path / "run").rename(tmp_path / "old")
            folder.mkdir()

    folder.mkdir()
    monkeypatch.setattr("toygan.locks._lock", replace)
    with hold(folder):
        assert len(tries) == 2
    shutil.rmtree(tmp_path / "old")
