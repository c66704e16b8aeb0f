"""A class's answers: what was locked and what was marked goes into a file, and files into tables."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from toygan.teach import EXERCISES, Exercise, Prediction, exercise, prediction, read_answers, read_marks, save_answers
from toygan.teach.answers import FORMAT

SQUARE = Exercise({"x": torch.tensor([1.0, 3.0])}, lambda x: x**2, "Right.", {"Square it.": lambda x: x}, name="square")


@pytest.fixture(autouse=True)
def none_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction, "_questions", {})
    monkeypatch.setattr(exercise, "_marks", {})


def test_what_was_locked_comes_back_as_a_table_with_what_the_runs_did(tmp_path: Path) -> None:
    first, open_ = (Prediction(text, {"a": "more", "b": "less"}) for text in ("How many?", "How few?"))
    first.question.lock("a")
    first.compare(["a", "b", "a"])
    for learner in ("ada", "alan"):
        save_answers(tmp_path / f"{learner}.json")
    assert open_.question.choice is None
    table = read_answers(sorted(tmp_path.glob("*.json")))
    assert table.to_dict("records") == [
        {"learner": name, "question": "How many?", "answer": "more", "came true in": 2, "runs": 3}
        for name in ("ada", "alan")
    ]


def test_of_a_question_that_was_asked_again_the_newest_counts(tmp_path: Path) -> None:
    for answer in ("a", "b"):
        Prediction("How many?", {"a": "more", "b": "less"}).question.lock(answer)
    save_answers(tmp_path / "ada.json")
    assert read_answers([tmp_path / "ada.json"])["answer"].tolist() == ["less"]


def test_nothing_is_written_over_and_nothing_empty(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no prediction is locked and no exercise answered"):
        save_answers(tmp_path / "ada.json")
    Prediction("How many?", {"a": "more", "b": "less"}).question.lock("a")
    (tmp_path / "ada.json").write_text("mine")
    with pytest.raises(FileExistsError, match="exists"):
        save_answers(tmp_path / "ada.json")
    assert (tmp_path / "ada.json").read_text() == "mine"


def test_the_mark_of_an_exercise_comes_back_with_its_tries_and_the_last_feedback(tmp_path: Path) -> None:
    for answer in (lambda x: ..., lambda x: x, lambda x: x**3, lambda x: x * x, lambda x: x):
        SQUARE.check(answer)  # not answered yet; two tries that are wrong; right; what no longer counts
    EXERCISES["covered-mode"].check(lambda m, k: k / (m + k))
    save_answers(tmp_path / "ada.json")
    hint = "This is the probability that a sample on the mode is generated; D says how likely it is real."
    assert read_marks([tmp_path / "ada.json"]).to_dict("records") == [
        {"learner": "ada", "exercise": "square", "right": True, "tries": 3, "feedback": "Right."},
        {"learner": "ada", "exercise": "covered-mode", "right": False, "tries": 1, "feedback": hint},
    ]
    assert read_answers([tmp_path / "ada.json"]).empty


def test_an_exercise_has_no_mark_without_a_name_and_gets_one_in_the_menu(monkeypatch: pytest.MonkeyPatch) -> None:
    own = Exercise(SQUARE.arguments, SQUARE.solution, "Right.")
    own.check(own.solution)
    assert exercise.list_marks() == {}
    monkeypatch.setitem(EXERCISES, "mine", own)
    EXERCISES["mine"].check(own.solution)
    assert list(exercise.list_marks()) == ["mine"]


@pytest.mark.parametrize("read", [read_answers, read_marks])
@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"format": "other"}), json.dumps({"format": FORMAT})])
def test_other_files_are_refused_by_name(tmp_path: Path, content: str, read: Callable[[list[Path]], object]) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError, match=r"x\.json: holds no answers"):
        read([tmp_path / "x.json"])
