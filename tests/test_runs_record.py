"""A history is bounded, evenly spread over the whole run, and always holds its first and its newest snapshot."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from toygan import Recipe, Snapshot
from toygan.runs.history import History


def snapshot(step: int, members: int = 2, **metrics: float) -> Snapshot:
    metrics = metrics or {"loss-g": step}
    return Snapshot(
        step=step,
        samples=torch.zeros(members, 1, 2),
        metrics={
            name: value + np.arange(members, dtype=float) for name, value in (metrics or {"loss-g": step}).items()
        },
        shares=np.zeros((members, 8)),
        diverged_at=np.full(members, -1),
        recipes=tuple(Recipe(seed=s) for s in range(members)),
    )


@pytest.mark.parametrize("limit", [2, 3, 10, 11])
def test_thinning_keeps_first_and_newest_evenly_and_never_more_than_the_limit(limit):
    history = History(limit)
    for step in range(0, 3000, 3):
        history.add(snapshot(step))
        assert len(history) == len(history.steps) <= limit + 1
        assert history.steps[0] == 0
        assert history.steps[-1] == step
        gaps = np.diff(history.steps)
        assert len(set(gaps[:-1])) <= 1, "evenly spread, but for the newest row"
        if len(gaps) > 1:
            assert gaps[-1] <= gaps[0]
    assert len(history) >= limit // 2
    assert np.array_equal(history.metric("loss-g"), history.steps[:, None] + [[0.0, 1.0]])


def test_every_row_is_held_while_they_fit():
    history = History(limit=50)
    for step in range(50):
        history.add(snapshot(step))
    assert np.array_equal(history.steps, np.arange(50))


def test_what_diverged_or_was_not_taken_is_nan():
    history = History()
    history.add(snapshot(0, **{"loss-g": 1.0}))
    late = snapshot(1, **{"loss-d": 5.0})
    late.diverged_at[0] = 1
    history.add(late)
    assert np.array_equal(history.metric("loss-g"), [[1, 2], [np.nan, np.nan]], equal_nan=True)
    assert np.array_equal(history.metric("loss-d"), [[np.nan, np.nan], [np.nan, 6]], equal_nan=True)
    assert np.isnan(history.metric("no such metric")).all()
    assert history.metric("no such metric").shape == (2, 2)


def test_what_is_not_finite_is_nan():
    history = History()
    for step, value in enumerate((np.inf, -np.inf, np.nan, 1.0)):
        history.add(snapshot(step, **{"gradient-norm-d": value}))
    assert np.array_equal(np.isfinite(history.metric("gradient-norm-d")[:, 0]), [False, False, False, True])


def test_a_rewound_run_goes_on_from_where_it_was_rewound_to():
    history = History()
    for step in range(10):
        history.add(snapshot(step))
    history.truncate(4)
    assert history.steps[-1] == 4
    assert history.last is None
    history.add(snapshot(7))
    assert list(history.steps) == [0, 1, 2, 3, 4, 7]


def test_an_iteration_that_is_held_is_replaced_with_all_that_followed():
    history = History()
    for step in (0, 5, 10):
        history.add(snapshot(step))
    newer = snapshot(5, **{"loss-g": -1.0})
    history.add(newer)
    assert list(history.steps) == [0, 5]
    assert history.metric("loss-g")[-1, 0] == -1
    assert history.last is newer


def test_a_history_belongs_to_one_population():
    history = History()
    history.add(snapshot(0, members=2))
    with pytest.raises(ValueError, match="3 members; this history holds 2"):
        history.add(snapshot(1, members=3))
    with pytest.raises(ValueError, match="limit=1: at least 2"):
        History(1)
