"""The page in a real browser, from a file: each control does what it says, by mouse and by keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support import lab
from support.films import small_film

from toygan import Recipe
from toygan.explore.content import describe_film
from toygan.explore.detail import DETAILS
from toygan.explore.film import shoot
from toygan.explore.page import build_folder, build_page
from toygan.sweeps.grid import Grid

HOSTILE = '</script><img src=x onerror="alert(1)">&\''


def test_a_gap_between_lines_is_no_number() -> None:
    on_a_point = Recipe(data="dirac", generator="point", discriminator="linear", batch=8)  # the data is an upright line
    film = shoot(Grid({"lr_d": [1e-3, 1e-2]}, on_a_point), seeds=1, steps=1)
    charts = describe_film(film, DETAILS[0])["charts"]
    lines = [chart["numbers"]["real"]["y"] for chart in charts if "real" in chart["numbers"]]
    assert [0.0, 1.0, None] in lines
    json.dumps(charts, allow_nan=False)


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        yield opened
        opened.close()


def open_page(browser: Any, file: Path, **how: Any) -> tuple[Any, list[str]]:
    """The page, and what went wrong in it so far."""
    opened = browser.new_page(reduced_motion="no-preference", **how)
    wrong: list[str] = []
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("dialog", lambda dialog: wrong.append(dialog.message))
    opened.goto(file.as_uri())
    opened.wait_for_selector("main[data-cell]")
    return opened, wrong


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_each_control_of_the_page_does_what_it_says(
    browser: Any, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    from playwright.sync_api import expect

    file = tmp_path / "p.html"
    file.write_bytes(build_page(small_film(), HOSTILE, DETAILS[0]))
    page, wrong = open_page(browser, file)
    main, status = page.locator("main"), page.locator(".toygan-status")

    def at(cell: int, iteration: int = 6) -> None:
        expect(main).to_have_attribute("data-cell", str(cell))
        expect(main).to_have_attribute("data-iteration", str(iteration))
        expect(page.locator(".toygan-lead .toygan-title").first).not_to_contain_text("unpacking")

    record_property("seconds to open", round(page.evaluate("performance.now()") / 1000, 2))  # shown, not judged
    at(2)  # minimax, the middle of the rates, the first rate of G: cells count the last axis first
    expect(page.get_by_role("heading")).to_have_text(HOSTILE)
    page.get_by_role("combobox", name="loss").select_option(label="hinge")
    at(8)
    page.get_by_role("slider", name="lr_d").fill("2")
    at(10)
    assert page.get_by_role("slider", name="lr_d").get_attribute("aria-valuetext") == "0.01"
    page.get_by_role("combobox", name="lr_g").select_option(label="0.01")
    at(11)
    expect(status).to_contain_text("loss hinge, lr_d 0.01, lr_g 0.01")
    expect(page.locator(".toygan-recipe code")).to_contain_text("loss=hinge")

    page.get_by_role("combobox", name="seed").select_option(label="1")
    expect(page.locator(".toygan-lead .toygan-title")).to_contain_text("seed 1")
    page.get_by_role("combobox", name="colour").select_option(label="healthy")
    expect(status).to_contain_text("healthy 0 %")
    diagram = page.locator(".toygan-chart:not(.toygan-lead) canvas[role=img]").first
    box = diagram.bounding_box()
    diagram.click(position={"x": box["width"] * 0.3, "y": box["height"] * 0.15})
    at(5)
    diagram.focus()
    for key, cell in (("ArrowDown", 3), ("ArrowRight", 9), ("ArrowRight", 9), ("ArrowUp", 11), ("ArrowLeft", 5)):
        page.keyboard.press(key)
        at(cell)
    assert page.get_by_role("combobox", name="loss").input_value() == "0"

    page.get_by_role("button", name="Keep beside").click()
    page.get_by_role("combobox", name="loss").select_option(label="hinge")
    expect(page.locator(".toygan-lead")).to_have_count(2)
    expect(page.locator(".toygan-lead .toygan-title").last).to_contain_text("twin: loss minimax")
    page.keyboard.press("t")
    expect(page.locator(".toygan-lead")).to_have_count(1)

    page.get_by_role("slider", name="iteration").fill("3")
    at(11, 3)
    page.get_by_role("button", name="Play", exact=True).click()
    at(11, 6)
    page.get_by_role("heading").click()
    page.keyboard.press("Home")
    at(11, 0)
    page.keyboard.press(" ")
    at(11, 6)
    page.get_by_role("combobox", name="speed").select_option("4")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('select, input, button, canvas[role]')]"
        ".filter((element) => !(element.ariaLabel || element.textContent))"
    )
    assert unnamed == []
    page.set_viewport_size({"width": 500, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") <= 500
    assert wrong == []
    page.close()


@pytest.mark.slow
@pytest.mark.xdist_group("browser")
def test_the_pieces_of_a_folder_are_loaded_when_they_are_asked_for(browser: Any, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    for name, content in build_folder(small_film(), "it", DETAILS[0]).items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "cell-4.js").unlink()
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(Path(request.url).name))
    page.goto((tmp_path / "index.html").as_uri())
    page.wait_for_selector("main[data-cell='2']")
    page.get_by_role("combobox", name="loss").select_option(label="hinge")
    page.wait_for_selector("main[data-cell='8']")
    expect.set_options(timeout=30_000)
    page.wait_for_function("!document.querySelector('script[src]')")
    assert asked == ["index.html", "cell-2.js", "cell-8.js"]
    page.get_by_role("slider", name="lr_d").fill("2")
    page.get_by_role("combobox", name="loss").select_option(label="minimax")
    expect(page.locator(".toygan-status")).to_contain_text("cell-4.js is missing")
    page.close()
