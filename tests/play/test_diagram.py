"""The phase diagram's widget, with a page that only answers: it fills in, and opens the run of a cell."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.page import Page, live, until

from toygan import PhaseDiagram, Recipe

SMALL = Recipe(width=4, depth=1, batch=6)
Make = Callable[..., PhaseDiagram]
AXES: dict[str, list[Any]] = {"lr_g": [1e-3, 1e-2], "lr_d": [1e-4, 1e-3, 1e-2]}


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[PhaseDiagram] = []

    def one(steps: int = 30, more: dict[str, list[Any]] | None = None, **how: Any) -> PhaseDiagram:
        made.append(PhaseDiagram({**AXES, **(more or {})}, steps=steps, base=SMALL, width=480, height=270, **how))
        return made[-1]

    yield one
    for d in made:
        d.close()


@live
async def test_it_fills_in_until_the_end_and_shows_all_of_it(make: Make) -> None:
    d = make()
    page = Page(d)
    page.say(do="play")
    await until(lambda: not d.session.playing)
    await until(lambda: page.words["status"].startswith("iteration 30 of 30"))
    assert page.words["seeds"] == 6


@live
async def test_a_click_on_a_cell_opens_its_run_as_it_stands_and_the_next_closes_it(make: Make) -> None:
    d = make(controls=("lr_g", "lr_d"))
    page = Page(d)
    d.session.fleet.advance(10, 20)
    page.say(focus=4)
    first = d.opened
    assert first is not None
    assert (first.session.recipe.lr_g, first.session.recipe.lr_d) == (1e-3, 1e-2)
    assert first.session.iteration == 20
    assert [control.field for control in first.controls] == ["lr_g", "lr_d"]
    page.say(focus=1)
    assert d.opened is not first
    assert d.opened is not None
    assert d.opened.session.recipe.lr_g == 1e-2
    assert first.comm is None, "the run that was open before is closed"


@live
async def test_the_dropdown_colours_and_sliders_move_along_further_axes(make: Make) -> None:
    d = make(more={"regularizers.r1": [0, 0.1]}, colour="high-quality")
    page = Page(d)
    colour, slider = d.children[0].children
    assert colour.value == "high-quality"
    colour.value = "sliced-w1"
    slider.index = 1
    assert (d.session.colour, d.session.grid.values(int(d.session.shown[0, 0]))["regularizers.r1"]) == (
        "sliced-w1",
        0.1,
    )
    await asyncio.sleep(0)
    assert page.words["message"] == ""


@live
async def test_it_is_saved_as_a_picture_and_as_a_recording(make: Make) -> None:
    d = make()
    with pytest.raises(ValueError, match="must end in"):
        d.save("phases.txt")
    for name, begins in (("phases.png", b"\x89PNG"), ("phases.html", b"<!doctype html>")):
        path = Path(tempfile.mkdtemp()) / name
        d.save(path)
        assert path.read_bytes()[: len(begins)].lower() == begins.lower()
        with pytest.raises(FileExistsError, match="exists"):
            d.save(path)


@live
async def test_all_of_its_runs_are_saved_as_a_page_to_explore(make: Make) -> None:
    d, folder = make(steps=4), Path(tempfile.mkdtemp())
    with pytest.raises(ValueError, match=r"must end in \.html, or in /"):
        d.save(folder / "phases.png", runs=True)
    with pytest.raises(ValueError, match="budget=10 kB"):
        d.save(folder / "phases.html", runs=True, budget="10kB")
    d.save(f"{folder}/phases/", runs=True, budget="1MB")
    assert "6 recipes under 1 seed, 4 iterations" in (folder / "phases/index.html").read_text()
    assert sum(file.stat().st_size for file in (folder / "phases").iterdir()) <= 10**6
