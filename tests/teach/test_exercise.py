"""An exercise's check accepts every right answer, and says of a wrong one what is wrong with it."""

import math
import re

import pytest
import torch
from torch.nn.functional import logsigmoid, softplus

from toygan.chart.page import contrast
from toygan.chart.style import DARK, LIGHT, rgb
from toygan.measure.theory import optimal_discriminator
from toygan.teach import EXERCISES
from toygan.teach.exercise import Feedback

BEST, REVERSED = EXERCISES["best-discriminator"], EXERCISES["reversed-target"]
MISTAKES = [(name, hint) for name, exercise in EXERCISES.items() for hint in exercise.mistakes]


@pytest.mark.parametrize("right", [True, False, None])
@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_the_mark_of_a_verdict_can_be_read_in_both_themes(right, palette):
    html = Feedback(right, "words")._repr_html_()
    colour, share = re.search(r"color-mix\(in srgb, (#\w{6}) (\d+)%, currentcolor\)", html).groups()
    mixed = int(share) / 100 * rgb(colour) + (1 - int(share) / 100) * rgb(palette.ink)
    assert contrast(mixed, rgb(palette.paper)) >= 4.5


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_passes(name):
    exercise = EXERCISES[name]
    assert exercise.check(exercise.solution) == (True, exercise.praise)


@pytest.mark.parametrize("name", EXERCISES)
def test_at_least_four_typical_mistakes_are_known(name):
    assert len(EXERCISES[name].mistakes) >= 4


@pytest.mark.parametrize(("name", "hint"), MISTAKES)
def test_every_known_mistake_gets_its_own_hint(name, hint):
    exercise = EXERCISES[name]
    assert exercise.check(exercise.mistakes[hint]) == (False, hint)


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("blank", [lambda *_: None, lambda *_: ...])
def test_an_untouched_answer_is_not_answered_yet(name, blank):
    assert EXERCISES[name].check(blank).right is None


def test_an_answer_that_is_yet_to_be_implemented_is_not_answered_yet():
    def answer(a):
        raise NotImplementedError

    assert REVERSED.check(answer).right is None


@pytest.mark.parametrize(
    "answer", [lambda a: softplus(-a), lambda a: -logsigmoid(a), lambda a: torch.logaddexp(torch.zeros_like(a), -a)]
)
def test_the_reversed_target_may_be_written_in_any_safe_way(answer):
    assert REVERSED.check(answer).right


@pytest.mark.parametrize(
    "answer", [lambda p, q: 1 / (1 + q / p), lambda p, q: torch.sigmoid(torch.log(p) - torch.log(q))]
)
def test_the_best_discriminator_may_be_written_in_any_way(answer):
    assert BEST.check(answer).right


@pytest.mark.parametrize("covered", range(1, 9))
def test_the_answer_on_a_covered_mode_is_that_of_the_best_discriminator(covered):
    means, widths = tuple(6.0 * mode for mode in range(8)), (1.0,) * 8
    data, generated = (
        f"mixture1d(means={means[:k]}, shares={(1 / k,) * k}, widths={widths[:k]})" for k in (8, covered)
    )
    on_the_mode = torch.linspace(-1.5, 1.5, 7)[:, None]
    best = torch.sigmoid(optimal_discriminator(data, on_the_mode, generated))
    mine = EXERCISES["covered-mode"].solution(torch.tensor(float(covered)), torch.tensor(8.0))
    assert best.tolist() == pytest.approx([mine.item()] * 7, rel=1e-3)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda a: softplus(-a).mean(), "one number"),
        (lambda a: softplus(-a).mean(-1), r"shape (2,)"),
        (lambda a: 3.0, "returns a float"),
        (lambda a: a.nope, "AttributeError"),
        (lambda: 0, "TypeError"),
        (lambda a: softplus(-a.detach()) + 1, "No gradient flows back"),
        (lambda a: softplus(a) + 1, "slope of your answer is +0.5; it should be -0.5"),
        (lambda a: 2 * softplus(-a), "At a = -200 your answer is 400; it should be 200."),
        (lambda a: softplus(-a) * math.nan, "your answer is nan"),
        (lambda a: 1e7 * softplus(-a), "your answer is 2,000,000,000; it should be 200."),
    ],
)
def test_the_check_names_what_is_wrong(answer, says):
    right, words = REVERSED.check(answer)
    assert right is False
    assert says in words


def test_the_check_changes_nothing_of_the_exercise():
    def greedy(a):
        with torch.no_grad():
            a.zero_()
        return a

    assert REVERSED.check(greedy).right is False
    assert REVERSED.check(REVERSED.solution).right


def test_feedback_is_shown_as_text_not_as_markup():
    feedback = REVERSED.check(lambda a: a["<b>"])
    assert "<b>&" not in feedback._repr_html_()
    assert "toygan-feedback" in feedback._repr_html_()
