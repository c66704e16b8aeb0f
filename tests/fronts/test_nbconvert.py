"""The page that `jupyter nbconvert --to html --execute` writes, which has no kernel.

With a network its widgets open, too. Here the environment variable NODE_MODULES takes the place of the network: a
folder in which `npm install @jupyter-widgets/html-manager@1.0.15 requirejs@2.3.6` has put its packages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anywidget
import pytest
from support import fronts, lab

pytestmark = pytest.mark.slow
MODULES = os.environ.get("NODE_MODULES", "")
if not MODULES:
    pytest.skip("needs NODE_MODULES: a folder with packages of npm", allow_module_level=True)
SCRIPTS = {
    "require.min.js": Path(MODULES) / "requirejs/require.js",
    "embed-amd.js": Path(MODULES) / "@jupyter-widgets/html-manager/dist/embed-amd.js",
    "index.js": Path(anywidget.__file__).parent / "nbextension/index.js",
}


def answer(route: Any) -> None:
    """Takes the scripts of a network from this machine."""
    url = route.request.url
    if url.startswith("file:"):
        route.continue_()
    elif script := SCRIPTS.get(url.rpartition("/")[2]):
        route.fulfill(path=script, headers={"Access-Control-Allow-Origin": "*"})
    else:
        route.abort()


@pytest.mark.parametrize("network", [True, False], ids=["with the network", "without it"])
def test_the_saved_page_shows_the_last_picture_and_no_dead_controls(
    network: bool, tmp_path: Path, chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    fronts.write_notebook(tmp_path / "saved.ipynb", f"{fronts.CODE}\nplayground.step()\nplayground")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "saved.ipynb"]
    subprocess.run(command, check=True, cwd=tmp_path, capture_output=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=lab.chromium(), args=lab.FLAGS, headless=True)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, offline=not network)
        if network:
            page.route("**/*", answer)
        page.goto((tmp_path / "saved.html").as_uri())
        if network:
            page.locator(".toygan-message", has_text="no kernel here").wait_for()
        page.screenshot(path=tmp_path / "saved.png", full_page=True)
        assert page.locator("img[src^='data:image/png']").is_visible()
        assert not any(button.is_visible() for button in page.locator("button").all())
        browser.close()
