"""The report of a sweep: every recipe, seed and interval in one page, which works in a real browser, off line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from support import lab
from support.shell import refused, toygan

from toygan import Recipe, read_sweep, sweep
from toygan.measure.intervals import mean_interval
from toygan.recipe import KNOBS
from toygan.sweeps.report import render_report

GRID = {"lr_g": [1e-3, 1e-2], "loss": ["hinge", "minimax"], "regularizers.r1": [0, 0.1]}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("report") / "rates.db"
    sweep(GRID, seeds=3, steps=4, every=2, base=Recipe(width=4, batch=8), store=file, jobs=1)
    return file


@pytest.fixture(scope="module")
def table(store: Path) -> pd.DataFrame:
    read: pd.DataFrame = read_sweep(store)
    return read


def rows_of(page: bytes) -> dict[str, Any]:
    held = re.search(r'id="toygan-rows">(.*?)</script>', page.decode(), re.DOTALL)
    assert held
    content: dict[str, Any] = json.loads(held[1])
    return content


def test_every_recipe_has_its_seeds_their_mean_and_interval_and_a_line_that_makes_it_again(table: pd.DataFrame) -> None:
    content = rows_of(render_report(table, "rates"))
    assert content["axes"] == ["loss", "lr_g", "regularizers.r1"]
    assert len(content["rows"]) == 8
    for row in content["rows"]:
        recipe = Recipe.from_string(row["share"])
        assert (recipe.lr_g, recipe.loss) == (row["axes"]["lr_g"], row["axes"]["loss"])
        assert recipe.regularizers.get("r1", 0) == row["axes"]["regularizers.r1"]
        assert row["seeds"] == [0, 1, 2]
        scores = row["values"]["loss-d"]
        assert scores["mean"] == pytest.approx(np.mean(scores["seeds"]), rel=1e-3)
        low, high = mean_interval(scores["seeds"], draws=1000)
        assert (scores["low"], scores["high"]) == pytest.approx((low, high), rel=0.01)
        assert len(row["verdicts"]) == 3


def test_a_page_holds_nothing_that_a_name_could_break_out_of(table: pd.DataFrame) -> None:
    page = render_report(table, "</title><script>alert(1)</script>").decode()
    assert "<script>alert" not in page
    assert "default-src 'none'" in page
    assert not re.search(r'(src|href)="', page)


def test_a_table_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="no rows"):
        render_report(pd.DataFrame(), "nothing")


@pytest.fixture(scope="module")
def page(chromium: str, table: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The report in a real browser, with all that it complained of in `page.complaints`."""
    from playwright.sync_api import sync_playwright

    file = tmp_path_factory.mktemp("page") / "report.html"
    file.write_bytes(render_report(table, "rates"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=lab.FLAGS, headless=True)
        opened = browser.new_page(viewport={"width": 1100, "height": 800})
        opened.complaints = []
        opened.on("console", lambda message: opened.complaints.append(message.text))
        opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.goto(file.as_uri())
        opened.wait_for_selector(".toygan-rows")
        yield opened
        browser.close()


@pytest.mark.xdist_group("browser")
def test_the_page_shows_the_grid_a_cell_and_the_table_and_sorts_it(page: Any) -> None:
    from playwright.sync_api import expect

    cells = page.locator("canvas").first
    cells.click(position={"x": 0.6 * cells.bounding_box()["width"], "y": 30})  # the upper right one of four
    share = page.locator(".toygan-detail code").inner_text()
    assert (Recipe.from_string(share).lr_g, Recipe.from_string(share).loss) == (1e-2, "minimax")
    expect(page.locator(".toygan-reading").first).to_contain_text("loss minimax")
    assert page.locator(".toygan-chart").all_inner_texts()[1].startswith("modes-covered: every seed")
    cells.focus()
    for key in ("ArrowDown",) * 20 + ("ArrowLeft",) * 20 + ("Enter",):
        page.keyboard.press(key)
    assert Recipe.from_string(page.locator(".toygan-detail code").inner_text()).lr_g == 1e-3
    assert page.locator(".toygan-rows tbody tr").count() == 8
    header = page.locator(".toygan-rows th button").nth(1)
    column = page.locator(".toygan-rows tbody td:nth-child(2)")
    header.click()
    assert column.all_inner_texts() == ["0.001"] * 4 + ["0.01"] * 4
    header.click()
    assert column.all_inner_texts() == ["0.01"] * 4 + ["0.001"] * 4
    assert page.complaints == []


@pytest.mark.xdist_group("browser")
def test_axes_change_places_and_the_third_is_a_choice(page: Any) -> None:
    from playwright.sync_api import expect

    across = page.locator(".toygan-choices select").nth(1)
    across.select_option(label="regularizers.r1")
    assert page.locator(".toygan-choices label").all_inner_texts()[-1].startswith(("loss", "lr_g"))
    page.locator(".toygan-choices select").nth(0).select_option(label="verdict")
    expect(page.locator(".toygan-below").first).to_contain_text("healthy")
    assert page.complaints == []


@pytest.fixture(scope="module")
def long_table() -> pd.DataFrame:
    """A table as that of 3000 recipes and 3 seeds, of one metric, with a value that is missing."""
    recipe, n = Recipe(), 3000
    fields = {name: getattr(recipe, name) for name in KNOBS if name != "regularizers"}
    rates = np.repeat(np.linspace(1e-4, 1e-2, n), 3)
    measured = {"step": 10, "modes-covered": np.random.default_rng(0).random(3 * n), "diverged_at": -1}
    table = pd.DataFrame({**fields, "lr_g": rates, "seed": np.tile([0, 1, 2], n), **measured, "verdict": "healthy"})
    table.loc[0, "modes-covered"] = np.nan
    return table


def test_a_long_table_has_the_same_means_and_intervals_as_each_recipe_alone(long_table: pd.DataFrame) -> None:
    rows = rows_of(render_report(long_table, "long"))["rows"]
    assert len(rows) == 3000
    for i in (0, 1, 1234, 2999):
        scores = long_table["modes-covered"].to_numpy()[3 * i : 3 * i + 3]
        low, high = mean_interval(scores[np.isfinite(scores)], draws=1000)
        described = rows[i]["values"]["modes-covered"]
        assert (described["low"], described["high"]) == pytest.approx((low, high), rel=1e-3)
        assert described["seeds"] == [None if np.isnan(x) else pytest.approx(x, rel=1e-3) for x in scores]
        assert Recipe.from_string(rows[i]["share"]).lr_g == rows[i]["axes"]["lr_g"] == long_table["lr_g"][3 * i]


@pytest.mark.xdist_group("browser")
def test_of_a_long_table_the_page_draws_what_is_seen(page: Any, long_table: pd.DataFrame, tmp_path: Path) -> None:
    from playwright.sync_api import expect

    (tmp_path / "long.html").write_bytes(render_report(long_table, "long"))
    opened = page.context.browser.new_page(viewport={"width": 1100, "height": 800})
    opened.goto((tmp_path / "long.html").as_uri())
    opened.wait_for_selector(".toygan-rows")
    rates = [f"{x:.3g}" for x in (1e-4, 1e-2)]

    def seen() -> list[float]:
        return [float(text) for text in opened.locator("tbody tr[aria-rowindex] td:first-child").all_inner_texts()]

    assert opened.evaluate("document.querySelectorAll('*').length") < 1500
    assert seen()[0] == float(rates[0])
    opened.locator(".toygan-scroll").focus()
    opened.keyboard.press("End")
    expect(opened.locator("tbody tr").last).to_have_attribute("aria-rowindex", "3001")
    assert seen()[-1] == float(rates[1])
    assert len(seen()) < 200
    assert opened.locator("th").first.bounding_box()["y"] == opened.locator(".toygan-scroll").bounding_box()["y"]
    opened.locator("tbody tr[aria-rowindex='3001']").click()
    assert Recipe.from_string(opened.locator(".toygan-detail code").inner_text()).lr_g == 1e-2
    assert opened.locator("tbody tr[aria-selected='true']").get_attribute("aria-rowindex") == "3001"
    opened.locator("th button").first.click()
    opened.locator("th button").first.click()
    opened.locator(".toygan-scroll").focus()
    opened.keyboard.press("Home")
    expect(opened.locator("tbody tr").first).to_have_attribute("aria-rowindex", "2")
    assert seen()[0] == float(rates[1])
    opened.close()


# ------------------------------------------------------------------------------------------------------- from the shell


def test_the_shell_writes_a_page_and_a_table_and_replaces_nothing_unasked(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert str(out) in toygan("report", store, "--out", out).stdout
    assert b"toygan-rows" in out.read_bytes()
    assert "--force" in refused(toygan("report", store, "--out", out))
    toygan("report", store, "--out", out, "--force", "--title", "Rates")
    assert b"<title>Rates</title>" in out.read_bytes()
    toygan("report", store, "--out", tmp_path / "t.csv")
    pd.testing.assert_frame_equal(
        pd.read_csv(tmp_path / "t.csv", keep_default_na=True)[["lr_g", "step"]], read_sweep(store)[["lr_g", "step"]]
    )


def test_the_shell_refuses_what_is_no_store_or_no_kind_of_file(store: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("nothing")
    assert "STORE" in refused(toygan("report", other, "--out", tmp_path / "x.html"))
    assert "must end in .html, .csv, .parquet" in refused(toygan("report", store, "--out", tmp_path / "x.txt"))
    assert not (tmp_path / "x.html").exists()


def test_parquet_is_the_same_table_or_says_what_it_needs(store: Path, tmp_path: Path) -> None:
    try:
        import pyarrow  # noqa: F401
    except ImportError:
        assert "toygan[parquet]" in refused(toygan("report", store, "--out", tmp_path / "t.parquet"))
        return
    toygan("report", store, "--out", tmp_path / "t.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "t.parquet"), read_sweep(store), check_dtype=False)


def test_the_page_says_how_many_samples_are_behind_a_score() -> None:
    table = sweep([Recipe(width=4, batch=8)], seeds=2, steps=2, every=1, jobs=1)
    assert table.attrs["samples"] == [2500]
    assert b"on 2,500 samples of each seed" in render_report(table, "it")
