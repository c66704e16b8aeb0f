"""Solara, which shows a playground in a page of its own server."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import fronts, lab

pytestmark = pytest.mark.slow
fronts.need("solara==1.64.0")

APP = """import solara
from toygan import Playground, Recipe


@solara.component
def Page():
    playground = solara.use_memo(lambda: Playground(Recipe(width=8, batch=32), seeds=2), [])
    solara.display(playground)
"""


def test_a_playground_plays_and_no_still_stands_below_it(tmp_path: Path, chromium: str) -> None:
    (tmp_path / "app.py").write_text(APP)
    port = lab.free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [
        sys.executable,
        "-m",
        "solara",
        "run",
        "app.py",
        "--host=127.0.0.1",
        f"--port={port}",
        "--no-open",
        "--production",
    ]
    with lab.serve(command, address, tmp_path), fronts.browse(address, tmp_path) as front:
        front.play()
        assert front.stills() == 0
        front.add_regularizer("r1")
        front.look("solara")
        assert front.errors == []
