"""The exercises by name: a file a lesson, of the same number."""

from __future__ import annotations

from toygan.parts.menu import Menu
from toygan.teach.exercise import Exercise
from toygan.teach.exercises import lesson_01, lesson_02, lesson_03, lesson_04

LESSONS = (lesson_01, lesson_02, lesson_03, lesson_04)
EXERCISES: Menu[Exercise] = Menu({name: row for lesson in LESSONS for name, row in lesson.EXERCISES.items()})
