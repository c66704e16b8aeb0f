"""Frames of a run of any length take no more memory than those of a shorter one, in the kernel and in the page."""

from __future__ import annotations

import base64
import gc
import tracemalloc
from collections.abc import Iterator
from itertools import count
from typing import Any

import numpy as np
import psutil
import pytest
from support import lab
from support.marks import chart
from support.view_page import KERNEL, SCRIPT, WORDS

from toygan.chart import Axis, Chart, Line, Points, Surface, Text
from toygan.chart.recording import MOST_FRAMES, Recording
from toygan.chart.wire import Wire
from toygan.play.sender import Sender
from toygan.play.session import Session
from toygan.play.view import View
from toygan.recipe import Recipe

LEAK = 1000  # bytes a frame that are still not taken for noise
STREAM = """async (frames) => {
    for (let i = 0; i < frames; i++) {
        const [content, numbers] = store[sent++ % store.length];
        const buffers = numbers.map((buffer) => new DataView(buffer.slice()));
        tell({ ...structuredClone(content), frame: sent, iteration: sent }, buffers);
        await new Promise(requestAnimationFrame);
    }
    said.splice(0);
}"""
STORE = """(messages) => {
    const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
    globalThis.store = messages.map(([content, buffers]) => [content, buffers.map(bytes)]);
    globalThis.sent = 0;
}"""
COUNT = """() => {
    const Canvas = OffscreenCanvas;
    globalThis.canvases = 0;
    globalThis.OffscreenCanvas = class extends Canvas {
        constructor(...size) {
            super(...size);
            canvases++;
        }
    };
}"""


class Played(Session):
    """A session without training: the test counts its iterations, and nothing is said of them."""

    iteration, status, words = 0, "", {}


def synthetic() -> Iterator[list[Chart]]:
    """Charts that move in each frame, and curves of 20 to 40 rows; of more, every second one is dropped."""
    rng = np.random.default_rng(0)
    for i in count():
        x = np.arange(0.0, i + 1, 2 ** max(0, (i // 20).bit_length() - 1))
        d, g = np.sin(x), np.cos(x)
        yield [
            chart(
                Surface("D", "ink", rng.uniform(size=(4, 4))),
                Points("fake", "generated", *rng.uniform(0, 10, (2, 20))),
                Text("remark", "ink", (f"iteration {i}",), np.ones(1), np.ones(1)),
            ),
            chart(Line("d", "discriminator", x, d), Line("g", "generator", x, g), x=Axis("iteration", 0, 2 * i + 1)),
        ]


@pytest.mark.parametrize("frames", [100, pytest.param(5000, marks=pytest.mark.slow)])
def test_four_times_as_many_frames_take_the_kernel_no_more_memory(frames: int) -> None:
    session, charts = Played(Recipe(width=4, batch=4), seeds=2), synthetic()
    screen = Sender(session, lambda: next(charts), (960, 540), lambda content: None)
    screen.recording = Recording(limit=101 if frames == 100 else MOST_FRAMES)
    screen.view.send = lambda content, buffers: None

    def held(until: int) -> int:
        while screen.view.viewers.sent < until:
            session.iteration += 1
            screen.view.viewers.hear({"view": "page", "shown": screen.view.viewers.sent})
            screen.show()
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        few, many = held(frames), held(4 * frames)
    finally:
        tracemalloc.stop()
        session.playing = False
    assert len(screen.recording.frames) >= 100
    assert many < 1.1 * few


@pytest.fixture(scope="module")
def page(chromium: str) -> Iterator[Any]:
    """A page with a view that paints as fast as it can."""
    from playwright.sync_api import sync_playwright

    fast = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=[*lab.FLAGS, *fast], headless=True)
        opened = started.new_page(viewport={"width": 480, "height": 300}, reduced_motion="no-preference")
        opened.set_content(f"<style>{View._css}</style><body></body>")
        opened.evaluate(COUNT)
        opened.add_script_tag(content=SCRIPT, type="module")
        opened.wait_for_function("globalThis.widget !== undefined")
        opened.evaluate(KERNEL)
        opened.evaluate(STORE, list(messages()))
        yield opened
        started.close()


def messages() -> Iterator[Any]:
    """What a kernel sends of 100 frames: one whole message, then what is new; again from the first on."""
    wire, charts = Wire(), synthetic()
    for _ in range(100):
        content, buffers = wire.message(next(charts))
        yield {**WORDS, **content}, [base64.b64encode(buffer).decode() for buffer in buffers]


def reachable(page: Any, kind: str) -> float:
    """What is left in the page after its garbage was collected."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    numbers = {row["name"]: row["value"] for row in cdp.send("Performance.getMetrics")["metrics"]}
    cdp.detach()
    return float(numbers[kind])


def test_frames_leave_no_element_no_canvas_and_no_object_behind(page: Any) -> None:
    def after(frames: int) -> tuple[float, ...]:
        page.evaluate(STREAM, frames)
        kinds = ("Nodes", "JSEventListeners", "JSHeapUsedSize")
        return page.evaluate("canvases"), *(reachable(page, kind) for kind in kinds)

    canvases, nodes, listeners, heap = after(100)
    more = after(300)
    assert more[:3] == (canvases, nodes, listeners)
    assert canvases < 10
    assert more[3] - heap < 300 * LEAK


@pytest.mark.slow
def test_20_000_frames_take_the_page_no_more_memory_than_5000(page: Any) -> None:
    def resident(frames: int) -> int:
        page.evaluate(STREAM, frames)
        reachable(page, "Nodes")
        page.wait_for_timeout(1000)
        return max(memory(process) for process in psutil.Process().children(recursive=True))

    few = resident(5000)
    assert resident(15_000) - few < 15_000 * LEAK


def memory(process: psutil.Process) -> int:
    """The memory of a process that shows a page, 0 of any other."""
    return int(process.memory_full_info().uss) if "--type=renderer" in process.cmdline() else 0
