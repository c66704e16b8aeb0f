"""The exercises by name: a file a lesson, of the same number."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from toygan.parts.menu import Menu
from toygan.teach.exercise import Exercise

FILES = sorted(Path(__file__).parent.glob("lesson_*.py"))
LESSONS: dict[int, dict[str, Exercise]] = {
    int(file.stem.removeprefix("lesson_")): import_module(f"{__name__}.{file.stem}").EXERCISES for file in FILES
}


class Exercises(Menu[Exercise]):
    """The exercises by name, each of which has the name of its row.

    Example:
        >>> import torch
        >>> from toygan.teach import EXERCISES, Exercise
        >>> EXERCISES["square"] = Exercise({"x": torch.tensor([1.0, 3.0])}, lambda x: x**2, "Right.")
        >>> EXERCISES["square"].name
        'square'
        >>> del EXERCISES["square"]
    """

    def __setitem__(self, name: str, exercise: Exercise) -> None:
        super().__setitem__(name, replace(exercise, name=name))


EXERCISES = Exercises({name: replace(row, name=name) for rows in LESSONS.values() for name, row in rows.items()})
"""The exercises of the lessons by name, and those of your own."""
