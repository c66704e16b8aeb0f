"""A lesson that has run: its cells with their outputs, what its predictions ask, and the recipes of its playgrounds."""

from __future__ import annotations

import ast
import atexit
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert.preprocessors import CoalesceStreamsPreprocessor

METADATA = "toygan"  # of a cell, with what takes the place of its playground
PROBE = "toygan-probe"  # the tag of a cell that is added to read something, and taken out again
CELL_SECONDS = 1200
LIVE = ("Playground", "PhaseDiagram")  # what needs a kernel
ASK = """
import json as _json
from toygan.teach.prediction import list_questions as _list_questions
print(_json.dumps([[q.text, q.answers, dict(q.outcomes or {})] for q in _list_questions()]))
"""
Proceed = Callable[[], object]  # is called when a cell has run


class LessonError(Exception):
    """A cell of a lesson has failed; the words name it."""


@dataclass(frozen=True)
class Asked:
    """A prediction of a lesson: the question, its answers by key, and for how many runs each came true."""

    text: str
    answers: Mapping[str, str]
    outcomes: Mapping[str, int]


@dataclass(frozen=True)
class Lesson:
    """A lesson that has run, or that could not be run.

    Args:
        name: The name of its file, without its ending.
        notebook: The notebook, with outputs.
        questions: What it asks, in order.
        recipes: The share string of the playground of each cell that has one, by the cell's id.
        failed: True if it could not be run: it has no outputs.
    """

    name: str
    notebook: Any
    questions: tuple[Asked, ...] = ()
    recipes: Mapping[str, str] = field(default_factory=dict)
    failed: bool = False

    @property
    def title(self) -> str:
        """The first heading, without its mark."""
        return str(self.notebook.cells[0].source.splitlines()[0].lstrip("# "))


def list_code(path: Path) -> list[str]:
    """Return the code of a lesson that runs, cell by cell: on this alone depends what it gives."""
    return [cell.source for cell in _add_probes(nbformat.read(path, as_version=4)).cells if cell.cell_type == "code"]


def run_lesson(path: Path, proceed: Proceed = lambda: None, **how: Any) -> bytes:
    """Run a lesson from top to bottom, and return what it gives, for `read_lesson`; `how` is for nbclient.

    Raises LessonError if a cell fails.
    """
    notebook = _add_probes(nbformat.read(path, as_version=4))
    at = 0

    def count(cell: Any, cell_index: int, **more: Any) -> None:
        nonlocal at
        at = cell_index
        proceed()

    with tempfile.TemporaryDirectory() as folder:  # a lesson may write files
        resources = {"metadata": {"path": folder}}
        quiet: Any = {"extra_arguments": ["--log-level=ERROR"], "timeout": CELL_SECONDS, "on_cell_start": count}
        client = NotebookClient(notebook, resources=resources, **quiet, **how)
        try:
            client.execute(cleanup_kc=True)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            words = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)
            raise LessonError(f"{path.name}, cell {notebook.cells[at].id}: {words.splitlines()[0]}") from None
        except AssertionError:  # of nbclient, whose kernel is gone already
            if client.km is None:  # it ends its kernel at Ctrl-C
                raise KeyboardInterrupt from None
            raise
        finally:
            atexit.unregister(client._cleanup_kernel)
    notebook, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess(notebook, {})
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    read = {
        cell.metadata[PROBE]: "".join(output.get("text", "") for output in cell.outputs).strip()
        for cell in cells
        if PROBE in cell.metadata
    }
    outputs = {cell.id: cell.outputs for cell in cells if PROBE not in cell.metadata}
    return json.dumps({"questions": json.loads(read.pop("questions")), "recipes": read, "outputs": outputs}).encode()


def read_lesson(path: Path, given: bytes | None) -> Lesson:
    """Return a lesson with what its cells gave; None for one that could not be run."""
    notebook = nbformat.read(path, as_version=4)
    if given is None:
        return Lesson(path.stem, notebook, failed=True)
    read = json.loads(given)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.from_dict(output) for output in read["outputs"][cell.id]]
    return Lesson(path.stem, notebook, tuple(Asked(*fields) for fields in read["questions"]), read["recipes"])


def _add_probes(notebook: Any) -> Any:
    """Return a notebook with a cell after each playground that prints its recipe, and one that prints the questions."""
    notebook.cells = [cell for known in notebook.cells for cell in _with_probe(known)]
    notebook.cells.append(_make_probe("questions", ASK))
    return notebook


def _with_probe(cell: Any) -> list[Any]:
    """Return a cell, and after one with a playground that will be replaced another that prints its recipe."""
    explore = cell.metadata.get(METADATA, {}).get("explore") if cell.cell_type == "code" else None
    if not explore:
        return [cell]
    given = find_call(cell.source, LIVE)
    recipe = explore.get("recipe") or (find_recipe(given) if given else "Recipe()")
    return [cell, _make_probe(cell.id, f"from toygan import Recipe\nprint(({recipe}).to_string())")]


def find_recipe(call: ast.Call) -> str:
    """Return the code of the recipe of a playground, or of the one that a phase diagram changes."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    playground = isinstance(call.func, ast.Name) and call.func.id == "Playground"
    given = next(iter(call.args), None) if playground else named.get("base")
    return "Recipe()" if given is None else ast.unparse(given)


def _make_probe(name: str, source: str) -> Any:
    return nbformat.v4.new_code_cell(source, metadata={PROBE: name})


def find_call(source: str, names: tuple[str, ...]) -> ast.Call | None:
    """Return the first call of one of these functions in a cell, or None."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a line that only notebooks understand
        return None
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return next((call for call in calls if isinstance(call.func, ast.Name) and call.func.id in names), None)


def find_asked(source: str, questions: tuple[Asked, ...]) -> int:
    """Return the number of the question that a cell asks, or -1."""
    call = find_call(source, ("Prediction",))
    text = call.args[0].value if call and call.args and isinstance(call.args[0], ast.Constant) else None
    return next((i for i, asked in enumerate(questions) if asked.text == text), -1)
