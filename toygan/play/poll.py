"""A question to a class about a run: the teacher counts hands, and the run answers when it has come far enough."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

import anywidget
import numpy as np
import traitlets

from toygan.chart import page
from toygan.knobs import RecipeError, check_count
from toygan.parts.metrics import live_metrics
from toygan.text import format_number

FOLDER = Path(__file__).parent
MOST_LETTERS, MOST_CHOICES, MOST_ITERATIONS = 300, 8, 1_000_000
DIVERGED = -1  # of a seed that gives no answer


@dataclass(frozen=True)
class Poll:
    """A question whose answer is a metric of the run at one iteration, cut into choices.

    Args:
        question: The question, in plain text.
        metric: A metric that a playground measures.
        at: The iteration at which the run answers.
        bounds: Rising numbers between two choices each: a choice begins at its bound.
    Raises:
        RecipeError: If a field is not allowed.
    Example:
        >>> from toygan import Poll
        >>> poll = Poll("How many modes at iteration 1000?", "modes-covered", at=1000, bounds=(3, 6))
        >>> poll.choices
        ['below 3', 'from 3 to below 6', '6 or more']
        >>> poll.answer(4)
        1
    """

    question: str
    metric: str = "modes-covered"
    at: int = 1000
    bounds: tuple[float, ...] = field(default=(4, 8))

    def __post_init__(self) -> None:
        if not isinstance(self.question, str) or not 1 <= len(self.question) <= MOST_LETTERS:
            raise RecipeError("question", self.question, f"must be text of 1 to {MOST_LETTERS} letters")
        if self.metric not in live_metrics():
            raise RecipeError("metric", self.metric, f"must be one of {', '.join(live_metrics())}")
        check_count("at", self.at, MOST_ITERATIONS)
        object.__setattr__(self, "bounds", _check_bounds(self.bounds))

    @property
    def choices(self) -> list[str]:
        """The choices in words."""
        words = [format_number(bound) for bound in self.bounds]
        between = [f"from {low} to below {high}" for low, high in pairwise(words)]
        return [f"below {words[0]}", *between, f"{words[-1]} or more"]

    def answer(self, value: float) -> int:
        """Return the number of the choice that a value falls into, or -1 for NaN."""
        return DIVERGED if np.isnan(value) else bisect_right(self.bounds, value)

    def outcomes(self, steps: np.ndarray, values: np.ndarray) -> list[int] | None:
        """Return the choice of each seed from the rows of a record.

        Args:
            steps: Iterations `(T,)`.
            values: The metric `(T, P)`.
        Returns:
            P numbers of choices, or None if the iterations end before `at`.
        """
        if not len(steps) or steps[-1] < self.at:
            return None
        return [self.answer(float(value)) for value in values[np.searchsorted(steps, self.at)]]


def _check_bounds(bounds: Any) -> tuple[float, ...]:
    try:
        several = tuple(float(bound) for bound in bounds)
    except (TypeError, ValueError):
        several = ()
    rises = all(low < high for low, high in pairwise(several))
    if not 1 <= len(several) < MOST_CHOICES or not np.isfinite(several).all() or not rises:
        raise RecipeError("bounds", bounds, f"must be 1 to {MOST_CHOICES - 1} numbers, each above the one before")
    return several


class PollCard(anywidget.AnyWidget):
    """A poll in the page: hands are counted by keys and buttons, and stand beside what the seeds did.

    Args:
        poll: The question.
    """

    _esm = page.join_modules(page.FOLDER / "elements.js", FOLDER / "poll.js")
    _css = (FOLDER / "poll.css").read_text(encoding="utf-8")
    question = traitlets.Unicode().tag(sync=True)
    choices: Any = traitlets.List(traitlets.Unicode()).tag(sync=True)
    hands: Any = traitlets.List(traitlets.Int(min=0)).tag(sync=True)  # counted for each choice
    runs: Any = traitlets.List(traitlets.Int()).tag(sync=True)  # seeds that ended in each choice; empty before
    words = traitlets.Unicode().tag(sync=True)  # what came out

    def __init__(self, poll: Poll) -> None:
        self.poll = poll
        choices = poll.choices
        super().__init__(question=poll.question, choices=choices, hands=[0] * len(choices), words=self._ahead)
        self.add_class("toygan-poll")

    @property
    def _ahead(self) -> str:
        return (
            f"The run answers at iteration {self.poll.at:,}. Count hands with the keys 1 to {len(self.poll.choices)}."
        )

    def follow(self, steps: np.ndarray, values: np.ndarray) -> None:
        """Show what the seeds did, by the iterations `(T,)` and the metric `(T, P)`, if they have come so far."""
        outcomes = self.poll.outcomes(steps, values)
        runs = [] if outcomes is None else [outcomes.count(choice) for choice in range(len(self.choices))]
        if runs != self.runs:
            self.runs = runs
            self.words = self._ahead if outcomes is None else self.summarise(runs, len(outcomes))

    def summarise(self, runs: Sequence[int], seeds: int) -> str:
        """Return what came out beside what most hands said, in words."""
        best = max(range(len(runs)), key=runs.__getitem__)
        came = f"{self.choices[best]}: {runs[best]} of {seeds} seeds."
        if not any(self.hands):
            return came
        said = max(range(len(runs)), key=self.hands.__getitem__)
        most = f"{self.hands[said]} of {sum(self.hands)} hands"
        if said == best:
            return f"{came} Most said so: {most}."
        return f"{came} Most said {self.choices[said]}: {most}, and {runs[said]} of {seeds} seeds."

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.poll.question)}</p>"
