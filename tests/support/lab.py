"""A real JupyterLab with a real browser in front of it, for the browser test and for the benchmark of the live view."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
QUIET = {"fetchNews": "false", "checkForUpdates": False}
IN_KERNEL = """async code => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const future = kernel.requestExecute({ code, silent: false, store_history: false });
    let text = "";
    future.onIOPub = message => { text += message.content.text ?? (message.content.evalue ?? ""); };
    await future.done;
    return text;
}"""
ALIVE = "import asyncio; print(sum('Live._run' in repr(t) and not t.done() for t in asyncio.all_tasks()))"
PLACES = {
    "HOME": "", "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
    "IPYTHONDIR": "ipython", "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
    "MPLCONFIGDIR": "matplotlib",
}  # fmt: skip
PATIENCE = 120  # seconds; generous, since no test here is about time


def chromium() -> str | None:
    """The system's Chromium, or None."""
    return next((path for name in CHROMIUM if (path := shutil.which(name))), None)


def free_port() -> int:
    """A port of this machine that nothing uses now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextlib.contextmanager
def serve(command: Sequence[str], address: str, home: Path) -> Iterator[None]:
    """The command, a server that touches nothing outside of `home`, from its first answer at the address on."""
    environment = {**os.environ, **{name: str(home / place) for name, place in PLACES.items()}}
    log = home / "server.log"
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=home)
    try:
        _wait_until_it_answers(address, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def server(notebooks: Path, home: Path) -> Iterator[str]:
    """JupyterLab on the folder, on a free port of localhost, touching nothing outside of `home`; yields its address."""
    token, port = secrets.token_hex(16), free_port()
    settings = home / "settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(QUIET))
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--expose-app-in-browser",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}", "--ServerApp.port_retries=0",
        f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={notebooks}",
    ]  # fmt: skip
    with serve(command, f"http://127.0.0.1:{port}/api?token={token}", home):
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}&reset"


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=5):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the server did not come up:\n{log.read_text()[-4000:]}")


class Lab:
    """A notebook open in a browser: what a user does with it and sees of it."""

    def __init__(self, page: Any, address: str) -> None:
        self.page, self._address = page, address
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.set_default_timeout(PATIENCE * 1000)

    def open(self, notebook: str) -> None:
        """Opens the notebook and waits for its kernel."""
        self.page.goto(self._address.format(notebook))
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_function(
            "window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )

    def command(self, name: str) -> None:
        """One of JupyterLab's commands, such as notebook:run-all-cells; does not wait for what it starts."""
        self.page.evaluate("name => void window.jupyterapp.commands.execute(name)", name)

    def run_all(self) -> None:
        """Runs all cells and waits for the end."""
        self.command("notebook:run-all-cells")
        self.idle()

    def idle(self) -> None:
        """Waits until no cell runs or waits any more."""
        self.page.wait_for_timeout(300)
        self.page.wait_for_function(
            "![...document.querySelectorAll('.jp-InputPrompt')].some(p => p.textContent.includes('[*]'))"
        )

    def cell_with(self, text: str) -> Any:
        """The code cell whose source contains the text."""
        return self.page.locator(".jp-CodeCell").filter(has_text=text).first

    def rerun(self, cell: Any) -> None:
        """Runs one cell again."""
        cell.locator(".jp-InputArea-editor").first.click()
        self.page.keyboard.press("Control+Enter")
        self.idle()

    def restart(self) -> None:
        """Restarts the kernel, as the menu does once one has agreed."""
        self.page.evaluate("() => window.jupyterapp.shell.currentWidget.sessionContext.restartKernel()")

    def outputs_with_errors(self) -> list[str]:
        """Texts of all error outputs, and of what was written on stderr."""
        errors = '[data-mime-type="application/vnd.jupyter.error"], [data-mime-type$="stderr"]'
        return list(self.page.locator(errors).all_inner_texts())

    # The playground's parts; `within` is a cell or the whole page.

    def part(self, name: str, within: Any = None) -> Any:
        """The first element of class `toygan-<name>`."""
        return (within or self.page).locator(f".toygan-{name}").first

    def frame(self, within: Any = None) -> int:
        """How many frames the live picture has painted so far."""
        return int(self.part("view", within).get_attribute("data-frame"))

    def wait_for(self, true: Callable[[], bool], otherwise: str) -> None:
        """Waits until it is true; TimeoutError with the words `otherwise`."""
        end = time.monotonic() + PATIENCE
        while not true():
            if time.monotonic() > end:
                raise TimeoutError(otherwise)
            self.page.wait_for_timeout(20)

    def wait_for_frame(self, after: int, within: Any = None) -> int:
        """Waits until more frames than `after` have been painted, and returns how many."""
        self.wait_for(lambda: self.frame(within) > after, "the picture does not change")
        return self.frame(within)

    def iteration(self, within: Any = None) -> int:
        """The iteration that stands in large digits."""
        return int(self.part("count", within).locator("b").inner_text().replace(",", ""))

    def settled(self, within: Any = None) -> int:
        """The iteration, once no further frame is painted."""
        seen = -1
        while seen != (seen := self.frame(within)):
            self.page.wait_for_timeout(500)
        return self.iteration(within)

    def in_kernel(self, code: str) -> str:
        """What the kernel of the open notebook prints when it runs the code."""
        return str(self.page.evaluate(IN_KERNEL, code))

    def alive(self) -> int:
        """How many runs are being played in the kernel."""
        return int(self.in_kernel(ALIVE))


@contextlib.contextmanager
def lab(notebooks: Path, home: Path, size: tuple[int, int] = (1280, 720), scale: float = 1) -> Iterator[Lab]:
    """JupyterLab on the folder in a headless Chromium of that window size."""
    from playwright.sync_api import sync_playwright

    with server(notebooks, home) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, headless=True)
        try:
            page = browser.new_page(viewport={"width": size[0], "height": size[1]}, device_scale_factor=scale)
            yield Lab(page, address)
        finally:
            browser.close()
