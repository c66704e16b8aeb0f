"""A learner's answers in a file, and those of a class in tables; nothing leaves the machine by itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toygan.files import read, write
from toygan.teach.exercise import list_marks
from toygan.teach.prediction import list_questions
from toygan.text import load_json

if TYPE_CHECKING:
    import pandas as pd

FORMAT = "toygan predictions 1"  # files of toygan 0.1.0 have no exercises
PREDICTION = ("question", "answer", "came true in", "runs")
MARK = ("exercise", "right", "tries", "feedback")


def save_answers(path: str | os.PathLike[str], force: bool = False) -> None:
    """Write the answers of this notebook into a file: predictions that are locked, and marks of exercises.

    Args:
        path: The file, named after the learner, such as "ada.json".
        force: True replaces a file that exists [default: False].
    Raises:
        ValueError: If no prediction is locked and no exercise answered yet.
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
    predictions = [
        {
            "question": question.text,
            "answer": question.answers[question.choice],
            "runs": None if question.outcomes is None else question.outcomes.total(),
            "came true in": None if question.outcomes is None else question.outcomes[question.choice],
        }
        for question in list_questions()
        if question.choice is not None
    ]
    exercises = [{"exercise": name, **mark._asdict()} for name, mark in list_marks().items()]
    if not predictions and not exercises:
        raise ValueError("answers: no prediction is locked and no exercise answered in this notebook yet")
    content = {"format": FORMAT, "predictions": predictions, "exercises": exercises}
    write(Path(path), (json.dumps(content, indent=1) + "\n").encode(), force)


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
    return _read_table(paths, "predictions", PREDICTION)


def read_marks(paths: Iterable[str | os.PathLike[str]]) -> pd.DataFrame:
    """Return the marks of several learners as a table.

    Args:
        paths: Files that `save_answers` wrote; the name of a file without its ending is the learner's name.
    Returns:
        A pandas DataFrame with a row for each exercise that a learner has answered. Its columns are the learner, the
        exercise, whether an answer was right, the number of answers up to the right one, and the feedback on the last.
    Raises:
        ValueError: If `save_answers` did not write one of the files; the message names the file.
    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from toygan.teach import EXERCISES, read_marks, save_answers
        >>> feedback = EXERCISES["covered-mode"].check(lambda m, K: m / (m + K))
        >>> with TemporaryDirectory() as folder:
        ...     save_answers(f"{folder}/ada.json")
        ...     marks = read_marks([f"{folder}/ada.json"])
        >>> marks.set_index("exercise").loc["covered-mode", "right"]
        np.True_
    """
    return _read_table(paths, "exercises", MARK)


def _read_table(paths: Iterable[str | os.PathLike[str]], part: str, names: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    rows = [row for path in paths for row in _read_rows(Path(path), part, names)]
    return pd.DataFrame(rows, columns=["learner", *names])


def _read_rows(path: Path, part: str, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of one part of a learner's file; ValueError if it holds no answers."""
    try:
        content = load_json(read(path).decode())
        if content["format"] != FORMAT:
            raise ValueError(content["format"])
        parts = {"exercises": [], **content, "predictions": content["predictions"]}
        return [{"learner": path.stem, **{name: row[name] for name in names}} for row in parts[part]]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise ValueError(f"{path}: holds no answers of toygan ({str(error)[:60]})") from None
