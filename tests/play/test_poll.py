"""Polls: a metric cut into choices, hands beside seeds."""

from __future__ import annotations

import numpy as np
import pytest

from toygan import Poll, RecipeError
from toygan.play.poll import PollCard

POLL = Poll("How many modes?", "modes-covered", at=20, bounds=(3, 6))


def rows(*covered: float) -> tuple[np.ndarray, np.ndarray]:
    """Three measurements, at 0, 10 and 20, of which the last is `covered`."""
    return np.array([0, 10, 20]), np.array([[8.0] * len(covered), [0.0] * len(covered), covered])


def test_a_bound_belongs_to_the_choice_above_it() -> None:
    assert [POLL.answer(value) for value in (0, 2.9, 3, 5.9, 6, 8)] == [0, 0, 1, 1, 2, 2]


def test_the_run_answers_once_it_has_come_so_far() -> None:
    assert POLL.outcomes(np.array([0, 10]), np.full((2, 2), 8.0)) is None
    assert POLL.outcomes(*rows(2, 5, 8, np.nan)) == [0, 1, 2, -1]


def test_hands_stand_beside_what_the_seeds_did() -> None:
    card = PollCard(POLL)
    card.hands = [1, 4, 0]
    card.follow(*rows(2, 2, 8, np.nan))
    assert card.runs == [2, 0, 1]
    assert card.words == "below 3: 2 of 4 seeds. Most said from 3 to below 6: 4 of 5 hands, and 0 of 4 seeds."
    card.follow(np.zeros(0), np.zeros((0, 4)))
    assert (card.runs, card.words.startswith("The run answers at iteration 20.")) == ([], True)
    card.close()


def test_without_hands_the_seeds_speak_alone() -> None:
    card = PollCard(POLL)
    assert card.summarise([0, 0, 4], 4) == "6 or more: 4 of 4 seeds."
    card.hands = [0, 0, 3]
    assert card.summarise([0, 0, 4], 4) == "6 or more: 4 of 4 seeds. Most said so: 3 of 3 hands."
    card.close()


@pytest.mark.parametrize(
    ("field", "value"),
    [("question", ""), ("metric", "w9"), ("at", 0), ("bounds", ()), ("bounds", (2, 1)), ("bounds", 3)],
)
def test_a_wrong_field_is_named(field: str, value: object) -> None:
    with pytest.raises(RecipeError, match=f"^{field}="):
        Poll(**{"question": "why?", field: value})  # type: ignore[arg-type]
