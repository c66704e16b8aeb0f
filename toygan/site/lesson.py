"""A lesson that has run: its cells with their outputs, what its predictions ask, and the recipes of its playgrounds."""

from __future__ import annotations

import ast
import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
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


@dataclass(frozen=True)
class Asked:
    """A prediction of a lesson: the question, its answers by key, and for how many runs each came true."""

    text: str
    answers: Mapping[str, str]
    outcomes: Mapping[str, int]


@dataclass(frozen=True)
class Lesson:
    """A lesson that has run.

    Args:
        name: The name of its file, without its ending.
        notebook: The notebook, with outputs.
        questions: What it asks, in order.
        recipes: The share string of the playground of each cell that has one, by the cell's id.
    """

    name: str
    notebook: Any
    questions: tuple[Asked, ...]
    recipes: Mapping[str, str]

    @property
    def title(self) -> str:
        """The first heading, without its mark."""
        return str(self.notebook.cells[0].source.splitlines()[0].lstrip("# "))


def run_lesson(path: Path, **how: Any) -> Lesson:
    """Run a lesson from top to bottom; `how` is for nbclient. CellExecutionError if a cell raises."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = [cell for known in notebook.cells for cell in _with_probes(known)]
    notebook.cells.append(_make_probe("questions", ASK))
    with tempfile.TemporaryDirectory() as folder:  # a lesson may write files
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=CELL_SECONDS, resources=resources, **how).execute(cleanup_kc=True)
    notebook, _ = CoalesceStreamsPreprocessor(enabled=True).preprocess(notebook, {})
    probes = {cell.metadata[PROBE]: cell for cell in notebook.cells if PROBE in cell.metadata}
    notebook.cells = [cell for cell in notebook.cells if PROBE not in cell.metadata]
    read = {name: "".join(output.get("text", "") for output in cell.outputs) for name, cell in probes.items()}
    questions = tuple(Asked(*fields) for fields in json.loads(read.pop("questions")))
    return Lesson(path.stem, notebook, questions, {name: text.strip() for name, text in read.items()})


def _with_probes(cell: Any) -> list[Any]:
    """Return a cell, and after one with a playground that will be replaced another that prints its recipe."""
    if cell.cell_type != "code" or not cell.metadata.get(METADATA, {}).get("explore"):
        return [cell]
    given = find_call(cell.source, LIVE)
    recipe = find_recipe(given) if given else "Recipe()"
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
