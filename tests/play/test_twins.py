"""Recipes side by side as a widget: shared controls and controls apart, copies, and a run that is compared."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from support.page import Page, until

from toygan import Playground, Recipe, RecipeError
from toygan.chart.figure import Heading
from toygan.play import still
from toygan.play.side_controls import ALL
from toygan.play.twins import Twins

SMALL = Recipe(width=4, depth=1, batch=8, data="bimodal")
SIZE = {"width": 300, "height": 240}


def side_by_side(test: Callable[[Twins, Page], Awaitable[None]]) -> Callable[[], None]:
    """Run the test in an event loop, on two sides that differ in lr_d."""

    def run() -> None:
        async def whole() -> None:
            twins: Any = Playground(
                SMALL, ("lr_g", "lr_d", "regularizers", "data"), seeds=2, against=SMALL.but(lr_d=0.02), **SIZE
            )
            try:
                await test(twins, Page(twins))
            finally:
                twins.close()

        asyncio.run(whole())

    run.__name__ = test.__name__
    return run


def controls(twins: Twins) -> list[tuple[str, int]]:
    return [(c.field, side) for c, side in zip(twins.settings.controls, twins.settings.sides, strict=True)]


def find(twins: Twins, field: str, side: int = ALL) -> Any:
    return twins.settings.controls[controls(twins).index((field, side))].widget


@side_by_side
async def test_what_agrees_has_one_control_and_what_differs_one_a_side(twins: Twins, page: Page) -> None:
    assert isinstance(twins, Twins)
    assert controls(twins) == [("lr_g", ALL), ("lr_d", 0), ("lr_d", 1), ("regularizers", ALL), ("data", ALL)]
    assert find(twins, "lr_d", 1).label == "B: Learning rate of D"
    find(twins, "lr_g").value = 0.01
    await until(lambda: [recipe.lr_g for recipe in twins.session.recipes] == [0.01, 0.01])
    find(twins, "lr_d", 0).value = 0.05
    await until(lambda: [recipe.lr_d for recipe in twins.session.recipes] == [0.05, 0.02])


@side_by_side
async def test_a_shared_setting_can_be_moved_apart(twins: Twins, page: Page) -> None:
    twins.settings.target.value = 1
    find(twins, "lr_g").value = 0.01
    await until(lambda: [recipe.lr_g for recipe in twins.session.recipes] == [0.001, 0.01])
    assert controls(twins)[:2] == [("lr_g", 0), ("lr_g", 1)]
    find(twins, "lr_g", 0).value = 0.01
    await until(lambda: twins.session.differing == ["lr_d"])
    assert controls(twins)[:2] == [("lr_g", 0), ("lr_g", 1)]  # a drag may pass the value of the other
    page.say(do="reset")
    assert controls(twins)[0] == ("lr_g", ALL)


@side_by_side
async def test_they_play_in_lock_step_and_look_back_together(twins: Twins, page: Page) -> None:
    page.say(do="play")
    await until(lambda: twins.session.iteration >= 30)
    page.say(do="play")
    await until(lambda: twins._task is None or twins._task.done())
    titles = [chart["title"] for chart in page.frames[0]["charts"]]
    assert titles[:2] == ["A · Learning rate of D = 0.001", "B · Learning rate of D = 0.02"]
    page.say(at=10)
    seen = page.frames[-1]["at"]
    page.say(do="step")
    await until(lambda: {run.steps for run in twins.session.fleet.runs} == {seen + 1})


@side_by_side
async def test_a_copy_and_its_end_by_buttons(twins: Twins, page: Page) -> None:
    twins.step()
    twins.settings.target.value = 1
    twins._copy.click()
    await until(lambda: twins.session.sides == 3)
    assert twins.session.recipes[2] == twins.session.recipes[1]
    assert [letter for letter, _ in twins.settings.target.options] == ["all", "A", "B", "C"]
    assert sum(chart["lead"] for chart in page.frames[-1]["charts"]) == 3
    twins._copy.click()
    await until(lambda: twins.session.sides == 4)
    assert twins._copy.disabled
    twins.settings.target.value = 0
    for left in (3, 2, 1):
        twins._close.click()
        await until(lambda left=left: twins.session.sides == left)  # type: ignore[misc]
    assert twins._close.disabled
    assert twins.settings.choice.layout.display == "none"


@side_by_side
async def test_code_names_a_side_by_its_letter(twins: Twins, page: Page) -> None:
    assert twins.set("lr_g", 0.02, side="B")
    assert [recipe.lr_g for recipe in twins.session.recipes] == [0.001, 0.02]
    assert twins.copy_side("B", "lr_g", 0.03)
    assert twins.session.recipes[2].lr_g == 0.03
    assert twins.close_side("A")
    assert twins.go_to(0)
    for wrong in ("C", "AB", "", 0):
        with pytest.raises(ValueError, match=r"side=.*: must be one of A, B"):
            twins.set("lr_g", 0.01, side=wrong)  # type: ignore[arg-type]


@side_by_side
async def test_the_page_cannot_name_a_file_outside(twins: Twins, page: Page) -> None:
    twins._want("data", "file(path='/etc/passwd')", None)
    await until(lambda: not twins._wanted)
    assert twins.session.refused
    assert "is outside the working folder and is not opened" in twins.session.message
    assert twins.session.recipes[0].data == SMALL.data


def test_what_is_saved_has_all_sides_their_settings_along_the_time_line_and_the_differences(tmp_path: Path) -> None:
    twins: Any = Playground(SMALL, against=SMALL.but(lr_d=0.02), seeds=2, panels=("samples", "coverage"), **SIZE)
    twins.step()
    twins.screen.charts()  # as a page asks for them
    twins.set("lr_d", 0.03, side="A")
    twins.step()
    twins.save(tmp_path / "both.html")
    frames = twins.screen.recording.frames
    assert [frame.iteration for frame in frames] == [1, 2]
    assert [frame.words["stretch"] for frame in frames] == [
        "A: lr_d = 0.001 | B: lr_d = 0.02",
        "A: lr_d = 0.03 | B: lr_d = 0.02",
    ]
    assert frames[1].words["cause"].startswith("B against A: modes covered: ")
    charts = [json.loads(chart) for chart in twins.screen.recording.find(2).charts]
    assert [chart["title"] for chart in charts] == [
        "A · Learning rate of D = 0.03",
        "B · Learning rate of D = 0.02",
        "Modes covered",
    ]
    assert "A: lr_d = 0.03 | B: lr_d = 0.02" in re.sub(r"\s+", " ", (tmp_path / "both.html").read_text())
    twins.close()


def test_each_difference_has_a_line_in_the_picture_that_the_notebook_keeps(monkeypatch: pytest.MonkeyPatch) -> None:
    twins: Any = Playground(SMALL, against=[SMALL.but(lr_d=0.02)] * 2, seeds=2, panels=("samples",), **SIZE)
    below = []
    monkeypatch.setattr(
        still, "Heading", lambda *args, **words: below.append(words["below"]) or Heading(*args, **words)
    )
    twins.still.png(scale=0.2)
    assert [line.partition(":")[0] for line in below[0].splitlines() if " against A" in line] == [
        "B against A",
        "C against A",
    ]
    twins.close()


def test_a_playground_is_compared_and_keeps_its_past(tmp_path: Path) -> None:
    async def whole() -> None:
        p = Playground(SMALL, ("lr_d",), seeds=2, **SIZE)
        page = Page(p)
        p.play()
        await until(lambda: p.session.iteration >= 20)
        p.pause()
        assert page.words["compare"]
        page.say(do="pin")
        page.say(do="compare")
        twins, at = p.twins, p.session.iteration
        assert p.children == (twins,)
        assert (twins.session.sides, twins.session.iteration, twins.session.reached) == (2, at, at)
        assert twins.set("lr_d", 0.02, side="B")
        twins.step()
        assert [pin.recipe.lr_d for pin in twins.session.pins.beside(SMALL)] == [0.001]
        p.pin()
        assert [pin.recipe.lr_d for pin in twins.session.pins.beside(SMALL)] == [0.001, 0.001, 0.02], "one a side"
        charts = {chart.title: chart for chart in twins.screen.charts()}
        assert list(charts["D's loss"].entries) == ["same settings", "same settings (2)", "lr_d = 0.02"]
        p.unpin()
        assert p.session.iteration == at
        assert p.compare() is twins
        p.save(tmp_path / "both.png")
        assert (tmp_path / "both.png").read_bytes() == twins.still.png()
        frames = twins.screen.recording.frames
        assert (frames[0].iteration, frames[-1].iteration) == (0, at + 1)  # those before it was compared, too
        p.close()
        assert not twins.usable

    asyncio.run(whole())


def test_what_cannot_be_compared_is_refused_before_work_starts() -> None:
    for against, words in (
        (3, r"against=3: must be a Recipe, or a list of one to three"),
        ([], r"against=\[\]: must be a Recipe"),
        ([SMALL] * 4, r"against=4: recipes; at most 3"),
        (Recipe(), r"data='ring8': must have as many dimensions"),
    ):
        with pytest.raises(RecipeError, match=words):
            Playground(SMALL, against=against, **SIZE)
    with pytest.raises(ValueError, match="against, state: give one of them"):
        Playground(SMALL, against=SMALL, state="run.state", **SIZE)
