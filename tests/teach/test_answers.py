"""A class's predictions: what was locked goes into a file, and files into a table."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from toygan.teach import Prediction, prediction, read_answers, save_answers
from toygan.teach.answers import FORMAT


@pytest.fixture(autouse=True)
def none_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prediction, "_questions", {})


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
    with pytest.raises(ValueError, match="none is locked"):
        save_answers(tmp_path / "ada.json")
    Prediction("How many?", {"a": "more", "b": "less"}).question.lock("a")
    (tmp_path / "ada.json").write_text("mine")
    with pytest.raises(FileExistsError, match="exists"):
        save_answers(tmp_path / "ada.json")
    assert (tmp_path / "ada.json").read_text() == "mine"


@pytest.mark.parametrize("content", ["", "[]", "{}", json.dumps({"format": "other"}), json.dumps({"format": FORMAT})])
def test_other_files_are_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.json").write_text(content)
    with pytest.raises(ValueError, match=r"x\.json: holds no predictions"):
        read_answers([tmp_path / "x.json"])
