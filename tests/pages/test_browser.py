"""The whole of it, as a learner meets it: a real JupyterLab, a real browser, lesson 01."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from support.lab import lab

LESSONS = Path(__file__).parents[2] / "lessons"
STILLS = """() => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells
    .flatMap((cell) => cell.outputs ?? []).filter(({ data }) => data?.["image/png"])
    .map(({ data }) => data["text/plain"]).join()"""


def put_notebook(folder: Path) -> Path:
    """Lesson 01, up to a few cells behind its first playground: what it measures later has a test of its own."""
    folder.mkdir()
    lesson = next(LESSONS.glob("01_*.ipynb"))
    notebook = nbformat.read(lesson, as_version=4)
    first = next(i for i, cell in enumerate(notebook.cells) if "Playground(" in cell.source)
    notebook.cells = notebook.cells[: first + 4]
    nbformat.write(notebook, folder / lesson.name)
    return folder / lesson.name


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

        slider = user.part("lr_g", cell).locator("input[type=range]")
        slider.focus()
        slider.press("ArrowRight")
        said = user.part("message", cell)
        user.wait_for(lambda: "Learning rate of G = " in said.inner_text(), "the message does not follow lr_g")
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
        user.wait_for(
            lambda: "seed 1 (of seeds " in user.part("where", cell).inner_text(), "the next seed is not shown"
        )

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


DIAGRAM = """from toygan import PhaseDiagram, Recipe
small = Recipe(width=4, depth=1, batch=8)
axes = {"lr_g": [1e-3, 1e-2], "lr_d": [1e-3, 1e-2]}
PhaseDiagram(axes, seeds=3, steps=100_000, base=small, controls=("lr_g", "lr_d"))"""


@pytest.mark.slow
@pytest.mark.usefixtures("chromium")
@pytest.mark.filterwarnings("default")  # of the browser's driver, not ours
def test_a_phase_diagram_fills_in_and_a_cell_opens_its_run_whose_seeds_are_all_shown_and_pinned(tmp_path: Path) -> None:
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(DIAGRAM)], metadata={"kernelspec": kernel}
    )  # fmt: skip
    (tmp_path / "lessons").mkdir()
    nbformat.write(notebook, tmp_path / "lessons/phases.ipynb")
    with lab(tmp_path / "lessons", tmp_path / "home") as user:
        user.open("phases.ipynb")
        user.run_all()
        painted = user.wait_for_frame(0)
        user.part("play").click()
        user.wait_for_frame(painted)
        user.wait_for(lambda: user.iteration() > 0, "the grid does not train")

        canvas = user.page.locator(".toygan-view canvas").first
        box = canvas.bounding_box()
        upper_left = (box["x"] + 0.35 * box["width"], box["y"] + 0.2 * box["height"])
        user.page.mouse.move(*upper_left)
        user.wait_for(lambda: "lr_g 0.001, lr_d 0.01" in user.part("reading").inner_text(), "the cell is not read")
        user.page.mouse.click(*upper_left)
        user.wait_for(lambda: user.page.locator(".toygan-view").count() == 2, "no run is opened")
        opened = user.page.locator(".toygan-playground .toygan-playground").first
        user.wait_for(lambda: user.iteration(opened) > 0, "the run does not stand where the cell stood")
        stood = user.iteration(opened)
        user.part("play", opened).click()
        user.wait_for(lambda: user.iteration(opened) > stood, "the opened run does not play")

        user.part("all", opened).click()
        title = user.part("title", opened)
        user.wait_for(lambda: title.inner_text() == "All seeds", "the seeds are not shown")
        opened.locator("canvas").first.focus()
        for key, seed in (("ArrowRight", 0), ("ArrowRight", 1), ("ArrowDown", 1), ("ArrowLeft", 0), ("ArrowRight", 1)):
            user.page.keyboard.press(key)
            assert user.part("reading", opened).inner_text().startswith(f"seed {seed}: ")
        user.page.keyboard.press("Enter")
        user.wait_for(lambda: "seed 1 (of seeds " in user.part("where", opened).inner_text(), "no seed is in focus")
        user.part("sort", opened).locator("select").select_option("distance")
        user.wait_for(lambda: title.inner_text() == "All seeds, by distance", "they are not sorted")
        user.part("all", opened).click()
        user.part("play", opened).click()
        user.part("pin", opened).click()
        user.part("reset", opened).click()
        entries = opened.locator(".toygan-entry")
        user.wait_for(lambda: "same settings" in entries.all_inner_texts(), "no pin is in the legend")
        user.part("unpin", opened).click()
        user.wait_for(lambda: "same settings" not in entries.all_inner_texts(), "the pin stays")
        assert user.errors == user.outputs_with_errors() == []
