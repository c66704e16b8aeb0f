"""A course of one small lesson."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat

HOSTILE = '</script><img src=x onerror="alert(1)">&\''
QUESTION = "How many runs are <b>right</b>?"
EXPLORED = {"axes": ["lr_d=1e-4,1e-3,1e-2"], "seeds": 1, "steps": 4, "colour": "healthy"}
CELLS: list[Any] = [
    ("markdown", "title", "# 1 · A small lesson\n\nIt says $D=\\frac12$ and links to [words](glossary.md#mode).", {}),
    ("code", "prediction", f"""from toygan.teach import Prediction
guess = Prediction({QUESTION!r}, {{"few": "few {HOSTILE[:30].replace(chr(34), "")}", "many": "many"}})
guess""", {"jupyter": {"source_hidden": True}}),
    ("code", "play", """from toygan import Playground, Recipe
small = Recipe(width=4, batch=8)
Playground(small, controls=("lr_d",))""", {"toygan": {"explore": EXPLORED}}),
    ("code", "compare", 'print("measured")\nguess.compare(["few", "many", "many"])',
     {"jupyter": {"source_hidden": True}}),
    ("code", "exercise", """from toygan.teach import EXERCISES
EXERCISES["best-discriminator"].check(lambda p, q: ...)""", {}),
    ("markdown", "end", "## The end\n\nA mode is a cluster.", {}),
]  # fmt: skip


def write_course(folder: Path) -> Path:
    """Write the course into a folder, and return its lesson."""
    make = {"markdown": nbformat.v4.new_markdown_cell, "code": nbformat.v4.new_code_cell}
    cells = [make[kind](source, id=name, metadata=metadata) for kind, name, source, metadata in CELLS]
    kernel = {"name": "python3", "display_name": "Python 3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    (folder / "01_small.ipynb").write_text(nbformat.writes(notebook))
    (folder / "README.md").write_text("# The course\n\n[01](01_small.ipynb), [claims](../assets/claims.md)\n")
    (folder / "glossary.md").write_text("# Glossary\n\n## Mode\n\nA part of the data.\n")
    (folder / "teachers.md").write_text("# For teachers\n\nPlans.\n")
    return folder / "01_small.ipynb"
