"""The exercises by name: a file a lesson, of the same number."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from toygan.parts.menu import Menu
from toygan.teach.exercise import Exercise

FILES = sorted(Path(__file__).parent.glob("lesson_*.py"))
LESSONS: dict[int, dict[str, Exercise]] = {
    int(file.stem.removeprefix("lesson_")): import_module(f"{__name__}.{file.stem}").EXERCISES for file in FILES
}
EXERCISES: Menu[Exercise] = Menu({name: row for rows in LESSONS.values() for name, row in rows.items()})
"""The exercises of the lessons by name."""
