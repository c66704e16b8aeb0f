"""A recording keeps frames evenly, however long the run, and its page plays them without Python or a network."""

from __future__ import annotations

import base64
import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import lab
from support.marks import MARKS, chart

from toygan.chart import Arrows, Axis, Chart, Line, Mark, Points, Surface, page
from toygan.chart.recording import FOLDER, Recording
from toygan.chart.serial import serialize
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import DEFAULT
from toygan.recipe import Recipe
from toygan.runs.course import Course
from toygan.runs.run import Run

WORDS = {"status": "", "recipe": "", "verdict": "healthy", "evidence": "", "cause": "", "remedy": ""}


def grown(n: int) -> Chart:
    """A curve of n numbers."""
    return chart(
        Line("curve", "generated", np.arange(n, dtype=float), np.arange(n) % 10.0), x=Axis("iteration", 0, 100)
    )


def recorded(*frames: list[Chart], words: dict[str, str] | None = None, **bounds: int) -> Recording:
    recording = Recording(**bounds)
    for i, charts in enumerate(frames):
        recording.add(10 * i, words or {**WORDS, "status": f"iteration {10 * i}"}, charts)
    return recording


@pytest.mark.parametrize("frames", [1, 7, 10, 11, 20, 21, 999, 1000])
def test_a_recording_is_bounded_even_and_holds_the_first_and_the_newest_frame(frames: int) -> None:
    recording = Recording(limit=10)
    for i in range(frames):
        recording.add(i, WORDS, [])
    at = [frame.iteration for frame in recording.frames]
    assert (at[0], at[-1]) == (0, frames - 1)
    assert min(frames, 5) <= len(at) <= 10
    assert len(set(np.diff(at[:-1]))) <= 1, "all but the newest are equally far apart"


def test_a_run_that_goes_back_is_recorded_from_there_on() -> None:
    recording = Recording(limit=4)
    for i in (0, 10, 20, 30, 10, 15):
        recording.add(i, WORDS, [])
    assert [frame.iteration for frame in recording.frames] == [0, 10, 15]
    recording.add(0, WORDS, [])
    assert [frame.iteration for frame in recording.frames] == [0]


def test_frames_that_nobody_asks_for_between_are_kept_as_if_somebody_did() -> None:
    steps = [*range(0, 60, 2), 40, 41, *range(41, 90, 3), 7, *range(8, 40)]
    quiet, asked = Recording(limit=6), Recording(limit=6)
    for at, i in enumerate(steps):
        for recording in (quiet, asked):
            recording.add(i, {**WORDS, "status": str(at)}, [grown(i + 1)])
        assert asked.frames[-1].iteration == i
    assert quiet._pack() == asked._pack()


def test_a_frame_is_recorded_as_it_was_though_its_numbers_change_later() -> None:
    x = np.arange(3.0)
    changing = chart(Points("dots", "generated", x, x), x=Axis("x", 0, 9))
    recording = Recording()
    recording.add(0, WORDS, [changing])
    x += 5
    assert list(next(recording.charts(9))[1][0].marks[0].arrays["x"]) == [0, 1, 2]


def test_frames_that_were_kept_by_an_older_toygan_are_read() -> None:
    charts, numbers = serialize([[grown(3)], [grown(4)]])
    older = {"knob" if name == "remedy" else name: text for name, text in WORDS.items()}
    meta = {"stride": 1, "frames": [[0, 0, older], [1, 10, older]], "charts": charts}
    read = Recording.deserialize(meta, numbers)
    assert read.frames[0].words.keys() == WORDS.keys()
    assert read._pack() == recorded([grown(3)], [grown(4)], words=WORDS)._pack()


def test_what_cannot_be_a_recording_is_refused() -> None:
    with pytest.raises(ValueError, match="limit=1"):
        Recording(limit=1)
    with pytest.raises(ValueError, match="no frames"):
        Recording().html("title", "about")


def unpacked(recording: Recording) -> Any:
    """The frames as the page's own code has them, run by deno; NaN is null, and each array is a list."""
    from deno import find_deno_bin

    code = page.build_script(FOLDER / "recording.js") + (
        "const bytes = Uint8Array.from(atob(await new Response(Deno.stdin.readable).text()), (c) => c.charCodeAt(0));"
        "console.log(JSON.stringify(unpack(bytes), (_, v) => ArrayBuffer.isView(v) ? [...v] : v));"
    )
    ran = subprocess.run(
        [find_deno_bin(), "eval", "--ext=js", code],
        input=base64.b64encode(recording._pack()),
        check=True,
        capture_output=True,
    )
    return json.loads(ran.stdout)


def seen(mark: Mark, values: np.ndarray) -> np.ndarray:
    """Return the numbers that a page needs: the levels of a surface, and places up to a tenth beyond the axes."""
    if isinstance(mark, Surface):
        return 255 * values
    return np.clip(values, -1, 11) if isinstance(mark, Points) else values


def test_every_frame_comes_out_as_it_went_in() -> None:
    marks: list[Mark] = [
        *(mark for mark, *_ in MARKS.values()),
        Points("m", "real", np.array([0.0, np.nan, 10.0]), np.array([1.0, 2.0, 1e9])),
        Arrows("m", "generator", np.ones(2), np.ones(2), np.array([-2.5, np.nan]), np.zeros(2)),
        Surface("m", "ink", np.array([[0.0, 0.2], [0.6, 1.0]])),
    ]
    frames = [[chart(mark), grown(3 * i)] for i, mark in enumerate(marks)]
    out = unpacked(recorded(*frames))
    assert [frame["iteration"] for frame in out] == [10 * i for i in range(len(frames))]
    assert out[-1]["words"]["status"] == f"iteration {10 * (len(frames) - 1)}"
    for charts, frame in zip(frames, out, strict=True):
        for expected, found in zip(charts, frame["charts"], strict=True):
            assert found["title"] == expected.title
            for mark, painted in zip(expected.marks, found["marks"], strict=True):
                for field, values in mark.arrays.items():
                    numbers = np.array(painted[field], dtype=float)
                    tolerance = 0.5 if isinstance(mark, Surface) else 0.01
                    np.testing.assert_allclose(numbers, seen(mark, values).ravel(), atol=tolerance)


def course(step: int) -> Chart:
    """A curve of few rows whose end changes, as that of a long run; every tenth frame has other words."""
    rows = Course(limit=12)
    for i in range(step):
        rows.add(i, np.array([np.sin(i), np.cos(3 * i)]))
    x, (first, second) = rows.steps, rows.values.T
    title = f"Losses {step // 10}"
    return chart(Line("d", "discriminator", x, first), Line("g", "generator", x, second), title=title)


@pytest.mark.parametrize("bounds", [{"limit": 9}, {"most": 6000}, {"limit": 2}])
def test_frames_show_their_own_curves_after_others_were_dropped_or_replaced(bounds: dict[str, int]) -> None:
    run = {step: [course(step), grown(step % 7)] for step in range(1, 120)}
    recording = Recording(**bounds)
    for step in [*range(1, 60), 57, 57, 30, *range(31, 120)]:
        recording.add(step, WORDS, run[step])
        if step % 40 == 0 and "limit" in bounds:
            meta, numbers = recording.serialize()
            again = Recording.deserialize(json.loads(json.dumps(meta)), numbers)
            assert again._pack() == recording._pack()
    shown = unpacked(recording)
    assert len(shown) < 60
    assert (shown[0]["iteration"], shown[-1]["iteration"]) == (1, 119)
    for frame in shown:
        for expected, found in zip(run[frame["iteration"]], frame["charts"], strict=True):
            assert found["title"] == expected.title
            for mark, painted in zip(expected.marks, found["marks"], strict=True):
                for field, values in mark.arrays.items():
                    np.testing.assert_allclose(painted[field], values, atol=1e-6)


def test_a_recording_holds_no_more_bytes_than_it_may() -> None:
    rng, most = np.random.default_rng(0), 100_000
    noise = ([chart(Points("m", "real", *rng.uniform(0, 10, (2, 1000))))] for _ in range(200))
    recording = recorded(*noise, most=most)
    at = [frame.iteration for frame in recording.frames]
    assert most / 4 < recording.size <= most
    assert (at[0], at[-1]) == (0, 1990)
    assert len(set(np.diff(at[:-1]))) == 1, "all but the newest are equally far apart"
    larger = recorded(*([chart(Points("m", "real", *rng.uniform(0, 10, (2, 20_000))))] for _ in range(5)), most=most)
    assert [frame.iteration for frame in larger.frames] == [0, 40]


def words_in(recording: Recording) -> int:
    return sum(len(word) for frame in recording.frames for word in frame.words.values())


def test_a_curve_that_grows_is_held_once() -> None:
    one, many = recorded([grown(200)]), recorded(*([grown(i)] for i in range(1, 201)))
    assert many.size - words_in(many) <= one.size


def test_a_curve_whose_end_is_replaced_is_held_once_each_time_that_its_rows_are_joined() -> None:
    frames, rows = list[list[Chart]](), Course(limit=100)
    for i in range(1600):
        rows.add(i, np.array([np.sin(i)]))
        frames.append([chart(Line("d", "discriminator", rows.steps, rows.values[:, 0]))])
    last, some = recorded(frames[-1]), recorded(*frames, limit=101)
    joined = np.log2(1600 / 100)
    assert some.size - words_in(some) < (2 + joined) * last.size


def test_300_frames_of_the_default_panels_take_less_than_3_megabytes() -> None:
    run, charts = Run(Recipe().seeds(2), every=10), Charts(DEFAULT)
    run.measure()
    frames = []
    for _ in range(20):
        frames.append(charts.update(Look.from_run(run.population, run.record)))
        run.run(10)
    recording, first = recorded(*frames), recorded(frames[0])
    a_frame = (len(recording.html("", "")) - len(first.html("", ""))) / 19
    assert len(first.html("", "")) + 300 * a_frame < 3e6


def test_a_page_asks_for_nothing_and_its_title_is_text() -> None:
    html = recorded([grown(2)]).html("<b>r1 & co</b>", "<i>today</i>").decode()
    assert "<title>&lt;b&gt;r1 &amp; co&lt;/b&gt;</title>" in html
    assert "<i>" not in html
    assert "default-src 'none'" in html


def test_a_recording_plays_from_a_file_by_mouse_and_keys(chromium: str, tmp_path: Path) -> None:
    from playwright.sync_api import expect, sync_playwright

    file = tmp_path / "run.html"
    file.write_bytes(recorded(*([grown(i)] for i in range(1, 31))).html("ring8", "8 seeds"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        opened = browser.new_page(reduced_motion="no-preference")
        errors, asked = list[str](), list[str]()
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.on("console", lambda message: errors.append(message.text))
        opened.on("request", lambda request: asked.append(request.url))
        opened.goto(file.as_uri())

        def shows(iteration: int) -> None:
            expect(opened.locator("main")).to_have_attribute("data-iteration", str(iteration), timeout=60_000)
            expect(opened.locator(".toygan-status")).to_have_text(f"iteration {iteration}")

        shows(290)  # what came of it
        opened.get_by_text("Show it in a page of yours").click()
        assert '<iframe src="run.html" title="ring8" ' in opened.locator("code").inner_text()
        opened.get_by_role("button", name="Play", exact=True).click()
        expect(opened.locator("main")).not_to_have_attribute("data-iteration", "290")
        shows(290)
        assert opened.get_by_role("button", name="Play", exact=True).is_visible(), "it ends with the last frame"
        assert int(opened.locator("main").get_attribute("data-frame") or 0) > 10

        scrubber = opened.get_by_role("slider", name="iteration")
        scrubber.fill("12")
        shows(120)
        assert scrubber.get_attribute("aria-valuetext") == "iteration 120"
        for key, iteration in (("ArrowRight", 130), ("ArrowLeft", 120), ("Home", 0), ("End", 290)):
            scrubber.press(key)
            shows(iteration)
        opened.locator("canvas").first.focus()
        opened.keyboard.press("Home")
        shows(290)  # keys on a chart are the chart's
        opened.get_by_role("button", name="healthy").click()
        shows(0)
        opened.get_by_role("combobox", name="speed").select_option("0.25")
        opened.get_by_role("heading").click()
        opened.keyboard.press(" ")
        expect(opened.locator("main")).not_to_have_attribute("data-iteration", "0")
        opened.keyboard.press(" ")
        assert opened.get_by_role("button", name="Play", exact=True).is_visible()
        browser.close()
    assert errors == []
    assert asked == [file.as_uri()]
