"""The time line in a real browser, with a kernel that only listens; and the walk of a learner through all of it."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest
from support import lab
from support.view_page import KERNEL, SCRIPT, WORDS

from toygan.chart import Axis, Chart, Line
from toygan.chart.wire import Wire
from toygan.play.view import View, check_message

MARKS = [[40, "change", "lr_d = 0.01"], [80, "best", "seed 0 closest to the data: least distance (W1)"]]
TIMES = {**WORDS, "first": 0, "reached": 100, "at": 100, "marks": MARKS, "compare": "Compare"}
TELL = "(words) => tell(words)"
FRAME = """([content, buffers]) => {
    const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    tell(content, buffers.map(view));
}"""
STEPS = np.arange(0.0, 101.0, 20.0)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A page with the widget's module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        opened = started.new_page(viewport={"width": 700, "height": 900})
        opened.set_content(f"<style>{View._css}</style><body></body>")
        opened.add_script_tag(content=SCRIPT, type="module")
        opened.wait_for_function("globalThis.widget !== undefined")
        yield opened
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page with a view that shows a run which can go back."""
    browser.evaluate(KERNEL)
    browser.evaluate(TELL, TIMES)
    browser.evaluate("said.splice(0)")
    yield browser
    browser.evaluate("dead || end()")


def asked(page: Any) -> list[dict[str, Any]]:
    """What the view has asked for since this was asked last."""
    every: list[dict[str, Any]] = page.evaluate("said.splice(0)")
    assert all(check_message(content, seeds=3) for content in every)
    return [{name: value for name, value in content.items() if name not in ("view", "ask")} for content in every]


def test_arrow_keys_look_back_by_one_question_at_a_time(page: Any) -> None:
    slider = page.get_by_role("slider", name="iteration to look at")
    slider.focus()
    for _ in range(5):
        slider.press("ArrowLeft")
    assert asked(page) == [{"at": 98}]
    page.evaluate(TELL, {**TIMES, "at": 97})
    assert asked(page) == [{"at": 90}]  # the newest of those that were pressed meanwhile
    page.evaluate(TELL, {**TIMES, "at": 90})
    assert asked(page) == []
    assert slider.get_attribute("aria-valuetext") == "iteration 90 of 100"
    slider.press("Home")
    assert asked(page) == [{"at": 0}]


def test_marks_are_named_and_lead_to_their_iterations(page: Any) -> None:
    change = page.get_by_role("button", name="iteration 40: lr_d = 0.01")
    best = page.get_by_role("button", name="iteration 80: seed 0 closest to the data: least distance (W1)")
    best.focus()
    page.keyboard.press("Enter")
    assert asked(page) == [{"at": 80}]
    places = [mark.bounding_box()["x"] for mark in (change, best)]
    track = page.locator(".toygan-track").bounding_box()
    shares = [(x + 6 - track["x"]) / track["width"] for x in places]
    assert shares == pytest.approx([0.4, 0.8], abs=0.03)


def test_the_line_follows_a_run_that_plays(page: Any) -> None:
    slider = page.locator(".toygan-scrubber")
    page.evaluate(TELL, {**TIMES, "at": 140, "reached": 140, "status": "iteration 140"})
    assert slider.input_value() == "140"
    page.evaluate(TELL, {**TIMES, "first": 0, "reached": 0, "at": 0, "marks": []})
    assert page.locator(".toygan-timeline").evaluate("x => getComputedStyle(x).visibility") == "hidden"
    page.evaluate(TELL, WORDS)
    assert page.locator(".toygan-timeline").is_hidden()
    assert page.locator(".toygan-compare").is_hidden()


def test_a_measured_point_of_a_curve_leads_to_its_iteration(page: Any) -> None:
    curve = Chart("Losses", Axis("iteration", 0, 100), Axis("", 0, 1), (Line("D", "real", STEPS, STEPS / 100),))
    content, buffers = Wire().message([curve])
    numbers = [base64.b64encode(buffer).decode() for buffer in buffers]
    page.evaluate(FRAME, [{**TIMES, **content, "frame": 1, "iteration": 100}, numbers])
    page.wait_for_function("document.querySelector('.toygan-view').dataset.iteration === '100'")
    asked(page)
    canvas = page.locator(".toygan-view canvas").first
    box = canvas.bounding_box()
    canvas.hover(position={"x": box["width"] / 2, "y": box["height"] / 2})
    reading = page.locator(".toygan-reading").first.inner_text()
    canvas.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    (question,) = [content for content in asked(page) if "at" in content]
    assert question["at"] in STEPS
    assert f"iteration {question['at']}" in reading


def test_a_run_can_be_compared_by_a_button(page: Any) -> None:
    page.get_by_role("button", name="Compare").click()
    assert asked(page) == [{"do": "compare"}]


CODE = "from toygan import Playground, Recipe\nPlayground(Recipe(width=16, depth=1, batch=32, data='bimodal'), seeds=2)"


@pytest.mark.slow
@pytest.mark.usefixtures("chromium")
@pytest.mark.filterwarnings("default")  # of the browser's driver, not ours
def test_a_learner_goes_back_compares_and_closes_a_side_again(tmp_path: Path) -> None:
    (tmp_path / "notebooks").mkdir()
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CODE)], metadata=kernel)
    nbformat.write(notebook, tmp_path / "notebooks/run.ipynb")
    with lab.lab(tmp_path / "notebooks", tmp_path / "home") as user:
        user.open("run.ipynb")
        user.run_all()
        user.wait_for_frame(0)
        user.part("play").click()
        user.wait_for(lambda: user.iteration() > 100, "the run does not play")
        user.part("play").click()
        end = user.settled()

        slider = user.page.get_by_role("slider", name="iteration to look at")
        slider.focus()
        for _ in range(20):
            slider.press("ArrowLeft")
        seen = user.settled()
        assert 0 < seen < end, "an earlier frame is not shown"
        user.part("step").click()
        user.wait_for(lambda: user.iteration() == seen + 1, "it does not continue from the frame that is shown")

        user.part("compare").click()
        user.wait_for(lambda: user.page.locator(".toygan-lead").count() == 2, "two sides are not shown")
        assert user.iteration() == seen + 1
        user.page.locator(".toygan-target button", has_text="B").click()
        rate = user.part("lr_d").locator("input[type=range]")
        rate.focus()
        rate.press("ArrowRight")
        user.wait_for(
            lambda: "B: Learning rate of D = 0.0013" in user.part("where").inner_text(), "lr_d does not move apart"
        )
        assert user.page.locator(".toygan-lr_d").count() == 2
        user.part("play").click()
        user.wait_for(lambda: user.iteration() > seen + 60, "the sides do not play")
        user.part("play").click()
        user.wait_for(lambda: "B against A: " in user.part("cause").inner_text(), "no difference is said")
        user.part("close-side").click()
        user.wait_for(lambda: user.page.locator(".toygan-lead").count() == 1, "the side does not close")
        assert user.errors == []
        assert user.outputs_with_errors() == []
