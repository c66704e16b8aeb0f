"""A checkpoint continues its run, or is refused in one line: whatever is in it fits its recipes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from toygan import Recipe
from toygan.files import as_array, pack, unpack
from toygan.runs.checkpoint import resume, serialize
from toygan.runs.run import Run

SMALL = Recipe(width=4, batch=4)
Change = Callable[[dict[str, Any], dict[str, np.ndarray]], object]


@pytest.fixture(scope="module")
def content() -> bytes:
    run = Run(SMALL.seeds(2), every=2, n=20, limit=None)
    run.best = {}
    run.run(3)
    return serialize(run)


def changed(content: bytes, change: Change) -> bytes:
    words, arrays = unpack(content)
    change(words, arrays)
    return pack(words, arrays)


def put(name: str, array: Any) -> Change:
    return lambda words, arrays: arrays.__setitem__(name, np.asarray(array))


def say(name: str, value: Any) -> Change:
    return lambda words, arrays: words.__setitem__(name, value)


CHANGES: dict[str, Change] = {
    "no state": lambda words, arrays: arrays.pop("state"),
    "a state of words": put("state", as_array(b"words")),
    "a state of numbers": put("state", np.zeros(3)),
    "steps of words": put("steps", ["a", "b", "c"]),
    "steps of fractions": put("steps", np.zeros(3)),
    "fewer steps": put("steps", [0, 2]),
    "a table of steps": put("steps", [[0], [2], [3]]),
    "no steps": lambda words, arrays: arrays.pop("steps"),
    "one member that diverged": put("diverged-at", [-1]),
    "members that diverged at fractions": put("diverged-at", [-1.0, -1.0]),
    "a metric of one member": put("metric/loss-d", np.zeros((3, 1))),
    "a metric of words": put("metric/loss-d", [["a", "b"]] * 3),
    "a metric of one row": put("metric/loss-d", np.zeros(2)),
    "no samples": lambda words, arrays: arrays.pop("last/samples"),
    "samples of three dimensions": put("last/samples", np.zeros((2, 20, 3))),
    "samples of one member": put("last/samples", np.zeros((1, 20, 2))),
    "samples of words": put("last/samples", [[["a", "b"]]] * 2),
    "a last metric of one member": put("last/metric/loss-d", [0.0]),
    "shares of one member": put("last/shares", np.zeros((1, 8))),
    "averages of one dimension": put("last/average", np.zeros((2, 20, 1))),
    "a path without places": put("path/steps", [0, 1]),
    "a path in three dimensions": put("path/places", np.zeros((0, 2, 3))),
    "a best state of words": put("best/0", as_array(b"words")),
    "a best state of another seed": lambda words, arrays: arrays.__setitem__("best/0", arrays["best/1"]),
    "due at a word": say("due", "soon"),
    "due at infinity": say("due", float("inf")),
    "due nowhere": lambda words, arrays: words.pop("due"),
    "samples of a list": say("n", [20]),
    "a last step of words": say("last", "three"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_what_does_not_fit_the_recipes_is_refused_in_one_line(change: Change, content: bytes) -> None:
    with pytest.raises(ValueError, match="damaged, or not a checkpoint of toygan") as error:
        resume(changed(content, change), every=2, n=20)
    assert len(str(error.value).splitlines()) == 1


def test_a_checkpoint_without_best_states_keeps_those_that_come(content: bytes) -> None:
    def forget(words: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        for member in (0, 1):
            del arrays[f"best/{member}"]
        arrays["metric/sliced-w1"] = np.full((3, 2), 1e9)

    run = resume(changed(content, forget), every=2, n=20)
    assert run.best == {}
    run.run(2)
    assert run.best.keys() == {0, 1}


def test_what_was_not_changed_continues(content: bytes) -> None:
    run = resume(changed(content, say("since", 0)), every=2, n=20)
    whole = Run(SMALL.seeds(2), every=2, n=20, limit=None)
    whole.run(3)
    assert run.best is not None
    assert [run.best[member].steps for member in (0, 1)] == list(run.record.best_at)
    for one in (run, whole):
        one.run(4)
    np.testing.assert_array_equal(run.record.steps, whole.record.steps)
    np.testing.assert_array_equal(run.record.metric("loss-d"), whole.record.metric("loss-d"))
