"""The page for teachers keeps what it promises: its code runs, from top to bottom."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from toygan.teach import Prediction, save_answers

PAGE = (Path(__file__).parents[2] / "lessons/teachers.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```", PAGE, flags=re.M | re.S)


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
    assert names["real"].check(names["real"].solution).right
    wrong = names["real"].check(next(iter(names["real"].mistakes.values())))
    assert (wrong.right, wrong.words) == (False, next(iter(names["real"].mistakes)))
    assert "ada" in names["table"]["learner"].tolist()
    names["small"].close(), names["large"].close()
