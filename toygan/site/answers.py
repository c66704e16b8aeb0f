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
    names = _list_names(given.get("arguments"))
    praise, mistakes = given.get("praise"), given.get("mistakes")
    found = []
    if isinstance(solution := given.get("solution"), ast.Lambda) and isinstance(praise, ast.Constant):
        found.append(Typical(_write_answer(solution, names), str(praise.value), True))
    if isinstance(mistakes, ast.Dict):
        for words, answer in zip(mistakes.keys, mistakes.values, strict=True):
            if isinstance(words, ast.Constant) and isinstance(answer, ast.Lambda):
                found.append(Typical(_write_answer(answer, names), str(words.value), False))
    return sorted(found) if any(one.right for one in found) and len(found) > 1 else []


def _list_names(arguments: ast.expr | None) -> list[str]:
    """Return the names of the tensors with which an answer is called, as the lesson has them."""
    keys = arguments.keys if isinstance(arguments, ast.Dict) else []
    return [str(key.value) for key in keys if isinstance(key, ast.Constant)]


def _write_answer(answer: ast.Lambda, names: list[str]) -> str:
    """Return the code of an answer, with its arguments named as in the lesson."""
    own = dict(zip((argument.arg for argument in answer.args.args), names, strict=False))
    for node in ast.walk(answer.body):
        if isinstance(node, ast.Name):
            node.id = own.get(node.id, node.id)
    return ast.unparse(answer.body)
