"""Every lesson starts clean and runs from top to bottom where nobody watches."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from support.kernels import quick_kernel

LESSONS = sorted((Path(__file__).parents[2] / "lessons").glob("*.ipynb"))

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own packages


def stored(lesson: Path) -> str:
    """The lesson as git holds it: in the folder it may be one that a learner has run."""
    held = subprocess.run(["git", "show", f":./{lesson.name}"], cwd=lesson.parent, capture_output=True)
    return (held.stdout if held.returncode == 0 else lesson.read_bytes()).decode()


def test_there_are_lessons() -> None:
    assert LESSONS


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_is_stored_clean(lesson: Path) -> None:
    notebook = nbformat.reads(stored(lesson), as_version=4)
    nbformat.validate(notebook)
    assert notebook.metadata.kernelspec.name == "python3"
    assert "widgets" not in notebook.metadata, "the state of widgets is output, too"
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_runs(lesson: Path, tmp_path: Path) -> None:
    """With a tenth of the training, so what the cells say is not what a learner sees; all their code has run."""
    with quick_kernel(tmp_path) as kernel:
        executed(lesson, km=kernel, timeout=600)


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_runs_from_top_to_bottom(
    lesson: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """In a kernel of its own, and in an empty folder, since a learner's copy lies anywhere."""
    start = time.perf_counter()
    executed(lesson, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    record_property("seconds", round(time.perf_counter() - start, 1))  # shown at the end; meant to stay below 60


def executed(lesson: Path, **how: Any) -> None:
    """Execute a lesson; a cell that raises fails the test, and so does a table that lacks what was predicted."""
    notebook = nbformat.read(lesson, as_version=4)
    NotebookClient(notebook, **how).execute(cleanup_kc=True)
    assert any(cell.get("outputs") for cell in notebook.cells)
    assert [table for table in markdown(notebook) if "that is not given" in table] == []


def markdown(notebook: nbformat.NotebookNode) -> list[str]:
    """The tables and other texts that the cells have put out."""
    data = [output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])]
    return [str(bundle["text/markdown"]) for bundle in data if "text/markdown" in bundle]
