"""A prediction: the learner locks an answer before the runs are measured, and then compares it with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple

import ipywidgets as widgets


class Tally(NamedTuple):
    """One answer with the number of runs for which it came true."""

    words: str
    runs: int
    predicted: bool  # True: the learner chose it
    happened: bool  # True: no other answer came true for more runs


class Question:
    """A question with its possible answers; only a measurement decides which one is right.

    Args:
        text: The question.
        answers: The words of each answer by its key.
    Raises:
        ValueError: If there are fewer than two answers.
    """

    def __init__(self, text: str, answers: Mapping[str, str]) -> None:
        if len(answers) < 2:
            raise ValueError(f"answers={dict(answers)!r}: at least two are needed to choose between")
        self.text = text
        self.answers = dict(answers)
        self.choice: str | None = None  # the learner's answer, once it is locked
        self.outcomes: Counter[str] | None = None  # runs for which each answer came true, once they are measured

    def lock(self, answer: str) -> None:
        """Fix the learner's answer for good; ValueError if it is unknown, or if one is locked already."""
        self._check(answer)
        if self.choice is not None:
            raise ValueError(f"answer={answer!r}: the prediction is locked, as {self.choice!r}")
        self.choice = answer

    def record(self, outcomes: Iterable[str]) -> None:
        """Store the answer that each run gave; ValueError if there is none, or if one is unknown."""
        counted = Counter(outcomes)
        for answer in counted:
            self._check(answer)
        if not counted:
            raise ValueError("outcomes: empty; one answer for each run is needed")
        self.outcomes = counted

    def _check(self, answer: str) -> None:
        if answer not in self.answers:
            raise ValueError(f"answer={answer!r}: allowed are {', '.join(map(repr, self.answers))}")

    def counts(self) -> list[Tally]:
        """Return each answer with its runs, in the order asked; nothing before the lock and the measurement."""
        if self.choice is None or self.outcomes is None:
            return []
        most, runs = max(self.outcomes.values()), self.outcomes
        return [Tally(text, runs[key], key == self.choice, runs[key] == most) for key, text in self.answers.items()]

    def summary(self) -> str:
        """Return the result as a sentence, which says nothing about the runs before the prediction is locked."""
        if self.outcomes is None:
            return "Not run yet."
        if self.choice is None:
            return "The runs are done. Lock your prediction above to see the result here."
        total, mine = self.outcomes.total(), self.outcomes[self.choice]
        if mine == max(self.outcomes.values()):
            return f"You predicted it: this happened in {mine} of {total} runs."
        return f"It went differently: your prediction came true in {mine} of {total} runs."


_questions: dict[str, Question] = {}  # the newest of each text


def list_questions() -> list[Question]:
    """Return all questions of this notebook so far; if one was asked again, only the newest."""
    return list(_questions.values())


class Prediction:
    """A question in the page, with a choice of answers and a button that locks it; a notebook shows it as widgets.

    Args:
        text: The question.
        answers: The words of each answer by its key, at least two.
    Raises:
        ValueError: If there are fewer than two answers.
    Example:
        >>> from toygan.teach import Prediction
        >>> modes = Prediction("How many modes are covered?", {"few": "one to three", "many": "four or more"})
        >>> shown = modes.compare(["few", "few", "many"])
        >>> "Lock your prediction" in shown.value
        True
        >>> modes.question.lock("few")
        >>> modes.question.summary()
        'You predicted it: this happened in 2 of 3 runs.'
    """

    def __init__(self, text: str, answers: Mapping[str, str]) -> None:
        self.question = _questions[text] = Question(text, answers)
        options = [(words, key) for key, words in self.question.answers.items()]
        self._choice = widgets.RadioButtons(options=options, value=None, layout=widgets.Layout(width="auto"))
        self._choice.add_class("toygan-prediction")
        as_its_words = widgets.Layout(width="auto", align_self="flex-start")
        self._lock = widgets.Button(description="Lock my prediction", icon="lock", disabled=True, layout=as_its_words)
        self._lock.add_class("toygan-lock")
        self._comparison = widgets.HTML()
        self._comparison.add_class("toygan-comparison")
        heading = widgets.HTML(f"<b>{escape(text)}</b>")
        self.box = widgets.VBox([heading, self._choice, self._lock])
        self._choice.observe(self._on_choice, names="value")
        self._lock.on_click(self._on_lock)

    def compare(self, outcomes: Iterable[str]) -> widgets.HTML:
        """Return the comparison with what the runs did, which stays hidden until the prediction is locked.

        Args:
            outcomes: The key of the answer that came true, for each run.
        Returns:
            A widget, which shows the comparison as soon as the prediction is locked.
        Raises:
            ValueError: If there is no outcome, or if one is not the key of an answer.
        """
        self.question.record(outcomes)
        self._show()
        return self._comparison

    def _on_choice(self, change: Any) -> None:
        self._lock.disabled = change["new"] is None or self.question.choice is not None

    def _on_lock(self, _: Any) -> None:
        self.question.lock(self._choice.value)
        self._choice.disabled = self._lock.disabled = True
        self._lock.description = "Locked"
        self._show()

    def _show(self) -> None:
        self._comparison.value = render_comparison(self.question)

    def _repr_mimebundle_(self, **how: Any) -> Any:
        return self.box._repr_mimebundle_(**how)


def render_comparison(question: Question) -> str:
    """Return the summary, and a bar of runs for every answer, as HTML."""
    counts = question.counts()
    total = sum(count.runs for count in counts)
    return f"<p style='font-size:1.1em'><b>{escape(question.summary())}</b></p>" + (
        f"<table style='border-spacing:.6em .2em'>{''.join(_render_row(c, total) for c in counts)}</table>"
        if counts
        else ""
    )


def _render_row(count: Tally, total: int) -> str:
    bar = f"<div style='background:#0072B2;height:1em;width:{10 * count.runs / total:.2f}em'></div>"
    words = f"<b>{escape(count.words)}</b>" if count.happened else escape(count.words)
    mine = "← your prediction" if count.predicted else ""
    cells = words, bar, f"{count.runs} of {total} runs", mine
    return "<tr>" + "".join(f"<td style='white-space:nowrap;min-width:4em'>{cell}</td>" for cell in cells) + "</tr>"
