"""A learner's predictions as one file, and those of a class as one table; nothing leaves the machine by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toygan.files import write
from toygan.teach.prediction import asked
from toygan.text import load_json

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "toygan predictions 1"
COLUMNS = ("learner", "question", "answer", "came true in", "runs")


def save_answers(path: str | os.PathLike[str], force: bool = False) -> None:
    """Writes all predictions that were locked in this notebook so far, such as "ada.json"; the name is the learner's.

    Raises ValueError where none is locked and FileExistsError where there is a file already, unless `force` is given.
    """
    rows = [
        {
            "question": question.text, "answer": question.answers[question.choice],
            "runs": None if question.outcomes is None else question.outcomes.total(),
            "came true in": None if question.outcomes is None else question.outcomes[question.choice],
        }
        for question in asked()
        if question.choice is not None
    ]  # fmt: skip
    if not rows:
        raise ValueError("predictions: none is locked in this notebook yet")
    write(Path(path), (json.dumps({"format": FORMAT, "predictions": rows}, indent=1) + "\n").encode(), force)


def read_answers(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """The predictions of several learners as a table, a row each; the file's name without its ending is the learner.

    Raises ValueError, naming the file, for one that `save_answers` did not write.
    """
    import pandas as pd

    rows = [row for path in paths for row in _rows(Path(path))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(path: Path) -> list[dict[str, Any]]:
    try:
        kept = load_json(path.read_text(encoding="utf-8"))
        if kept["format"] != FORMAT:
            raise ValueError(kept["format"])
        return [{"learner": path.stem, **{name: row[name] for name in COLUMNS[1:]}} for row in kept["predictions"]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: holds no predictions of toygan ({str(error)[:60]})") from None
