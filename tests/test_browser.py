"""The whole of it, as a learner meets it: a real JupyterLab, a real browser, lesson 01."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lab import lab

LESSONS = Path(__file__).parent.parent / "lessons"
STILLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .flatMap((cell) => cell.outputs ?? []).filter(({ data }) => data?.["image/png"])
    .map(({ data }) => data["text/plain"]).join()"""


def put_notebook(folder: Path) -> Path:
    """A copy of lesson 01."""
    folder.mkdir()
    return Path(shutil.copy(next(LESSONS.glob("01_*.ipynb")), folder))


@pytest.mark.usefixtures("chromium")
@pytest.mark.filterwarnings("default")  # of the browser's driver, not ours
def test_a_learner_plays_moves_a_slider_pauses_and_runs_the_cell_again(tmp_path: Path) -> None:
    notebook = put_notebook(tmp_path / "lessons")
    with lab(notebook.parent, tmp_path / "home") as user:
        user.open(notebook.name)
        user.run_all()
        cell = user.page.locator(".jp-CodeCell").filter(has=user.page.locator(".toygan-view")).first
        still = user.wait_for_frame(0, cell)
        start = user.iteration(cell)

        user.part("play", cell).click()
        picture = user.wait_for_frame(still, cell)
        user.wait_for_frame(picture, cell)
        user.wait_for(lambda: user.iteration(cell) > start, "the status line does not count")

        slider = user.part("lr_g", cell).locator(".noUi-handle")
        slider.focus()
        slider.press("ArrowRight")
        user.wait_for(lambda: "lr_g = " in user.part("status", cell).inner_text(), "the status does not follow lr_g")
        moving = user.iteration(cell)
        user.wait_for(lambda: user.iteration(cell) > moving, "the run does not go on under the new rate")

        user.part("play", cell).click()
        user.wait_for(lambda: "Play" in user.part("play", cell).inner_text(), "the button does not offer to play")
        paused = user.settled(cell)
        user.page.wait_for_timeout(1000)
        assert user.iteration(cell) == paused, "a paused run goes on"
        user.wait_for(lambda: f"iteration {paused:,} " in user.page.evaluate(STILLS), "no still of the pause")
        assert not cell.locator(".jp-RenderedImage").is_visible(), "the still stands beside the live picture"
        picture = user.frame(cell)
        user.part("view", cell).focus()
        user.page.keyboard.press(".")
        user.wait_for_frame(picture, cell)
        assert user.iteration(cell) == paused + 1, "the full stop is one iteration"

        cells = user.page.locator(".jp-CodeCell").count()
        for focused in (user.part("view", cell), slider):
            focused.focus()
            user.page.keyboard.press("d")
            user.page.keyboard.press("d")
        assert user.page.locator(".jp-CodeCell").count() == cells, "keys for the playground have deleted a cell"
        user.part("view", cell).focus()
        user.page.keyboard.press("n")
        user.wait_for(lambda: "seed 1:" in user.part("status", cell).inner_text(), "the next seed is not shown")

        user.page.keyboard.press(" ")
        user.wait_for(lambda: user.iteration(cell) > paused + 1, "the space key does not play")
        user.rerun(cell)
        user.wait_for(lambda: user.iteration(cell) == 0, "the cell's new run does not start at iteration 0")
        assert cell.locator(".toygan-view").count() == 1
        assert user.alive() == 0, "the old run of the cell is still alive"
        user.part("play", cell).click()
        user.wait_for(lambda: user.iteration(cell) > 0, "the new run does not play")
        assert user.alive() == 1, "more than one run is alive"

        user.restart()
        user.wait_for(lambda: "run the cell again" in user.part("status", cell).inner_text(), "a lost kernel is hidden")
        assert user.part("play", cell).is_disabled()

        assert user.outputs_with_errors() == []
        assert user.errors == []
