"""A prediction is made before the run is seen, and only a run says which answer was right."""

import pytest

from toygan.teach.prediction import Prediction, Question, render_comparison

ANSWERS = {"one": "It sits on one mode", "both": "It covers <both> modes", "none": "Neither"}


@pytest.fixture
def question():
    return Question("What does it do?", ANSWERS)


def test_nothing_of_the_runs_is_shown_before_the_prediction_is_locked(question):
    question.record(["both"] * 16)
    assert question.counts() == []
    assert "both" not in render_comparison(question)
    assert "16" not in render_comparison(question)


def test_nothing_is_claimed_before_the_runs_are_measured(question):
    question.lock("one")
    assert question.counts() == []
    assert question.summary() == "Not run yet."


@pytest.mark.parametrize("locked_first", [True, False])
def test_the_answer_true_of_most_runs_is_the_right_one(question, locked_first):
    steps = [lambda: question.lock("one"), lambda: question.record(["one"] * 11 + ["both"] * 5)]
    for step in steps if locked_first else reversed(steps):
        step()
    assert [(c.runs, c.predicted, c.happened) for c in question.counts()] == [
        (11, True, True),
        (5, False, False),
        (0, False, False),
    ]
    assert question.summary() == "You predicted it: this happened in 11 of 16 runs."


def test_a_prediction_of_the_rarer_answer_is_told_how_rare_it_was(question):
    question.lock("both")
    question.record(["one"] * 11 + ["both"] * 5)
    assert question.summary() == "It went differently: your prediction came true in 5 of 16 runs."


def test_a_prediction_counts_as_right_where_two_answers_tie(question):
    question.lock("both")
    question.record(["one", "both"])
    assert question.summary().startswith("You predicted it")


def test_a_locked_prediction_stays(question):
    question.lock("one")
    with pytest.raises(ValueError, match="answer='both': the prediction is locked, as 'one'"):
        question.lock("both")
    assert question.choice == "one"


def test_measuring_again_replaces_the_runs(question):
    question.lock("one")
    question.record(["both"] * 4)
    question.record(["one"] * 2)
    assert [c.runs for c in question.counts()] == [2, 0, 0]


def test_wrong_use_is_told_at_once(question):
    with pytest.raises(ValueError, match="answer='two': allowed are 'one', 'both', 'none'"):
        question.lock("two")
    with pytest.raises(ValueError, match="answer='two'"):
        question.record(["one", "two"])
    with pytest.raises(ValueError, match="outcomes: empty"):
        question.record([])
    with pytest.raises(ValueError, match="at least two"):
        Question("?", {"only": "one"})


def test_the_page_shows_every_answer_with_its_runs_as_text(question):
    question.lock("one")
    question.record(["one"] * 11 + ["both"] * 5)
    page = render_comparison(question)
    assert "11 of 16 runs" in page
    assert "It covers &lt;both&gt; modes" in page
    assert page.count("your prediction") == 1


def test_the_widgets_lock_once_and_then_reveal():
    prediction = Prediction("What does it do?", ANSWERS)
    _, choice, lock = prediction.box.children
    assert choice.value is None
    assert lock.disabled
    shown = prediction.compare(["both"] * 3)
    assert "Lock your prediction" in shown.value
    choice.value = "both"
    assert not lock.disabled
    lock.click()
    assert choice.disabled
    assert lock.disabled
    assert "this happened in 3 of 3 runs" in shown.value
