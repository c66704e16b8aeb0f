"""Every exercise takes its solution, and gives each typical wrong answer a hint of its own."""

from __future__ import annotations

import pytest

from toygan.teach import EXERCISES


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_is_right_and_an_open_answer_is_not_yet_one(name: str) -> None:
    exercise = EXERCISES[name]
    assert exercise.check(exercise.solution).right is True
    assert exercise.check(lambda *_: ...).right is None


@pytest.mark.parametrize("name", EXERCISES)
def test_typical_mistakes_are_at_least_four_and_each_gets_its_own_hint(name: str) -> None:
    exercise = EXERCISES[name]
    hints = [exercise.check(mistake) for mistake in exercise.mistakes.values()]
    assert len(hints) >= 4
    assert [(hint.right, hint.words) for hint in hints] == [(False, words) for words in exercise.mistakes]
