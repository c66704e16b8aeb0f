"""`toygan open`: one page without code, served to this machine only, behind a token."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from support.shell import refused, toygan

from toygan.cli import open as opening

LINK = "toygan:width=4?seeds=2&question=why?&at=3"


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """The commands that would replace the process."""
    commands: list[list[str]] = []
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def start(command: list[str]) -> None:
        commands.append(command)
        raise SystemExit(0)

    monkeypatch.setattr("os.execv", lambda program, command: start(command))
    monkeypatch.setattr("subprocess.call", start)
    return commands


def test_it_serves_one_notebook_that_opens_the_link(started: list[list[str]], tmp_path: Path) -> None:
    toygan("open", LINK, "--no-browser")
    (command,) = started
    (folder,) = tmp_path.iterdir()
    (file,) = folder.iterdir()
    (cell,) = json.loads(file.read_text())["cells"]
    assert cell["source"].startswith(
        "from toygan import open_page\n\nopen_page('toygan:width=4?seeds=2&question=why%3F"
    )
    assert f"--ServerApp.root_dir={folder}" in command
    assert f"--ServerApp.default_url=/voila/render/{file.name}" in command


def test_it_listens_on_this_machine_and_keeps_its_token(started: list[list[str]]) -> None:
    toygan("open", LINK, "--no-browser")
    (command,) = started
    assert {"--ServerApp.ip=localhost", "--ServerApp.allow_unauthenticated_access=False", "--no-browser"} <= {*command}
    assert "--ServerApp.identity_provider_class=toygan.cli.token.FreshToken" in command


@pytest.mark.parametrize("link", ["toygan:?code=1", "toygan:loss=nothing", "toygan:data=file(path='/etc/passwd')"])
def test_a_wrong_link_is_refused_before_anything_starts(started: list[list[str]], link: str, tmp_path: Path) -> None:
    assert "=" in refused(toygan("open", link))
    assert (started, list(tmp_path.iterdir())) == ([], [])


def test_without_voila_it_says_what_to_install(started: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    find: Any = importlib.util.find_spec
    monkeypatch.setattr(opening.importlib.util, "find_spec", lambda name: None if name == "voila" else find(name))
    assert "pip install 'toygan[open]'" in refused(toygan("open", LINK))
    assert started == []
