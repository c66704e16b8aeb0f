"""The page of a comparison holds what was measured, and opens in a real browser, light or dark, wide or narrow."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support import lab
from support.raising import Raises

from toygan import LOSSES
from toygan.recipe import Recipe, RecipeError
from toygan.studies.compare import compare
from toygan.studies.comparison import Comparison, Comparisons

A = Recipe(width=4, batch=8)
OTHERS = [A.but(loss="minimax"), A.but(lr_d=0.1), A.but(regularizers={"r1": 0.1})]
HOSTILE = "</script><b>x"


@pytest.fixture(scope="module")
def several() -> Comparisons:
    return compare(A, OTHERS, "sliced-w1", seeds=3, steps=10, every=5, record=True)


@pytest.fixture(scope="module")
def page(several: Comparisons, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("page") / "page.html"
    several.save(file)
    return file


def words_of(page: Path) -> dict[str, Any]:
    held = re.search(r'id="toygan-words">(.*?)</script>', page.read_text(), re.DOTALL)
    assert held
    words: dict[str, Any] = json.loads(held[1])
    return words


def test_a_list_gives_the_same_numbers_as_each_pair_alone(several: Comparisons) -> None:
    alone = compare(A, OTHERS[1], "sliced-w1", seeds=3, steps=10, every=5)
    np.testing.assert_array_equal(several[1].table["difference"], alone.table["difference"])
    assert str(several).splitlines()[1] == f"A minus C (lr_d=0.1): {alone}"
    assert several._repr_markdown_().count("| **difference** |") == 3


def test_the_page_has_each_recipe_in_words_and_as_a_line_that_makes_it_again(page: Path) -> None:
    sides = words_of(page)["recipes"]
    assert [side["letter"] for side in sides] == ["A", "B", "C", "D"]
    assert [Recipe.from_string(side["share"]) for side in sides] == [A, *OTHERS]
    assert sides[3]["words"] == "loss = non-saturating, r1 = 0.1, lr_d = 0.001"
    assert len({(side["role"], side["dash"]) for side in sides}) == 4


def test_the_tables_have_the_means_the_paired_differences_and_every_seed(page: Path, several: Comparisons) -> None:
    words = words_of(page)
    assert words["lines"] == [f"A minus {letter}: {one}" for letter, one in zip("BCD", several, strict=True)]
    rows = {row[0]: row[1:] for row in words["means"]["rows"]}
    assert words["means"]["head"][1:3] == ["sliced-w1", "modes-covered"]
    assert list(rows) == ["true samples", "A", "B", "C", "D", "A − B", "A − C", "A − D"]
    for one, letter in zip(several, "BCD", strict=True):
        assert float(rows[f"A − {letter}"][0].split(" [")[0]) == pytest.approx(one.difference, rel=0.01)
    seeds = words["seeds"]["rows"]
    assert [row[0] for row in seeds] == ["0", "1", "2"]
    np.testing.assert_allclose([float(row[2]) for row in seeds], several[0].table["b"], rtol=0.01)


def test_the_last_samples_are_those_of_one_seed_of_each_recipe(several: Comparisons) -> None:
    assert several[0].draw is not None
    trained = several[0].draw.args[0]  # type: ignore[attr-defined]
    assert [side.look.names[side.look.member] for side in trained.sides] == ["seed 0"] * 4
    assert [side.look.step for side in trained.sides] == [10] * 4
    for side, record in zip(trained.sides, trained.records, strict=True):
        np.testing.assert_array_equal(side.look.metrics["modes-covered"], record.metric("modes-covered"))


def test_a_recorded_page_has_a_picture_of_each_measurement_and_the_difference_so_far(several: Comparisons) -> None:
    pictures = several[0].draw.args[2]  # type: ignore[union-attr]
    frames = pictures.recording.frames
    assert [frame.iteration for frame in frames] == [0, 5, 10]
    assert [frame.words["status"] for frame in frames] == ["iteration 0", "iteration 5", "iteration 10"]
    assert frames[2].words["cause"].splitlines()[1] == f"A minus C: {several[1]}"
    assert "3 seeds, 5 iterations" in frames[1].words["cause"]


def test_without_a_time_line_the_page_shows_the_end(tmp_path: Path) -> None:
    compare(A, OTHERS[0], seeds=2, steps=4, every=2).save(tmp_path / "page.html")
    assert _unpack(tmp_path / "page.html").count(b'"iteration":') == 1


def test_a_recipe_of_which_every_seed_failed_leaves_the_others_in_their_colours(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(2))
    result = compare(A, [A.but(loss="late"), OTHERS[0]], seeds=2, steps=4, every=2)
    trained = result[0].draw.args[0]  # type: ignore[union-attr]
    assert [side.letter for side in trained.sides] == ["A", "C"]
    result.save(tmp_path / "page.html")
    assert "failed at seeds 0, 1" in words_of(tmp_path / "page.html")["lines"][0]
    assert b'"third"' in _unpack(tmp_path / "page.html")


def _unpack(page: Path) -> bytes:
    """The frames of a page, of which the words can be read."""
    import base64
    import zlib

    held = re.search(r'id="toygan-frames">(.*?)</script>', page.read_text(), re.DOTALL)
    assert held
    return zlib.decompress(base64.b64decode(held[1]))


def test_names_are_text_in_the_page(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(LOSSES, HOSTILE, LOSSES["minimax"])
    result = compare(A, A.but(loss=HOSTILE), seeds=2, steps=0)
    result.save(tmp_path / "page.html", title=f"{HOSTILE} {{title}}")
    text = (tmp_path / "page.html").read_text()
    assert "<b>" not in text
    assert words_of(tmp_path / "page.html")["recipes"][1]["words"] == f"loss = {HOSTILE}"


def test_a_page_is_not_overwritten_and_ends_in_html(several: Comparisons, page: Path) -> None:
    with pytest.raises(FileExistsError, match="force=True"):
        several.save(page)
    several[0].save(page, force=True)
    with pytest.raises(ValueError, match=r"page\.gif: must end in \.html, \.png, \.svg or \.pdf"):
        several.save(page.with_suffix(".gif"))
    drawn = several[0]
    without = Comparison(drawn.recipes, drawn.metric, drawn.steps, drawn.n, drawn.table)
    with pytest.raises(ValueError, match="only runs that `compare` has trained have a page"):
        without.save(page.with_name("other.html"))


def test_a_picture_has_the_stated_size_and_a_caption_with_the_recipes(several: Comparisons, tmp_path: Path) -> None:
    caption = several.save(tmp_path / "a.svg", size="12cm x 8cm", font_size=7)
    assert b'width="340.157pt" height="226.772pt"' in (tmp_path / "a.svg").read_bytes()
    assert f"A: {several[0].recipes[0].to_string()}; B: {several[0].recipes[1].to_string()}" in caption
    several[0].save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (2880, 1620)


@pytest.mark.parametrize("others", [[], [A] * 4, "loss=hinge"])
def test_a_list_that_cannot_be_compared_is_refused(others: Any) -> None:
    with pytest.raises(RecipeError, match=r"^b="):
        compare(A, others, seeds=2, steps=0)


@pytest.fixture
def browser(chromium: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        yield browser
        browser.close()


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 500)])
def test_the_page_opens_off_line_in_both_themes_and_on_a_narrow_screen(
    browser: Any, several: Comparisons, tmp_path: Path, scheme: str, width: int
) -> None:
    from playwright.sync_api import expect

    several.save(tmp_path / "page.html", title=HOSTILE)
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened, complaints = context.new_page(), []
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.goto((tmp_path / "page.html").as_uri())
    opened.wait_for_selector("main[data-frame='1']")
    assert opened.locator("h1").inner_text() == HOSTILE
    assert opened.locator(".toygan-lead .toygan-title").all_inner_texts() == ["A", "B", "C", "D"]
    assert opened.locator(".toygan-recipes code").all_inner_texts() == [r.to_string() for r in (A, *OTHERS)]
    opened.locator("input[type=range]").press("Home")
    assert "iteration 0\nA minus B: " in opened.locator(".toygan-time + p").inner_text()
    opened.locator(".toygan-time button").click()
    expect(opened.locator(".toygan-time + p")).to_contain_text("iteration 10")
    opened.locator("summary").click()
    assert opened.locator("details tbody tr").count() == 3
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
