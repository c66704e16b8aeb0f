"""The number of an iteration, as a traced step sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from toygan.training.iteration import Iteration

Question = Callable[[Iteration], bool]


@pytest.mark.parametrize(
    ("question", "same"),
    [
        (lambda steps: steps % 5 == 0, lambda steps: steps % 5 == 0),
        (lambda steps: (steps + 1) % 5 != 0, lambda steps: (steps + 1) % 5 != 0),
        (lambda steps: steps > 12, lambda steps: steps > 12),
        (lambda steps: steps - 3 <= 9, lambda steps: steps - 3 <= 9),
        (lambda steps: steps // 4 >= 3, lambda steps: steps // 4 >= 3),
        (lambda steps: bool(steps % 2), lambda steps: bool(steps % 2)),
        (lambda steps: steps < 2.5, lambda steps: steps < 2.5),
    ],
)
def test_an_answer_is_that_of_a_number_and_holds_for_the_iterations_with_the_same(
    question: Question, same: Callable[[int], bool]
) -> None:
    for now in range(20):
        asked: list[Callable[[int], bool]] = []
        answer = question(Iteration(now, asked))
        assert answer == same(now)
        (holds,) = asked
        assert [holds(steps) for steps in range(40)] == [same(steps) == answer for steps in range(40)]


def test_it_gives_no_number_that_a_trace_would_fix() -> None:
    steps = Iteration(3, [])
    for leak in (float, int, range, lambda x: 1.5 * x, lambda x: x / 2, lambda x: [0][x], hash):
        with pytest.raises(TypeError):
            leak(steps)
