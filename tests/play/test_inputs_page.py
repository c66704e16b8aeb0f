"""The two inputs in a real browser: a number that is dragged or typed, and a menu that is searched."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from support import lab

from toygan.play.controls import group_entries, stops_of
from toygan.play.inputs import STYLE, Entry, MenuInput, NumberInput
from toygan.recipe import KNOBS

MODEL = """(state) => {
    const hear = {};
    globalThis.state = state;
    globalThis.said = [];
    const model = {
        get: (name) => state[name],
        set: (name, value) => { state[name] = value; },
        save_changes: () => {},
        send: (content) => said.push(content),
        on: (event, act) => { hear[event] = act; },
        off: (event) => { delete hear[event]; },
    };
    globalThis.put = (changes) => { Object.assign(state, changes); hear["msg:custom"](); };
    globalThis.heard = () => Object.keys(hear).length;
    document.body.innerHTML = "<div id=here style='width: 320px; margin: 40px'></div><input id=other>";
    globalThis.end = widget.render({ model, el: document.querySelector("#here") });
}"""


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        yield started
        started.close()


def show(browser: Any, kind: type[NumberInput] | type[MenuInput], **state: Any) -> Any:
    """A page with one input."""
    page = browser.new_page(viewport={"width": 700, "height": 500})
    page.set_content(f"<style>{STYLE}</style><body></body>")
    page.add_script_tag(content=kind._esm.replace("export default", "globalThis.widget ="), type="module")
    page.wait_for_function("globalThis.widget")
    page.evaluate(MODEL, {"label": "Learning rate of D", "tip": "lr_d: about", "disabled": False, **state})
    return page


def test_a_number_is_dragged_by_keys_typed_and_taken_back(browser: Any) -> None:
    stops = stops_of("lr_d", KNOBS["lr_d"])
    page = show(browser, NumberInput, value=1e-3, shown="0.001", stops=stops, continuous=True)
    slider, field = page.get_by_role("slider"), page.locator(".toygan-typed")
    assert slider.get_attribute("aria-label") == "Learning rate of D"
    assert slider.get_attribute("aria-valuetext") == "0.001", "a screen reader says the value, not its place"
    slider.press("ArrowRight")
    assert page.evaluate("state.value") == 0.0013
    assert (field.input_value(), slider.get_attribute("aria-valuetext")) == ("0.0013", "0.0013")
    for leave, typed in (("Enter", "0.02"), ("Tab", "0.0347")):
        field.fill(typed)
        field.press(leave)
        assert page.evaluate("said.at(-1)") == {"typed": typed}
    page.evaluate("put({ value: 0.0347, shown: '0.0347' })")
    assert field.input_value() == "0.0347"
    page.locator("#other").focus()
    page.evaluate("put({ value: 0.00063, shown: '6.3e-4' })")
    assert field.input_value() == "6.3·10⁻⁴"
    assert field.evaluate("(f) => f.scrollWidth <= f.clientWidth"), "all of a small rate is seen"
    page.evaluate("put({ value: 0.0347, shown: '0.0347' })")
    field.fill("-1")
    field.press("Enter")
    page.evaluate("put({})")  # the kernel has refused it: the same value holds
    assert field.input_value() == "0.0347"
    field.fill("7")
    field.press("Escape")
    assert field.input_value() == "0.0347"
    page.evaluate("put({ value: 5, shown: '5' })")
    assert (field.input_value(), slider.input_value()) == ("5", str(len(stops) - 1)), "beyond the slider's range"
    page.evaluate("end()")
    assert page.evaluate("heard()") == 0
    page.close()


def menu(browser: Any) -> Any:
    groups = group_entries(KNOBS["data"])
    return show(browser, MenuInput, value="ring8", groups=groups, placeholder="", hint="search", offer="", offer_tip="")


def test_a_menu_is_opened_searched_and_chosen_from_by_keys(browser: Any) -> None:
    page = menu(browser)
    button = page.locator(".toygan-choice")
    assert button.inner_text() == "ring8"
    assert button.get_attribute("title").startswith("ring8: ")
    button.focus()
    button.press("ArrowDown")
    options, search = page.get_by_role("option"), page.get_by_role("combobox")
    assert options.count() >= len(KNOBS["data"].menu)  # type: ignore[arg-type]
    assert page.locator(".toygan-group").first.inner_text() == "To begin with"
    assert page.locator('[aria-selected="true"]').inner_text().startswith("ring8")
    search.press("ArrowDown")
    search.press("Enter")
    assert page.evaluate("state.value") == "bimodal"
    assert page.evaluate("document.activeElement.className") == "toygan-choice", "the focus is back where it was"
    button.press("m")
    search.press_sequentially("oons")
    assert options.first.inner_text().startswith("two-moons")
    search.press("Enter")
    assert page.evaluate("state.value") == "two-moons"
    button.press("Enter")
    search.press("Escape")
    assert not search.is_visible()
    page.close()


def test_a_spec_is_typed_and_an_entry_that_needs_arguments_asks_for_them(browser: Any) -> None:
    page = menu(browser)
    page.locator(".toygan-choice").click()
    search = page.get_by_role("combobox")
    search.fill("ring8(k=12)")
    search.press("Enter")
    assert page.evaluate("said") == [{"typed": "ring8(k=12)"}]
    page.locator(".toygan-choice").click()
    page.get_by_role("option").filter(has_text="file").last.click()
    assert search.input_value() == "file(path='')"
    search.press_sequentially("heights.csv")
    search.press("Enter")
    assert page.evaluate("said[1]") == {"typed": "file(path='heights.csv')"}
    assert page.evaluate("state.value") == "ring8", "the kernel decides"
    page.close()


def test_a_menu_may_offer_something_more_which_is_asked_for_by_keys(browser: Any) -> None:
    page = menu(browser)
    offer = page.get_by_role("button", name="Draw your own")
    assert offer.count() == 0
    page.evaluate("put({ offer: 'Draw your own…', offer_tip: 'draw points' })")
    page.locator(".toygan-choice").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("said.splice(0)") == [{"asked": True}]
    page.locator(".toygan-choice").press("d")
    page.get_by_role("combobox").press_sequentially("raw")
    page.keyboard.press("Enter")
    assert page.evaluate("said") == [{"asked": True}], "who looks for it in the list finds it, too"
    assert page.evaluate("state.value") == "ring8"
    page.close()


def test_an_open_menu_is_inside_the_window_and_closes_when_left(browser: Any) -> None:
    page = menu(browser)
    page.evaluate("document.querySelector('#here').style.marginTop = '430px'")
    page.locator(".toygan-choice").click()
    box = page.locator(".toygan-options").bounding_box()
    assert box["y"] >= 0
    assert box["y"] + box["height"] <= 500
    page.locator("#other").focus()
    assert not page.locator(".toygan-options").is_visible()
    page.close()


def test_an_empty_value_shows_what_it_stands_for(browser: Any) -> None:
    groups = MenuInput.pack({"": [Entry("", "same as optimizer"), Entry("adam", "adam", "Adam")]})
    page = show(browser, MenuInput, value="", groups=groups, placeholder="none", hint="search")
    assert page.locator(".toygan-choice").inner_text() == "same as optimizer"
    page.close()


def test_a_long_value_of_a_menu_stays_on_one_line(browser: Any) -> None:
    groups = MenuInput.pack({"": [Entry("minimax", "minimax")]})
    for value in ("minimax", "mixture2d(means=((0, 0), (2, 1)), shares=(0.3, 0.7))"):
        page = show(browser, MenuInput, value=value, groups=groups, placeholder="", hint="")
        assert page.locator(".toygan-choice").inner_text() == value
        assert page.locator(".toygan-choice").evaluate("(b) => b.scrollHeight <= b.clientHeight")
        page.close()
