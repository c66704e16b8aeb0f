"""`toygan lab`: lessons are copied once, edits stay, and JupyterLab answers here and only with its token."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from support.shell import refused, toygan

from toygan.cli.lab import build_command


@pytest.fixture
def lessons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two lessons that are shipped, among what a notebook leaves beside itself."""
    folder = tmp_path / "shipped"
    (folder / ".ipynb_checkpoints").mkdir(parents=True)
    (folder / ".ipynb_checkpoints/01.ipynb").write_text("checkpoint")
    (folder / "01.ipynb").write_text("one")
    (folder / "02.ipynb").write_text("two")
    monkeypatch.setattr("toygan.cli.lab.find_lessons", lambda: folder)
    return folder


def test_lessons_are_copied_once_and_edits_stay(lessons: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    assert toygan("lab", mine, "--copy-only").exit_code == 0
    assert sorted(path.name for path in mine.iterdir()) == ["01.ipynb", "02.ipynb"]

    (mine / "01.ipynb").write_text("edited")
    (lessons / "02.ipynb").write_text("two, second edition")
    (lessons / "03.ipynb").write_text("three")
    result = toygan("lab", mine, "--copy-only")
    assert {path.name: path.read_text() for path in mine.iterdir()} == {
        "01.ipynb": "edited",
        "02.ipynb": "two",
        "03.ipynb": "three",
    }
    assert "01.ipynb, 02.ipynb" in result.stdout


def test_lessons_that_cannot_be_copied_are_one_line(lessons: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert "file" in refused(toygan("lab", tmp_path / "file", "--copy-only"))
    assert "cannot be copied" in refused(toygan("lab", tmp_path / "file/lessons", "--copy-only"))


def test_the_lessons_of_a_clone_are_opened_in_place(lessons: Path) -> None:
    before = sorted(lessons.iterdir())
    assert toygan("lab", lessons, "--copy-only").stdout == ""
    assert sorted(lessons.iterdir()) == before


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no root here")
@pytest.mark.parametrize("user", [0, 1000])
def test_only_root_asks_jupyter_to_allow_root(user: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    command = build_command(Path("lessons"), browser=False)
    assert ("--allow-root" in command) == (user == 0)
    assert "--ServerApp.ip=localhost" in command


OPEN = {  # a configuration that would serve without a token, to everybody
    "ServerApp": {
        "ip": "0.0.0.0",
        "token": "",
        "password": "",
        "allow_origin": "*",
        "disable_check_xsrf": True,
        "allow_unauthenticated_access": True,
        "allow_remote_access": True,
        "identity_provider_class": "jupyter_server.auth.PasswordIdentityProvider",
    },
    "IdentityProvider": {"token": ""},
    "PasswordIdentityProvider": {"token": "", "hashed_password": ""},
    "FreshToken": {"token": ""},
}


def status(address: str, **headers: str) -> int:
    """The HTTP status of an answer, redirections to a login page followed."""
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
            assert answer.headers.get("access-control-allow-origin", "") == ""  # where a token came with the question
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.parametrize("config", [{}, {"jupyter_server_config": OPEN, "jupyter_lab_config": OPEN}])
def test_the_lab_answers_on_this_machine_and_only_with_its_token(config: dict[str, object], tmp_path: Path) -> None:
    words = [sys.executable, "-m", "toygan", "lab", str(tmp_path / "mine"), "--no-browser"]
    (tmp_path / "config").mkdir()
    for name, content in config.items():
        (tmp_path / f"config/{name}.json").write_text(json.dumps(content))
    home = {"HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path / "config"), "JUPYTER_TOKEN": ""}
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env={**os.environ, **home}) as shell:
        try:
            assert shell.stderr is not None
            found = (re.search(r"(http://localhost:(\d+)/)\S*token=(\w{20,})", line) for line in shell.stderr)
            root, port, token = next(address for address in found if address).groups()
            contents = f"{root}api/contents"
            while shell.poll() is None:
                try:  # it prints its address a moment before it listens
                    assert status(f"{contents}?token={token}") == 200
                    break
                except urllib.error.URLError as error:
                    if not isinstance(error.reason, ConnectionRefusedError):
                        raise
                    time.sleep(0.1)
            assert status(contents) == 403
            assert status(f"{contents}?token=") == 403
            assert status(contents, Authorization="token ") == 403
            assert status(f"{contents}?token={token}", Host="elsewhere.org") == 403
            listening = [c.laddr for c in psutil.Process(shell.pid).net_connections() if c.status == "LISTEN"]
            hosts = {address.ip for address in listening if address.port == int(port)}
            assert hosts
            assert hosts <= {"127.0.0.1", "::1"}
        finally:
            shell.terminate()
            shell.communicate(timeout=30)
