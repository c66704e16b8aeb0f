"""Typical answers to the exercises of a lesson, with what the check says to each, read from the code of the checks."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parents[1] / "teach" / "exercises"


class Typical(NamedTuple):
    """An answer as code, what the check says to it, and whether it is right."""

    code: str
    words: str
    right: bool


def list_typical(name: str, folder: Path = FOLDER) -> list[Typical]:
    """Return the typical answers to the exercise of that name, by their code; none if they are no single expressions.

    The files are only read: nothing in them runs.
    """
    for path in sorted(folder.glob("lesson_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Dict):
                for key, value in zip(node.keys, node.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == name and isinstance(value, ast.Call):
                        return _read_exercise(value)
    return []


def _read_exercise(call: ast.Call) -> list[Typical]:
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    praise, mistakes = given.get("praise"), given.get("mistakes")
    found = []
    if isinstance(solution := given.get("solution"), ast.Lambda) and isinstance(praise, ast.Constant):
        found.append(Typical(ast.unparse(solution.body), str(praise.value), True))
    if isinstance(mistakes, ast.Dict):
        for words, answer in zip(mistakes.keys, mistakes.values, strict=True):
            if isinstance(words, ast.Constant) and isinstance(answer, ast.Lambda):
                found.append(Typical(ast.unparse(answer.body), str(words.value), False))
    return sorted(found) if any(one.right for one in found) and len(found) > 1 else []
