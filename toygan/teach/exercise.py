"""An exercise: the learner writes a function, and the check says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

import torch
from torch import Tensor

from toygan.text import format_number

Answer = Callable[..., Any]


class Feedback(NamedTuple):
    """The result of a check; a notebook shows it with a mark and a colour.

    Args:
        right: True, False, or None if the exercise is not answered yet.
        words: A sentence that says why.
    Example:
        >>> from toygan.teach import Feedback
        >>> Feedback(None, "Not answered yet.").right is None
        True
    """

    right: bool | None
    words: str

    def _repr_html_(self) -> str:
        mark, colour = {True: ("✓", "#009E73"), False: ("✗", "#D55E00"), None: ("○", "#666666")}[self.right]
        return (
            f"<div class='toygan-feedback' style='border-left:.35em solid {colour};padding:.3em .8em;font-size:1.1em'>"
            f"<b style='color:color-mix(in srgb, {colour} 65%, currentcolor)'>{mark}</b> {escape(self.words)}</div>"
        )


class ExerciseMark(NamedTuple):
    """What a learner's answers to one exercise came to; after the right one nothing changes it."""

    right: bool = False
    tries: int = 0
    feedback: str = ""  # on the last of them

    def after(self, feedback: Feedback) -> ExerciseMark:
        """Return the mark after one more answer."""
        return self if self.right else ExerciseMark(bool(feedback.right), self.tries + 1, feedback.words)


_marks: dict[str, ExerciseMark] = {}  # by the name of the exercise


def list_marks() -> dict[str, ExerciseMark]:
    """Return the marks of all exercises with a name that were answered in this notebook."""
    return dict(_marks)


@dataclass(frozen=True)
class Exercise:
    """A function that the learner writes, with values to try it on, its solution, and hints for common mistakes.

    Args:
        arguments: The tensors that the answer is called with, by name, all of one shape.
        solution: A right answer: a function of these tensors, which returns a tensor of their shape.
        praise: The words for a right answer.
        mistakes: Common wrong answers, each by the hint that it gets [default: none].
        slope: The argument in which a player descends the answer, so that its slope is checked, too [default: none].
        wrong_slope: The words that follow on a slope of the wrong sign [default: none].
        name: The name of its mark in the answers file; a row of `EXERCISES` has that of the row [default: no mark].
    Example:
        >>> import torch
        >>> from toygan.teach import Exercise
        >>> square = Exercise({"x": torch.tensor([1.0, 3.0])}, lambda x: x**2, "Right.", {"Square it.": lambda x: x})
        >>> square.check(lambda x: x * x)
        Feedback(right=True, words='Right.')
        >>> square.check(lambda x: x).words
        'Square it.'
        >>> square.check(lambda x: x**3).words
        'At x = 3 your answer is 27; it should be 9.'
    """

    arguments: Mapping[str, Tensor]
    solution: Answer
    praise: str
    mistakes: Mapping[str, Answer] = field(default_factory=dict)
    slope: str = ""
    wrong_slope: str = ""
    name: str = ""

    def check(self, answer: Answer) -> Feedback:
        """Return what is wrong with an answer, in one sentence; nothing is raised, whatever the answer does.

        Args:
            answer: The learner's function.
        Returns:
            The feedback on it; `right` is None if the function is still to be written.
        """
        feedback = self._judge(answer)
        if self.name and feedback.right is not None:
            _marks[self.name] = _marks.get(self.name, ExerciseMark()).after(feedback)
        return feedback

    def _judge(self, answer: Answer) -> Feedback:
        values = {name: x.clone().requires_grad_() for name, x in self.arguments.items()}
        try:
            given = answer(*values.values())
        except NotImplementedError:
            given = None
        except Exception as error:
            return Feedback(False, f"Your function stopped with {type(error).__name__}: {error}")
        if given is None or given is ...:
            return Feedback(None, "Not answered yet: replace the ... by your answer and run the cell again.")
        fault = (
            self._check_form(given)
            or self._find_mistake(given)
            or self._check_slope(given, values)
            or self._check_value(given)
        )
        return Feedback(False, fault) if fault else Feedback(True, self.praise)

    @property
    def _expected(self) -> Tensor:
        expected: Tensor = self.solution(*self.arguments.values())
        return expected

    def _check_form(self, given: Any) -> str | None:
        shape = tuple(self._expected.shape)
        if not isinstance(given, Tensor):
            return f"Your function returns {_name_type(given)}; it should return a tensor, computed from {self._names}."
        if given.ndim == 0:
            return f"Your function returns one number; it should return one for each value of {self._names} (no mean)."
        if tuple(given.shape) != shape:
            return f"Your function returns the shape {tuple(given.shape)} for {self._names} of shape {shape}."
        return None

    def _find_mistake(self, given: Tensor) -> str | None:
        if _same(given, self._expected):
            return None
        for hint, mistake in self.mistakes.items():
            if _same(given, mistake(*self.arguments.values())):
                return hint
        return None

    def _check_slope(self, given: Tensor, values: Mapping[str, Tensor]) -> str | None:
        if not self.slope:
            return None
        if not given.requires_grad:
            return "No gradient flows back through your answer: use torch's functions all the way."
        x = self.arguments[self.slope].clone().requires_grad_()
        others = {**self.arguments, self.slope: x}
        (wanted,) = torch.autograd.grad(self.solution(*others.values()).sum(), x)
        (mine,) = torch.autograd.grad(
            given.sum(), values[self.slope], retain_graph=True, allow_unused=True, materialize_grads=True
        )
        wrong = (mine.sign() != wanted.sign()) & (wanted.abs() > 1e-3)
        if not wrong.any() or not given.isfinite().all():
            return None
        at = _argmax(wrong * (1e-9 + mine.abs() * wanted.abs()))
        slopes = f"the slope of your answer is {_sign(mine[at])}; it should be {_sign(wanted[at])}."
        return f"At {self._name_place(at)} {slopes} {self.wrong_slope}".strip()

    def _check_value(self, given: Tensor) -> str | None:
        expected = self._expected
        if _same(given, expected):
            return None
        error = (given - expected).abs() / (1 + expected.abs())
        at = _argmax(torch.nan_to_num(error, nan=torch.inf))
        return f"At {self._name_place(at)} your answer is {_write(given[at])}; it should be {_write(expected[at])}."

    def _name_place(self, at: tuple[int, ...]) -> str:
        return ", ".join(f"{name} = {_write(x[at])}" for name, x in self.arguments.items())

    @property
    def _names(self) -> str:
        return " and ".join(self.arguments)


def _same(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a.detach().to(b), b, rtol=1e-3, atol=1e-5)


def _argmax(score: Tensor) -> tuple[int, ...]:
    """Return the index of the highest score."""
    return tuple(int(i) for i in torch.unravel_index(score.double().argmax(), score.shape))


def _write(x: Tensor) -> str:
    """Return a number with four digits, or Python's "nan"."""
    return "nan" if x.isnan() else format_number(x.item(), 4)


def _sign(x: Tensor) -> str:
    """Return a number with its sign and three digits."""
    return "+" * bool(x >= 0) + format_number(x.item())


def _name_type(thing: Any) -> str:
    name = type(thing).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
