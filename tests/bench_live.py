"""The live view measured where it is seen: frames in a browser, iterations beside them, how long a slider takes."""

from __future__ import annotations

import re
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from lab import Lab, chromium, lab
from nbformat.v4 import new_code_cell, new_notebook

CODE = "from toygan import Playground, Recipe\nPlayground(Recipe(), controls=('loss', 'lr_g', 'lr_d'))"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
SECONDS, MOVES = 10, 40

# Times are the page's own: of a key, and of the first picture painted after the status line has named the change.
WATCH = """() => {
    const picture = document.querySelector(".toygan-view"), message = document.querySelector(".toygan-message");
    const seen = (window.seen = { frames: [], pressed: 0, named: false, waits: [] });
    new MutationObserver(() => {
        const now = performance.now();
        seen.frames.push(now);
        if (seen.named) seen.waits.push(now - seen.pressed);
        seen.named = false;
    }).observe(picture, { attributeFilter: ["data-frame"] });
    const press = (event) => { if (event.key === "ArrowRight") seen.pressed = event.timeStamp; };
    window.addEventListener("keydown", press, true);
    new MutationObserver(() => { if (message.textContent.includes("lr_g =")) seen.named = true; })
        .observe(message, { childList: true, characterData: true, subtree: true });
}"""


def rows() -> Iterator[tuple[str, ...]]:
    """Frames and iterations per second while playing, and how long a slider takes to be seen."""
    yield ("live view, 8 seeds, 64/128", "measured", "aim")
    if chromium() is None:
        yield ("no Chromium on this machine", "not measured", "")
        return
    with tempfile.TemporaryDirectory() as folder:
        notebooks = Path(folder) / "notebooks"
        notebooks.mkdir()
        notebook = new_notebook(cells=[new_code_cell(CODE)], metadata={"kernelspec": KERNEL})
        nbformat.write(notebook, notebooks / "live.ipynb")
        with lab(notebooks, Path(folder) / "home") as user:
            user.open("live.ipynb")
            user.run_all()
            user.wait_for_frame(0)
            yield from _played(user)


def _played(user: Lab) -> Iterator[tuple[str, ...]]:
    user.page.evaluate(WATCH)
    user.part("play").click()
    user.page.wait_for_timeout(3000)
    first, start = user.iteration(), user.page.evaluate("seen.frames.push(performance.now())")
    user.page.wait_for_timeout(SECONDS * 1000)
    times = user.page.evaluate("seen.frames")[start - 1 :]
    seconds, steps = (times[-1] - times[0]) / 1000, user.iteration() - first
    yield ("frames/s in the browser", f"{(len(times) - 1) / seconds:.0f}", "30")
    yield ("iterations/s beside them", f"{steps / seconds:.0f}", "500")

    handle = user.part("lr_g").locator(".noUi-handle")
    handle.focus()
    for _ in range(MOVES):
        handle.press("ArrowRight")
        user.page.wait_for_timeout(150)
    waits = sorted(user.page.evaluate("seen.waits"))
    words = user.part("status").inner_text()
    if len(waits) < MOVES // 2 or not re.search(r"iteration [\d,]+", words):
        yield ("slider to picture", f"seen {len(waits)} times of {MOVES}", "")
        return
    p95 = statistics.quantiles(waits, n=20)[-1]
    yield (
        "slider to picture, ms",
        f"median {statistics.median(waits):.0f}, p95 {p95:.0f}",
        "100 at the 95th percentile",
    )
