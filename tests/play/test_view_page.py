"""The live view in a real browser, with a kernel that only listens: what it shows, and what it says to the kernel."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from support import lab
from support.marks import chart
from support.view_page import KERNEL, SCRIPT, WORDS

from toygan.chart import Axis, Cells, Chart, Line
from toygan.chart.style import DARK, LIGHT, Palette
from toygan.chart.wire import Wire
from toygan.play.view import View, check_message

FRAME = """([content, buffers]) => {
    const view = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
    tell(content, buffers.map(view));
}"""
SIX = """async (words) => {
    for (let frame = 1; frame <= 6; frame++) {
        tell({ ...words, frame });
        await new Promise(requestAnimationFrame);
    }
}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A page with the widget's module."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        opened = started.new_page(viewport={"width": 960, "height": 900}, reduced_motion="no-preference")
        opened.set_content(f"<style>{View._css}</style><body></body>")
        opened.add_script_tag(content=SCRIPT, type="module")
        opened.wait_for_function("globalThis.widget !== undefined")
        yield opened
        started.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page with a view that has said that it is here."""
    browser.evaluate(KERNEL)
    yield browser
    browser.evaluate("dead || end()")


def said(page: Any) -> list[dict[str, Any]]:
    """All that the view has said since this was asked last, without its name, which never changes, and numbers."""
    every: list[dict[str, Any]] = page.evaluate("said.splice(0)")
    assert all(check_message(content, seeds=3) for content in every)
    assert len({content.pop("view") for content in every}) <= 1
    asked = [content.pop("ask") for content in every if "ask" in content]
    assert asked == sorted(set(asked))
    return every


def show(page: Any, frame: int, **words: Any) -> None:
    """Sends a frame and waits until it is painted."""
    show_charts(page, frame, [chart(Line("m", "real", np.arange(2.0), np.arange(2.0) * frame))], **words)


def show_charts(page: Any, frame: int, charts: list[Chart], **words: Any) -> None:
    content, buffers = Wire().message(charts)
    numbered = {**WORDS, **words, **content, "frame": frame, "iteration": 10 * frame}
    page.evaluate(FRAME, [numbered, [base64.b64encode(buffer).decode() for buffer in buffers]])
    page.wait_for_function(f"document.querySelector('.toygan-view').dataset.iteration === '{10 * frame}'")


def test_a_view_says_that_it_is_here_and_that_it_goes_and_then_listens_to_nothing(page: Any) -> None:
    assert said(page) == [{"here": True, "hidden": False}]
    assert page.evaluate("heard()") == ["change:opening", "change:present", "comm_live_update", "msg:custom"]
    page.evaluate("end()")
    assert said(page) == [{"gone": True}]
    assert page.evaluate("heard()") == []
    page.locator(".toygan-view").focus()
    page.keyboard.press("n")
    page.locator(".toygan-play").click()
    assert said(page) == []


def test_words_stand_where_they_belong(page: Any) -> None:
    page.evaluate("(words) => tell(words)", {**WORDS, "message": "lr_g = 0.002", "cause": "Why.", "playing": True})
    status, diagnosis = page.locator(".toygan-status"), page.locator(".toygan-diagnosis")
    assert page.locator(".toygan-count b").inner_text() == "3"
    assert status.inner_text().split("\n") == ["healthy", "lr_g = 0.002"]
    assert diagnosis.inner_text().split() == ["seed", "0", "w1", "0.1", "Why."]
    assert (page.locator(".toygan-play").inner_text(), status.get_attribute("aria-live")) == ("Pause", "off")
    page.evaluate("(words) => tell(words)", {**WORDS, "message": "no", "refused": True})
    assert page.locator(".toygan-refused .toygan-message").inner_text() == "no"
    assert (page.locator(".toygan-play").inner_text(), status.get_attribute("aria-live")) == ("Play", "polite")
    assert page.locator(".toygan-view").get_attribute("aria-label") == "iteration 3 · seed 0"


def test_each_metric_of_the_evidence_is_explained_one_hover_away(page: Any) -> None:
    words = {
        **WORDS,
        "evidence": "w1 0.1 (true samples 0), gaps 2",
        "terms": "gaps: Mean gap: in spreads\nw1: Distance",
    }
    page.evaluate("(words) => tell(words)", words)
    evidence, terms = page.locator(".toygan-evidence"), page.locator(".toygan-evidence abbr")
    assert evidence.inner_text() == words["evidence"]
    assert [(term.inner_text(), term.get_attribute("title")) for term in terms.all()] == [
        ("w1", "Distance"),
        ("gaps", "Mean gap: in spreads"),
    ]
    page.evaluate("globalThis.first = document.querySelector('abbr')")
    page.evaluate("(words) => tell(words)", {**words, "evidence": "w1 0.2, gaps 3"})
    assert evidence.inner_text() == "w1 0.2, gaps 3"
    assert page.evaluate("first === document.querySelector('abbr')"), "a tooltip that is open stays"
    for wanted in ("at iteration 7", ""):
        page.evaluate("(words) => tell(words)", {**WORDS, "evidence": wanted})
        assert (evidence.inner_text(), terms.count()) == (wanted, 0)


def test_one_frame_in_six_is_acknowledged_with_its_pace_and_the_last_one_after_a_rest(page: Any) -> None:
    content, _ = Wire().message([chart()])
    said(page)
    page.evaluate(SIX, {**WORDS, **content, "iteration": 0})
    [sixth] = said(page)
    assert (sixth["shown"], sixth["hidden"]) == (6, False)
    assert sixth["pace"] > 0
    show(page, 7)
    page.wait_for_function("said.length")
    assert said(page) == [{"shown": 7, "hidden": False, "pace": 0}]


def test_buttons_and_keys_ask_for_what_they_stand_for(page: Any) -> None:
    show(page, 1)
    page.wait_for_function("said.length === 2")
    said(page)
    for name in ("play", "step", "reset"):
        page.locator(f".toygan-{name}").click()
    page.locator(".toygan-view").focus()
    for key in (" ", "ArrowRight", ".", "x", "Control+n", "n", "n", "n", "p"):
        page.keyboard.press(key)
    asked = [{"do": name} for name in ("play", "step", "reset", "play", "step", "step")]
    assert said(page) == [*asked, *({"focus": seed} for seed in (1, 2, 0, 2))]
    page.evaluate("(words) => tell(words)", {**WORDS, "focus": 2})
    page.locator("canvas").first.focus()
    page.keyboard.press("p")
    page.keyboard.press(" ")
    assert said(page) == [{"focus": 1}], "play is a key of the picture as a whole"


def test_the_list_beside_step_steps_one_player_and_is_closed_by_escape(page: Any) -> None:
    opener = page.get_by_role("button", name="step one player, or an iteration in slow motion")
    acts = [page.get_by_role("menuitem", name=name) for name in ("Step D", "Step G", "In slow motion")]
    said(page)
    page.locator(".toygan-step").focus()
    page.keyboard.press("Tab")
    for down, name in enumerate(("step-d", "step-g", "slow")):
        page.keyboard.press("Enter")
        assert opener.get_attribute("aria-expanded") == "true"
        for _ in range(down):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        assert said(page) == [{"do": name}]
        assert not any(act.is_visible() for act in acts)
        opener.focus()
    opener.click()
    page.keyboard.press("Escape")
    assert (said(page), page.evaluate("document.activeElement.title")) == ([], opener.get_attribute("title"))


def test_a_remedy_can_be_applied_and_undone_only_if_the_kernel_offers_it(page: Any) -> None:
    page.evaluate("(words) => tell(words)", WORDS)
    apply, undo = page.locator(".toygan-apply"), page.locator(".toygan-undo")
    assert not apply.is_visible()
    assert not undo.is_visible()
    page.evaluate("(words) => tell(words)", {**WORDS, "apply": "Apply and restart", "undo": "Undo"})
    assert apply.inner_text() == "Apply and restart"
    for button, name in ((apply, "apply"), (undo, "undo")):
        button.click()
        assert page.evaluate("said.at(-1).do") == name


def test_all_seeds_are_sorted_by_a_menu_that_is_there_while_they_are_shown(page: Any) -> None:
    page.evaluate("(words) => tell(words)", {**WORDS, "all": "All seeds"})
    assert not page.locator(".toygan-sort").is_visible()
    page.locator(".toygan-all").click()
    page.evaluate("(words) => tell(words)", {**WORDS, "all": "One seed", "sort": "seed", "sorts": ["seed", "distance"]})
    assert page.locator(".toygan-all").inner_text() == "One seed"
    page.locator(".toygan-sort select").select_option("distance")
    assert said(page)[-2:] == [{"do": "all"}, {"sort": "distance"}]


def test_arrow_keys_go_from_cell_to_cell_and_enter_takes_the_seed_into_focus(page: Any) -> None:
    names = ("seed 2: healthy", "", "seed 0: oscillation", "seed 1: healthy")
    cells = Cells("cells", "real", np.zeros((2, 2)), names, numbers=(2, -1, 0, 1))
    show_charts(page, 1, [replace(chart(cells), x=Axis("", 0, 2), y=Axis("", 0, 2))])
    said(page)
    page.locator("canvas").first.focus()
    heard = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowDown"):
        page.keyboard.press(key)
        heard.append(page.locator(".toygan-reading").inner_text())
    assert heard == [names[2], names[3], names[3], names[2], names[0]], "a cell that is left over is not read"
    page.keyboard.press("Enter")
    assert [content for content in said(page) if "shown" not in content] == [{"focus": 2}]


def test_what_is_pressed_shows_it_until_the_kernel_has_done_it(page: Any) -> None:
    page.evaluate("(words) => tell(words)", WORDS)
    reset, message = page.locator(".toygan-reset"), page.locator(".toygan-message")
    reset.click()
    asked = page.evaluate("said.at(-1)")
    assert (asked["do"], asked["ask"]) == ("reset", 1)
    pressed = "(button) => button.classList.contains('toygan-pressed')"
    assert reset.evaluate(pressed)
    assert page.locator("#here").get_attribute("aria-busy") == "true"
    page.evaluate("(words) => tell(words)", {**WORDS, "message": "of before", "answered": {asked["view"]: 0}})
    page.wait_for_function("document.querySelector('.toygan-message').textContent === 'Reset: at work…'")
    page.evaluate("(words) => tell(words)", {**WORDS, "message": "of before"})
    assert message.inner_text() == "Reset: at work…", "a late frame is no answer"
    page.evaluate("(words) => tell(words)", {**WORDS, "message": "done", "answered": {asked["view"]: 1, "other": 0}})
    assert message.inner_text() == "done"
    assert not reset.evaluate(pressed)
    assert page.locator("#here").get_attribute("aria-busy") is None


def test_without_a_diagnosis_no_remedy_gives_it_away(page: Any) -> None:
    words = {**WORDS, "remedy": "Lower lr_g.", "apply": "Apply", "undo": "Undo"}
    page.evaluate("(words) => tell(words)", words)
    parts = [page.locator(f".toygan-{name}") for name in ("verdict", "remedy", "apply", "undo")]
    assert all(part.is_visible() for part in parts)
    page.evaluate("document.querySelector('.toygan-playground').classList.add('toygan-undiagnosed')")
    assert not any(part.is_visible() for part in parts)


@pytest.mark.parametrize(
    ("verdict", "early", "shown"),
    [
        ("too early to tell · 3 of 4 seeds", True, "too early to tell · 3 of 4 seeds"),
        ("A: 4 × oscillation | B: 4 × healthy", False, "A: 4 × oscillation\nB: 4 × healthy"),
    ],
)
def test_the_verdict_has_its_grounds_in_the_tooltip_and_is_marked_while_it_is_early(
    page: Any, verdict: str, early: bool, shown: str
) -> None:
    page.evaluate("(words) => tell(words)", {**WORDS, "verdict": verdict, "early": early, "grounds": "seed 3: gaps 2"})
    spot = page.get_by_role("note")
    assert spot.text_content() == shown
    assert spot.get_attribute("title") == f"{shown}\nseed 3: gaps 2"
    assert page.evaluate("document.querySelector('.toygan-bar').classList.contains('toygan-early')") == early


def test_a_long_verdict_takes_the_line_of_a_message_that_is_not_there_and_nothing_moves(page: Any) -> None:
    page.add_style_tag(content=View._css)
    verdict, tops = page.locator(".toygan-verdict"), set()
    for words, message in (("healthy", ""), ("healthy", "Data = ring8"), ("oscillation in most of the seeds " * 2, "")):
        page.evaluate("(words) => tell(words)", {**WORDS, "verdict": words, "message": message})
        tops.add(page.locator(".toygan-view").bounding_box()["y"])
        assert verdict.evaluate("(v) => v.scrollWidth <= v.clientWidth && v.scrollHeight <= v.clientHeight + 1")
    assert len(tops) == 1


def test_keys_in_a_playground_are_not_the_notebooks(page: Any) -> None:
    deaf = "data-lm-suppress-shortcuts"
    for place, own in (("#slider", True), (".toygan-view", True), ("#other", False)):
        page.locator(place).focus()
        page.keyboard.press("d")
        assert (page.locator(place).get_attribute(deaf) is not None) == own
    page.locator("#slider").press("Control+s")
    assert page.locator("#slider").get_attribute(deaf) is None


def test_a_kernel_that_is_gone_is_said_and_nothing_more_can_be_asked(page: Any) -> None:
    page.evaluate("dead = true")
    page.locator(".toygan-step").click()
    assert "run the cell again" in page.locator(".toygan-refused").inner_text()
    assert all(button.is_disabled() for button in page.locator(".toygan-bar button").all())
    page.evaluate("(words) => tell(words)", {**WORDS, "status": "late"})
    assert "late" not in page.locator(".toygan-status").inner_text()


def test_a_picture_without_its_numbers_says_so(page: Any) -> None:
    content, _ = Wire().message([chart(Line("m", "real", np.arange(2.0), np.arange(2.0)))])
    page.evaluate(FRAME, [{**WORDS, **content, "frame": 1, "iteration": 0}, []])
    assert "loses the numbers" in page.locator(".toygan-message").inner_text()


@pytest.mark.parametrize("allowed", [True, False])
def test_a_link_goes_into_the_clipboard_if_the_browser_allows_it(page: Any, allowed: bool) -> None:
    page.evaluate(
        """(allowed) => Object.defineProperty(navigator, "clipboard", { configurable: true, value: {
            writeText: (text) => allowed ? Promise.resolve(globalThis.copied = text) : Promise.reject(new Error("no")),
        } })""",
        allowed,
    )
    page.evaluate("copied = ''; tell({ copy: 'toygan:1?lr_d=0.1' })")
    assert page.evaluate("copied") == ("toygan:1?lr_d=0.1" if allowed else "")
    show(page, 1, message="the link of this page")
    assert page.locator(".toygan-message").inner_text() == "the link of this page"


def test_in_a_narrow_page_the_legend_takes_no_height_from_the_picture(page: Any) -> None:
    page.set_viewport_size({"width": 256, "height": 900})
    try:
        x, labels = np.arange(2.0), [f"the {n} of several curves" for n in ("first", "second", "third", "fourth")]
        show_charts(page, 1, [chart(*(Line(label, "real", x, x, label=label) for label in labels))])
        paper, legend = (page.locator(place).bounding_box() for place in (".toygan-paper", ".toygan-below"))
        assert paper["height"] == pytest.approx(paper["width"], abs=1)
        assert legend["y"] >= paper["y"] + paper["height"] - 1
    finally:
        page.set_viewport_size({"width": 960, "height": 900})


def test_silence_is_said_after_five_seconds_and_a_view_without_a_frame_is_alone(page: Any) -> None:
    page.clock.install()
    page.evaluate("end()")
    page.evaluate(KERNEL)
    page.locator(".toygan-play").click()
    page.clock.run_for(4000)
    assert page.locator(".toygan-message").inner_text() == "Play: at work…"
    page.clock.run_for(2000)
    assert "no answer yet" in page.locator(".toygan-message").inner_text()
    assert page.locator(".toygan-alone").count() == 1


def test_a_view_opens_with_the_frame_in_its_state_while_the_kernel_is_busy(page: Any) -> None:
    page.evaluate("end()")
    content, buffers = Wire().message([chart(Line("m", "real", np.arange(2.0), np.arange(2.0)))])
    texts = [base64.b64encode(buffer).decode() for buffer in buffers]
    page.evaluate(
        "([words, texts]) => { globalThis.opening = {...words, buffers:"
        " texts.map((text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer)) }; }",
        [{**WORDS, **content, "frame": 0}, texts],
    )
    page.evaluate(KERNEL)
    page.evaluate("globalThis.later = opening; opening = null")
    page.wait_for_function("document.querySelector('.toygan-view').dataset.iteration === '3'")
    assert page.locator(".toygan-verdict").inner_text() == "healthy"
    page.evaluate("end()")
    page.evaluate(KERNEL)
    page.evaluate("model.set('opening', later); hear['change:opening']()")  # inside other widgets it comes later
    page.wait_for_function("document.querySelector('.toygan-view').dataset.iteration === '3'")
    show(page, 4)
    page.evaluate("hear['change:opening']()")
    assert page.locator(".toygan-count b").inner_text() == "40", "a frame of the kernel is newer"
    assert page.locator(".toygan-view canvas").count() == 1
    assert page.locator(".toygan-message").inner_text() == "", "no number got lost"
    show(page, 1)
    assert page.locator(".toygan-count b").inner_text() == "10", "the kernel's own frames follow"


def test_a_saved_page_shows_one_line_in_place_of_a_picture_and_controls(page: Any) -> None:
    page.evaluate("end()")
    page.evaluate(KERNEL.replace("<div class='", "<div class='jupyter-widgets-disconnected "))
    assert "no kernel here" in page.locator(".toygan-message").inner_text()
    page.add_style_tag(content=View._css)
    assert not any(part.is_visible() for part in page.locator(".toygan-view, .toygan-live button").all())


def test_samples_of_two_recipes_share_the_first_row_and_their_numbers_stand_below(page: Any) -> None:
    line = Line("m", "real", np.arange(2.0), np.arange(2.0))
    show_charts(page, 1, [chart(line, lead=True), chart(line, lead=True), *[chart(line)] * 4])
    boxes = [figure.bounding_box() for figure in page.locator(".toygan-chart").all()]
    width = page.locator(".toygan-view").bounding_box()["width"]
    assert [round(box["width"] / width, 2) for box in boxes] == [0.5] * 2 + [0.25] * 4
    assert len({box["y"] for box in boxes[:2]}) == len({box["y"] for box in boxes[2:]}) == 1
    assert boxes[2]["y"] >= boxes[0]["y"] + boxes[0]["height"]
    assert boxes[0]["height"] > 2 * boxes[2]["height"]


@pytest.mark.parametrize(("back", "palette"), [("", LIGHT), ("#222", DARK)], ids=["a light page", "a dark page"])
def test_colours_are_for_the_page_and_not_for_the_system_of_its_reader(page: Any, back: str, palette: Palette) -> None:
    page.emulate_media(color_scheme="dark")
    page.add_style_tag(content=View._css)
    page.evaluate("(back) => { document.body.style.background = back; }", back)
    page.evaluate("end()")
    page.evaluate(KERNEL)
    paper = page.evaluate("getComputedStyle(document.querySelector('.toygan-view')).getPropertyValue('--toygan-paper')")
    assert paper == palette.paper


def test_the_star_on_the_time_line_asks_for_the_best_iteration(page: Any) -> None:
    marks = [[20, "change", "lr_d = 0.01"], [60, "best", "seed 0 closest to the data: least distance (W1)"]]
    page.evaluate("(words) => tell(words)", WORDS | {"first": 0, "reached": 100, "at": 100, "marks": marks})
    star = page.get_by_label("iteration 60: seed 0 closest to the data")
    assert star.text_content() == "★"
    said(page)
    star.click()
    assert [content for content in said(page) if "at" in content] == [{"at": 60}]


def test_presenting_leaves_picture_play_iteration_and_verdict(page: Any) -> None:
    words = {**WORDS, "first": 0, "reached": 9, "at": 9, "marks": [], "compare": "Compare", "cause": "Why."}
    page.evaluate("(words) => tell(words)", words)
    view, playground = page.locator(".toygan-view"), page.locator(".toygan-playground")
    kept = [page.locator(f".toygan-{name}") for name in ("view", "play", "count", "verdict", "present")]
    left_out = [page.locator(f".toygan-{name}") for name in ("timeline", "diagnosis", "compare")]
    assert all(part.is_visible() for part in kept + left_out)
    for way_in, way_out in (("f", "Escape"), ("f", "f")):
        view.focus()
        page.keyboard.press(way_in)
        assert all(part.is_visible() for part in kept)
        assert not any(part.is_visible() for part in left_out)
        assert playground.bounding_box() == {"x": 0, "y": 0, "width": 960, "height": 900}
        assert page.locator(".toygan-present").inner_text() == "Leave"
        page.keyboard.press(way_out)
        assert page.locator(".toygan-present").inner_text() == "Present"
        assert all(part.is_visible() for part in left_out)
    page.locator("#slider").press("f")
    assert page.locator(".toygan-presenting").count() == 0, "f in a field is a letter"
