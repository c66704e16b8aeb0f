"""nbclassic, the classic notebook."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import fronts, lab

pytestmark = pytest.mark.slow
fronts.need("nbclassic==1.3.3")

RUN_ALL = "() => Jupyter.notebook.execute_all_cells()"
READY = "() => globalThis.Jupyter?.notebook?.kernel?.info_reply?.banner"  # what is run earlier loses its widgets


def test_two_playgrounds_live_and_no_still_stands_below_them(tmp_path: Path, chromium: str) -> None:
    fronts.write_notebook(tmp_path / "two.ipynb", f"{fronts.CODE}\nplayground", f"{fronts.CODE}\n\nplayground")
    port = lab.free_port()
    command = [
        sys.executable, "-m", "nbclassic", "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--IdentityProvider.token=t", f"--ServerApp.root_dir={tmp_path}",
    ]  # fmt: skip
    with (
        lab.serve(command, f"http://127.0.0.1:{port}/api?token=t", tmp_path),
        fronts.browse(f"http://127.0.0.1:{port}/notebooks/two.ipynb?token=t", tmp_path) as front,
    ):
        front.page.wait_for_function(READY)
        front.page.evaluate(RUN_ALL)
        front.play()
        assert front.page.locator(".toygan-view").count() == 2
        front.look("nbclassic")
        assert front.stills() == 0
        second = front.page.locator(".toygan-playground").nth(1)
        second.locator(".toygan-step").click()
        front.wait_for(lambda: front.iteration(second) == 1, "the second playground does not step")
        assert front.errors == []
