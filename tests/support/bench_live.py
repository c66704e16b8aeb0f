"""The live view measured: what a frame costs the kernel, and what is seen of it in a browser."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import torch
from nbformat.v4 import new_code_cell, new_notebook
from support.lab import Lab, chromium, lab

from toygan import Recipe
from toygan.play.frames import Frames
from toygan.play.sender import Sender
from toygan.play.session import Session

PANELS = ("samples", "losses", "coverage", "modes")
CODE = "from toygan import Playground, Recipe\nPlayground(Recipe(), controls=('loss', 'lr_g', 'lr_d'))"
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}
WARM, ROUNDS = 1000, 60  # iterations before measuring in the kernel, and rounds there
SECONDS, MOVES = 10, 40

# Times are the page's own: of a key, and of the first picture painted after the status line has named the change.
WATCH = """() => {
    const picture = document.querySelector(".toygan-view"), message = document.querySelector(".toygan-message");
    const seen = (window.seen = { frames: [], pressed: 0, named: false, waits: [] });
    new MutationObserver(() => {
        const now = performance.now();
        seen.frames.push([now, Number(picture.dataset.iteration)]);
        if (seen.named) seen.waits.push(now - seen.pressed);
        seen.named = false;
    }).observe(picture, { attributeFilter: ["data-frame"] });
    const press = (event) => { if (event.key.startsWith("Arrow")) seen.pressed = event.timeStamp; };
    window.addEventListener("keydown", press, true);
    new MutationObserver(() => { if (message.textContent.includes("Learning rate of G =")) seen.named = true; })
        .observe(message, { childList: true, characterData: true, subtree: true });
}"""


def rows() -> Iterator[tuple[str, ...]]:
    """Both halves: the kernel's by itself, and all together in a browser."""
    yield ("live view, 8 seeds, 64/128", "measured", "aim")
    yield from _in_kernel()
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


def _in_kernel() -> Iterator[tuple[str, ...]]:
    """What frames cost in training steps of the same population, in turns with them, on one thread."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    session = Session(Recipe(), 8)
    screen = Sender(session, Frames(session, PANELS), (960, 540), lambda content: None)
    taken: dict[str, list[float]] = {}

    def timed(what: str, act: Callable[[], object]) -> None:
        screen.view.viewers.hear({"view": "page", "shown": screen.view.viewers.sent})  # ready for the next frame
        start = time.perf_counter()
        act()
        taken.setdefault(what, []).append(time.perf_counter() - start)

    session.run.run(WARM)
    for _ in range(ROUNDS):
        timed("step", session.run.step)
        timed("moving frame", screen.show)
        timed("step", session.run.step)
        timed("measurement", session.measure)
        timed("measured frame", screen.show)
        timed("frame with all words and limits anew", screen.show_all)
    torch.set_num_threads(threads)
    step = statistics.median(taken.pop("step"))
    aims = {"moving frame": "0.5", "measured frame": "1.0", "frame with all words and limits anew": "3"}
    for what, seconds in taken.items():
        low, middle, high = (part / step for part in statistics.quantiles(seconds, n=4))
        yield (f"{what}, in steps", f"{middle:.2f} ({low:.2f}-{high:.2f})", aims.get(what, ""))


def _played(user: Lab) -> Iterator[tuple[str, ...]]:
    user.page.evaluate(WATCH)
    user.part("play").click()
    user.page.wait_for_timeout(3000)
    start = user.page.evaluate("seen.frames.length")
    user.page.wait_for_timeout(SECONDS * 1000)
    frames = user.page.evaluate("seen.frames")[start:]
    times, iterations = [time for time, _ in frames], [iteration for _, iteration in frames]
    seconds = (times[-1] - times[0]) / 1000
    between = [b - a for a, b in pairwise(times)]
    yield ("frames/s in the browser", f"{len(between) / seconds:.0f}", "60")
    yield ("iterations/s beside them", f"{(iterations[-1] - iterations[0]) / seconds:.0f}", "")
    yield ("frame to frame, ms", f"median {statistics.median(between):.0f}, longest {max(between):.0f}", "17")

    handle = user.part("lr_g").locator("input[type=range]")
    handle.focus()
    for move in range(MOVES):
        handle.press("ArrowRight" if move % 20 < 10 else "ArrowLeft")  # never beyond its end
        user.page.wait_for_timeout(150)
    waits = sorted(user.page.evaluate("seen.waits"))
    if len(waits) < MOVES // 2:
        yield ("slider to picture", f"seen {len(waits)} times of {MOVES}", "")
        return
    p95 = statistics.quantiles(waits, n=20)[-1]
    yield (
        "slider to picture, ms",
        f"median {statistics.median(waits):.0f}, p95 {p95:.0f}",
        "100 at the 95th percentile",
    )
