"""An exercise: the learner writes a function, and the check says what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import softplus

from toygan.parts.losses import LOSSES
from toygan.parts.menu import Menu

Answer = Callable[..., Any]


class Verdict(NamedTuple):
    """What the check found: right, wrong, or (None) not answered yet, with a sentence that helps."""

    right: bool | None
    words: str

    def _repr_html_(self) -> str:
        mark, colour = {True: ("✓", "#009E73"), False: ("✗", "#D55E00"), None: ("○", "#666666")}[self.right]
        return (
            f"<div class='toygan-verdict' style='border-left:.35em solid {colour};padding:.3em .8em;font-size:1.1em'>"
            f"<b style='color:{colour}'>{mark}</b> {escape(self.words)}</div>"
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

    def check(self, answer: Answer) -> Verdict:
        """What is wrong with the answer, in one sentence; whatever the answer does, nothing is raised."""
        values = {name: x.clone().requires_grad_() for name, x in self.arguments.items()}
        try:
            given = answer(*values.values())
        except NotImplementedError:
            given = None
        except Exception as error:
            return Verdict(False, f"Your function stopped with {type(error).__name__}: {error}")
        if given is None or given is ...:
            return Verdict(None, "Not answered yet: replace the ... by your answer and run the cell again.")
        trouble = self._form(given) or self._known_mistake(given) or self._slope(given, values) or self._value(given)
        return Verdict(False, trouble) if trouble else Verdict(True, self.praise)

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


LOGITS = torch.tensor([[-200.0, -4.0, -1.0, 0.0], [0.5, 2.0, 5.0, 200.0]])
DENSITIES = torch.tensor([0.8, 0.5, 0.3, 0.25, 0.02, 1e-6]), torch.tensor([1e-6, 0.1, 0.3, 0.5, 0.9, 0.7])

EXERCISES: Menu[Exercise] = Menu(
    {
        "best-discriminator": Exercise(
            arguments={"p": DENSITIES[0], "q": DENSITIES[1]},
            solution=lambda p, q: p / (p + q),
            praise="Right: real samples' share of all samples at x. Where p = q it is 1/2: nobody can tell.",
            mistakes={
                "This is 1 where all samples are generated: p belongs to real data, and D says 1 for real.": (
                    lambda p, q: q / (p + q)
                ),
                "This is the odds, real to generated; a probability is a share of the whole, between 0 and 1.": (
                    lambda p, q: p / q
                ),
                "This is D's best logit. The sigmoid turns it into the probability that is asked for.": (
                    lambda p, q: (p / q).log()
                ),
                "This looks at real data alone: where generated samples are twice as dense, D should say less.": (
                    lambda p, q: p
                ),
                "This is a difference: it is negative where q is larger, and a probability is not.": lambda p, q: p - q,
                "Half of it is right: D sees as many generated as real samples, so compare p with p + q.": (
                    lambda p, q: p / (p + q) / 2
                ),
            },
        ),
        "reversed-target": Exercise(
            arguments={"a": LOGITS},
            solution=LOSSES["non-saturating"].for_generator,
            praise="Right: steep exactly where D rejects a sample, flat where D is fooled already.",
            mistakes={
                "This is the minimax term, log(1 - D): it is flat where D rejects the sample, the very trouble.": (
                    lambda a: -softplus(a)
                ),
                "This is what D minimises on generated samples: descending it makes G's samples look more generated.": (
                    softplus
                ),
                "The sign is turned: G descends its loss, and this one falls as the logit falls.": (
                    lambda a: -softplus(-a)
                ),
                "The formula is right, but a computer's sigmoid(-200) is 0, and log 0 is infinite: use softplus.": (
                    lambda a: -torch.log(torch.sigmoid(a))
                ),
                "This is D itself, not its logarithm: it is flat at both ends.": torch.sigmoid,
                "This is -D, without the logarithm: it is flat where D rejects the sample, too.": (
                    lambda a: -torch.sigmoid(a)
                ),
                "This is the Wasserstein generator's term: it never goes flat, but it is not -log D.": lambda a: -a,
            },
            slope="a",
            wrong_slope="G descends this, and it wants D's logit on its samples to rise.",
        ),
        "covered-mode": Exercise(
            arguments={
                "m": torch.tensor([1.0, 1.0, 2.0, 3.0, 7.0, 8.0, 5.0]),
                "K": torch.tensor([2.0, 8.0, 8.0, 4.0, 8.0, 8.0, 25.0]),
            },
            solution=lambda m, k: m / (m + k),
            praise="Right: one number for the whole mode. D is not fooled, but flat: nothing there for G to climb.",
            mistakes={
                "This is p/q on the mode, the odds; D is p's share of the whole, p / (p + q).": lambda m, k: m / k,
                "This is the probability that a sample on the mode is generated; D says how likely it is real.": (
                    lambda m, k: k / (m + k)
                ),
                "This is D's best logit there. The sigmoid turns it into the answer that is asked for.": (
                    lambda m, k: (m / k).log()
                ),
                "This is the answer at equilibrium: it is right only where all modes are covered, m = K.": (
                    lambda m, k: torch.full_like(m, 0.5)
                ),
                "You took p = 1 on the mode; only 1/K of the data is there.": lambda m, k: m / (m + 1),
                "You took q = 1 on the mode; G has m modes, so 1/m of its samples are there.": lambda m, k: 1 / (1 + k),
                "This is the share of modes that are missing; ask how dense p and q are on a mode that is not.": (
                    lambda m, k: 1 - m / k
                ),
            },
        ),
        "r1-of-a-line": Exercise(
            arguments={
                "psi": torch.tensor([-2.0, -0.5, 0.0, 0.3, 1.0, 3.0]),
                "gamma": torch.tensor([0.1, 1.0, 0.3, 2.0, 0.5, 0.1]),
            },
            solution=lambda psi, gamma: gamma / 2 * psi**2,
            praise="Right: its slope is gamma times psi, a friction in proportion to how steep D is.",
            mistakes={
                "Twice too much: R1 is gamma / 2 times the square. Codes that leave out the half double gamma.": (
                    lambda psi, gamma: gamma * psi**2
                ),
                "This asks for a slope of 1, as WGAN-GP does; at equilibrium it would push D away from 0.": (
                    lambda psi, gamma: gamma / 2 * (psi.abs() - 1) ** 2
                ),
                "This is the length of the slope; R1 takes its square, which pulls less and less as psi gets small.": (
                    lambda psi, gamma: gamma / 2 * psi.abs()
                ),
                "This is the pull, the derivative of the penalty; D adds the penalty to its loss.": (
                    lambda psi, gamma: gamma * psi
                ),
                "The sign is turned: D descends its loss, and this one rewards steepness.": (
                    lambda psi, gamma: -gamma / 2 * psi**2
                ),
            },
            slope="psi",
            wrong_slope="D descends this, and its slope psi should shrink towards 0.",
        ),
    }
)
