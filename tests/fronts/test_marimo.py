"""marimo, whose pages hold anywidgets and no other widgets."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import fronts, lab

pytestmark = pytest.mark.slow
fronts.need("marimo==0.25.2")

APP = """import marimo

app = marimo.App(width="full")


@app.cell
def _():
    from toygan import Playground, Recipe

    playground = Playground(Recipe(width=8, batch=32, regularizers={"r1": 0.1}), seeds=2)
    playground
    return


if __name__ == "__main__":
    app.run()
"""


def test_a_playground_plays_with_its_controls(tmp_path: Path, chromium: str) -> None:
    (tmp_path / "app.py").write_text(APP)
    port = lab.free_port()
    address = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-m", "marimo", "run", "app.py", "--headless", "--no-token", "--host=127.0.0.1"]
    with lab.serve([*command, f"--port={port}"], address, tmp_path), fronts.browse(address, tmp_path) as front:
        front.play()
        assert front.part("regularizers-r1").locator("input[type=checkbox]").is_checked()
        front.look("marimo")
        assert front.errors == []
