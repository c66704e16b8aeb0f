"""The page for teachers keeps what it promises: its code runs, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from toygan.teach import EXERCISES, Prediction, exercise, prediction, save_answers

PAGE = (Path(__file__).parents[2] / "lessons/teachers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)
OWN, CLASS = (next(block for block in BLOCKS if words in block) for words in ("EXERCISES[", "read_marks"))


@pytest.fixture(autouse=True)
def nothing_answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(prediction, "_questions", {})
    monkeypatch.setattr(exercise, "_marks", {})
    yield
    EXERCISES.pop("loss-on-real", None)


def test_its_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers").mkdir()
    modes = Prediction("How many modes are covered?", {"few": "one to three", "many": "four or more"})
    modes.question.lock("few")
    save_answers("answers/ada.json")
    names: dict[str, Any] = {}
    exec(compile("\n".join(BLOCKS).replace("advance(5)", "advance(0.1)"), "teachers.md", "exec"), names)
    assert names["small"].controls == []
    assert names["small"].session.recipe.loss == "minimax"
    assert b"<html" in Path("ring8.html").read_bytes()
    assert "ada" in names["table"]["learner"].tolist()
    assert names["twins"].session.differences == ["no r1", "r1 = 0.1"]
    names["small"].close(), names["large"].close(), names["twins"].close()


def test_the_marks_of_an_own_exercise_stand_in_the_answers_of_a_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("answers").mkdir()
    names: dict[str, Any] = {}
    exec(OWN, names)  # a learner whose answer is the mistake on the page
    own = EXERCISES["loss-on-real"]
    (hint,) = own.mistakes
    save_answers("answers/ada.json")
    assert own.check(own.solution).right  # another one, on the second try
    save_answers("answers/alan.json")
    exec(CLASS, names)
    rows = names["marks"].sort_values("learner").drop(columns="exercise").values.tolist()
    assert rows == [["ada", False, 1, hint], ["alan", True, 2, own.praise]]
