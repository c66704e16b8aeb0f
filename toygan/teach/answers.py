"""A learner's predictions in a file, and those of a class in a table; nothing leaves the machine by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toygan.files import write
from toygan.teach.prediction import list_questions
from toygan.text import load_json

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "toygan predictions 1"
COLUMNS = ("learner", "question", "answer", "came true in", "runs")


def save_answers(path: str | os.PathLike[str], force: bool = False) -> None:
    """Write all predictions that are locked in this notebook into a file.

    Args:
        path: The file, named after the learner, such as "ada.json".
        force: True replaces a file that exists [default: False].
    Raises:
        ValueError: If no prediction is locked yet.
        FileExistsError: If the file exists and `force` is False.
    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from toygan.teach import Prediction, read_answers, save_answers
        >>> modes = Prediction("How many modes are covered?", {"few": "one to three", "many": "four or more"})
        >>> modes.question.lock("few")
        >>> with TemporaryDirectory() as folder:
        ...     save_answers(f"{folder}/ada.json")
        ...     table = read_answers([f"{folder}/ada.json"])
        >>> "one to three" in table["answer"].tolist()
        True
    """
    rows = [
        {
            "question": question.text,
            "answer": question.answers[question.choice],
            "runs": None if question.outcomes is None else question.outcomes.total(),
            "came true in": None if question.outcomes is None else question.outcomes[question.choice],
        }
        for question in list_questions()
        if question.choice is not None
    ]
    if not rows:
        raise ValueError("predictions: none is locked in this notebook yet")
    write(Path(path), (json.dumps({"format": FORMAT, "predictions": rows}, indent=1) + "\n").encode(), force)


def read_answers(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Return the predictions of several learners as a table.

    Args:
        paths: Files that `save_answers` wrote; the name of a file without its ending is the learner's name.
    Returns:
        A pandas DataFrame with a row for each prediction. Its columns are the learner, the question, the answer that
        was locked, the number of runs for which it came true, and the number of all runs.
    Raises:
        ValueError: If `save_answers` did not write one of the files; the message names the file.
    Example:
        >>> from toygan.teach import read_answers
        >>> list(read_answers([]).columns)
        ['learner', 'question', 'answer', 'came true in', 'runs']
    """
    import pandas as pd

    rows = [row for path in paths for row in _read_rows(Path(path))]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the rows of one learner's file; ValueError if it holds no predictions."""
    try:
        content = load_json(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        return [{"learner": path.stem, **{name: row[name] for name in COLUMNS[1:]}} for row in content["predictions"]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: holds no predictions of toygan ({str(error)[:60]})") from None
