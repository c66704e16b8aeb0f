"""A prediction: chosen and locked before the run is seen, then compared with what the run measured."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, NamedTuple

import ipywidgets as widgets


class Count(NamedTuple):
    """One answer beside the runs that it was true of."""

    words: str
    runs: int
    predicted: bool  # whether the learner chose it
    happened: bool  # whether no other answer was true of more runs


class Question:
    """A question with its possible answers, key by key; it knows no right one until a measurement brings it.

    Raises ValueError for fewer than two answers.
    """

    def __init__(self, text: str, answers: Mapping[str, str]) -> None:
        if len(answers) < 2:
            raise ValueError(f"answers={dict(answers)!r}: at least two are needed to choose between")
        self.text = text
        self.answers = dict(answers)
        self.choice: str | None = None  # the learner's answer, once it is locked
        self.outcomes: Counter[str] | None = None  # how many runs each answer was true of, once they are measured

    def lock(self, answer: str) -> None:
        """Fixes the learner's answer, for good: ValueError for an unknown answer or a second one."""
        self._known(answer)
        if self.choice is not None:
            raise ValueError(f"answer={answer!r}: the prediction is locked, as {self.choice!r}")
        self.choice = answer

    def record(self, outcomes: Iterable[str]) -> None:
        """Takes in the answer that each run gave; ValueError for none or for an unknown one."""
        counted = Counter(outcomes)
        for answer in counted:
            self._known(answer)
        if not counted:
            raise ValueError("outcomes: empty; one answer for each run is needed")
        self.outcomes = counted

    def _known(self, answer: str) -> None:
        if answer not in self.answers:
            raise ValueError(f"answer={answer!r}: allowed are {', '.join(map(repr, self.answers))}")

    def counts(self) -> list[Count]:
        """Every answer beside its runs, in the order asked; none before the lock and the measurement."""
        if self.choice is None or self.outcomes is None:
            return []
        most, runs = max(self.outcomes.values()), self.outcomes
        return [Count(text, runs[key], key == self.choice, runs[key] == most) for key, text in self.answers.items()]

    def summary(self) -> str:
        """What can be said by now, in a sentence: nothing of the runs before the prediction is locked."""
        if self.outcomes is None:
            return "Not run yet."
        if self.choice is None:
            return "The runs are done. Lock your prediction above, and what they did appears here."
        total, mine = self.outcomes.total(), self.outcomes[self.choice]
        if mine == max(self.outcomes.values()):
            return f"You predicted it: so went {mine} of {total} runs."
        return f"It went differently: what you predicted happened in {mine} of {total} runs."


_asked: dict[str, Question] = {}  # the newest of each text


def asked() -> list[Question]:
    """All questions of this notebook so far; of one that was asked again, the newest."""
    return list(_asked.values())


class Prediction:
    """A question as a choice with a lock in the page; `compare` shows, once it is locked, what the runs did."""

    def __init__(self, text: str, answers: Mapping[str, str]) -> None:
        self.question = _asked[text] = Question(text, answers)
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
        """The comparison with the answer that each run gave: hidden until the prediction is locked."""
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
        self._comparison.value = comparison(self.question)

    def _repr_mimebundle_(self, **how: Any) -> Any:
        return self.box._repr_mimebundle_(**how)


def comparison(question: Question) -> str:
    """The summary, and a bar of runs for every answer, as HTML."""
    counts = question.counts()
    total = sum(count.runs for count in counts)
    return f"<p style='font-size:1.1em'><b>{escape(question.summary())}</b></p>" + (
        f"<table style='border-spacing:.6em .2em'>{''.join(_row(c, total) for c in counts)}</table>" if counts else ""
    )


def _row(count: Count, total: int) -> str:
    bar = f"<div style='background:#0072B2;height:1em;width:{10 * count.runs / total:.2f}em'></div>"
    words = f"<b>{escape(count.words)}</b>" if count.happened else escape(count.words)
    mine = "← your prediction" if count.predicted else ""
    cells = words, bar, f"{count.runs} of {total} runs", mine
    return "<tr>" + "".join(f"<td style='white-space:nowrap;min-width:4em'>{cell}</td>" for cell in cells) + "</tr>"
