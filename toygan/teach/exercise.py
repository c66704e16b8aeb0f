"""An exercise: the learner writes a function, and the check says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

import torch
from torch import Tensor

Answer = Callable[..., Any]


class Feedback(NamedTuple):
    """What the check found: right, wrong, or (None) not answered yet, with a sentence that helps."""

    right: bool | None
    words: str

    def _repr_html_(self) -> str:
        mark, colour = {True: ("✓", "#009E73"), False: ("✗", "#D55E00"), None: ("○", "#666666")}[self.right]
        return (
            f"<div class='toygan-feedback' style='border-left:.35em solid {colour};padding:.3em .8em;font-size:1.1em'>"
            f"<b style='color:color-mix(in srgb, {colour} 65%, currentcolor)'>{mark}</b> {escape(self.words)}</div>"
        )


@dataclass(frozen=True)
class Exercise:
    """A function to be written: values to try it on, the solution, and wrong answers that have a hint of their own."""

    arguments: Mapping[str, Tensor]  # what the answer is called with, by name, all of one shape
    solution: Answer
    praise: str
    mistakes: Mapping[str, Answer] = field(default_factory=dict)  # hint: the wrong answer that deserves it
    slope: str = ""  # the argument in which the answer is descended; "" where only values count
    wrong_slope: str = ""  # what a slope of the wrong sign does

    def check(self, answer: Answer) -> Feedback:
        """What is wrong with the answer, in one sentence; whatever the answer does, nothing is raised."""
        values = {name: x.clone().requires_grad_() for name, x in self.arguments.items()}
        try:
            given = answer(*values.values())
        except NotImplementedError:
            given = None
        except Exception as error:
            return Feedback(False, f"Your function stopped with {type(error).__name__}: {error}")
        if given is None or given is ...:
            return Feedback(None, "Not answered yet: replace the ... by your answer and run the cell again.")
        trouble = self._form(given) or self._known_mistake(given) or self._slope(given, values) or self._value(given)
        return Feedback(False, trouble) if trouble else Feedback(True, self.praise)

    @property
    def _expected(self) -> Tensor:
        expected: Tensor = self.solution(*self.arguments.values())
        return expected

    def _form(self, given: Any) -> str | None:
        shape = tuple(self._expected.shape)
        if not isinstance(given, Tensor):
            return f"Your function returns {_article(given)}; it should return a tensor, computed from {self._names}."
        if given.ndim == 0:
            return f"Your function returns one number; it should return one for each value of {self._names} (no mean)."
        if tuple(given.shape) != shape:
            return f"Your function returns the shape {tuple(given.shape)} for {self._names} of shape {shape}."
        return None

    def _known_mistake(self, given: Tensor) -> str | None:
        if _same(given, self._expected):
            return None
        for hint, mistake in self.mistakes.items():
            if _same(given, mistake(*self.arguments.values())):
                return hint
        return None

    def _slope(self, given: Tensor, values: Mapping[str, Tensor]) -> str | None:
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
        at = _index(wrong * (1e-9 + mine.abs() * wanted.abs()))
        return (
            f"At {self._at(at)} the slope of your answer is {mine[at]:+.3g}; it should be {wanted[at]:+.3g}. "
            f"{self.wrong_slope}".strip()
        )

    def _value(self, given: Tensor) -> str | None:
        expected = self._expected
        if _same(given, expected):
            return None
        error = (given - expected).abs() / (1 + expected.abs())
        at = _index(torch.nan_to_num(error, nan=torch.inf))
        return f"At {self._at(at)} your answer is {given[at]:.4g}; it should be {expected[at]:.4g}."

    def _at(self, at: tuple[int, ...]) -> str:
        return ", ".join(f"{name} = {x[at]:.4g}" for name, x in self.arguments.items())

    @property
    def _names(self) -> str:
        return " and ".join(self.arguments)


def _same(a: Tensor, b: Tensor) -> bool:
    return torch.allclose(a.detach().to(b), b, rtol=1e-3, atol=1e-5)


def _index(score: Tensor) -> tuple[int, ...]:
    """Where the score is highest."""
    return tuple(int(i) for i in torch.unravel_index(score.double().argmax(), score.shape))


def _article(thing: Any) -> str:
    name = type(thing).__name__
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"
