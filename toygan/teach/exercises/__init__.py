"""The exercises by name: a file a lesson, of the same number."""

from __future__ import annotations

from toygan.parts.menu import Menu
from toygan.teach.exercise import Exercise
from toygan.teach.exercises import (
    lesson_01,
    lesson_02,
    lesson_03,
    lesson_04,
    lesson_05,
    lesson_06,
    lesson_09,
    lesson_10,
)

LESSONS = {
    1: lesson_01,
    2: lesson_02,
    3: lesson_03,
    4: lesson_04,
    5: lesson_05,
    6: lesson_06,
    9: lesson_09,
    10: lesson_10,
}
EXERCISES: Menu[Exercise] = Menu({name: row for lesson in LESSONS.values() for name, row in lesson.EXERCISES.items()})
