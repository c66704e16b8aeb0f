"""A record is bounded, evenly spread over the whole run, and always holds its first and its newest snapshot."""

from __future__ import annotations

import gc
import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import torch

from toygan import Recipe, Snapshot
from toygan.runs.record import Record


def snapshot(step: int, members: int = 2, **metrics: float) -> Snapshot:
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
    record = Record(limit)
    for step in range(0, 3000, 3):
        record.add(snapshot(step))
        assert len(record) == len(record.steps) <= limit + 1
        assert record.steps[0] == 0
        assert record.steps[-1] == step
        gaps = np.diff(record.steps)
        assert len(set(gaps[:-1])) <= 1, "evenly spread, but for the newest row"
        if len(gaps) > 1:
            assert gaps[-1] <= gaps[0]
    assert len(record) >= limit // 2
    assert np.array_equal(record.metric("loss-g"), record.steps[:, None] + [[0.0, 1.0]])


def test_four_times_as_many_measurements_take_no_more_memory() -> None:
    def held(until: int) -> int:
        for step in range(record.steps[-1] + 1 if len(record) else 0, until):
            record.add(snapshot(step, loss_d=step % 7, loss_g=step % 11))
        gc.collect()
        return tracemalloc.get_traced_memory()[0]

    tracemalloc.start()
    try:
        record = Record(limit=50)
        few = held(200)
        assert held(800) < 1.1 * few
    finally:
        tracemalloc.stop()


def test_every_row_is_held_while_they_fit():
    record = Record(limit=50)
    for step in range(50):
        record.add(snapshot(step))
    assert np.array_equal(record.steps, np.arange(50))


def test_what_diverged_or_was_not_taken_is_nan():
    record = Record()
    record.add(snapshot(0, **{"loss-g": 1.0}))
    late = snapshot(1, **{"loss-d": 5.0})
    late.diverged_at[0] = 1
    record.add(late)
    assert np.array_equal(record.metric("loss-g"), [[1, 2], [np.nan, np.nan]], equal_nan=True)
    assert np.array_equal(record.metric("loss-d"), [[np.nan, np.nan], [np.nan, 6]], equal_nan=True)
    assert np.isnan(record.metric("no such metric")).all()
    assert record.metric("no such metric").shape == (2, 2)


def test_what_is_not_finite_is_nan():
    record = Record()
    for step, value in enumerate((np.inf, -np.inf, np.nan, 1.0)):
        record.add(snapshot(step, **{"gradient-norm-d": value}))
    assert np.array_equal(np.isfinite(record.metric("gradient-norm-d")[:, 0]), [False, False, False, True])


def test_an_iteration_that_is_held_is_replaced_with_all_that_followed():
    record = Record()
    for step in (0, 5, 10):
        record.add(snapshot(step))
    newer = snapshot(5, **{"loss-g": -1.0})
    record.add(newer)
    assert list(record.steps) == [0, 5]
    assert record.metric("loss-g")[-1, 0] == -1
    assert record.last is newer


def test_a_record_belongs_to_one_population():
    record = Record()
    record.add(snapshot(0, members=2))
    with pytest.raises(ValueError, match="3 members; this record holds 2"):
        record.add(snapshot(1, members=3))
    with pytest.raises(ValueError, match="limit=1: must be at least 2"):
        Record(1)


def test_without_a_limit_every_row_is_held() -> None:
    record = Record(limit=None)
    for step in range(300):
        record.add(snapshot(step))
    assert np.array_equal(record.metric("loss-g")[:, 0], np.arange(300))


def test_a_record_thinned_and_rewound_stays_evenly_spread() -> None:
    record = Record(limit=10)
    for step in (*range(37), *range(21, 60)):
        record.add(snapshot(step))
    assert len(set(np.diff(record.steps)[:-1])) == 1
    assert np.array_equal(record.metric("loss-g")[:, 0], record.steps)


@pytest.mark.parametrize(("rows", "late"), [(31, 6), (10, 2), (3, 1), (1, 1)])
def test_late_is_the_last_fifth(rows: int, late: int) -> None:
    record = Record.from_arrays([Recipe()], range(rows), {})
    assert len(record.steps[record.late]) == late


def test_a_record_starts_anew_where_its_recipes_change_and_goes_on_where_they_do_not() -> None:
    record = Record()
    for step in (0, 1):
        record.add(snapshot(step))
    assert record.since == 0
    other = snapshot(2)
    record.add(replace(other, recipes=tuple(recipe.but(lr_g=0.5) for recipe in other.recipes)))
    assert record.since == 2


def written() -> Record:
    """Three iterations of two seeds, of which the second diverges at the last."""
    nan = np.nan
    metrics = {"loss-g": np.array([[0.1, 1 / 3], [2.0, 1e-30], [3.0, nan]]), "average-w1": np.array([[nan, nan]] * 3)}
    return Record.from_arrays(Recipe(seed=5).seeds(2), [0, 10, 15], metrics, [-1, 12])


def test_rows_are_one_a_seed_and_iteration_and_say_from_when_on_a_seed_had_diverged() -> None:
    rows = [json.loads(line.strip(",")) for line in written().to_json().splitlines()[1:-1]]
    assert [(row["step"], row["seed"], row["diverged-at"]) for row in rows] == [
        (0, 5, None), (0, 6, None), (10, 5, None), (10, 6, None), (15, 5, None), (15, 6, 12),
    ]  # fmt: skip
    assert rows[1]["loss-g"] == 1 / 3
    assert rows[-1]["loss-g"] is None
    assert list(rows[0]) == ["step", "seed", "diverged-at", "loss-g", "average-w1"]


def test_a_record_survives_json_to_the_last_bit() -> None:
    record = written()
    back = Record.from_json(record.to_json(), Recipe())
    assert back.recipes == record.recipes
    assert back.names == record.names
    for name in record.names:
        np.testing.assert_array_equal(back.metric(name), record.metric(name))
    np.testing.assert_array_equal(back.steps, record.steps)
    np.testing.assert_array_equal(back.diverged_at, record.diverged_at)
    assert back.to_json() == record.to_json()


def test_rows_may_come_in_any_order_and_lack_a_metric_that_came_later() -> None:
    late = {"seed": 1, "step": 9, "diverged-at": 4, "js": 0.5, "note": "what is no metric is not read"}
    record = Record.from_rows([late, {"seed": 1, "step": 0, "diverged-at": None}], Recipe())
    assert record.steps.tolist() == [0, 9]
    assert record.diverged_at.tolist() == [4]
    np.testing.assert_array_equal(record.metric("js"), [[np.nan], [0.5]])


ROW = {"seed": 0, "step": 0, "diverged-at": None}


@pytest.mark.parametrize(
    "rows",
    [
        [], [1], None, {}, [{"seed": 0}], [{"seed": 0, "step": 0}], [ROW, ROW],
        [ROW, {**ROW, "seed": 1}, {**ROW, "step": 1}], [{**ROW, "seed": "0"}], [{**ROW, "seed": -1}],
        [{**ROW, "step": 1.5}], [{**ROW, "step": True}], [{**ROW, "step": 2**63}], [{**ROW, "diverged-at": "x"}],
        [{**ROW, "js": "a"}], [{**ROW, "js": [1]}], [{**ROW, "js": 10**400}], [{**ROW, "average-js": "a"}],
    ],
)  # fmt: skip
def test_what_is_no_list_of_such_rows_is_refused(rows: object) -> None:
    with pytest.raises(ValueError, match="must"):
        Record.from_rows(rows, Recipe())


def measured(step: int, *distances: float) -> Snapshot:
    taken = snapshot(step, len(distances))
    return replace(taken, metrics={"sliced-w1": np.array(distances)})


def test_the_best_iteration_of_each_member_outlives_the_row_that_held_it():
    record = Record(limit=4)
    for step in range(40):
        record.add(measured(step, abs(step - 7), np.nan if step in (3, 30) else 50 - step))
    assert 7 not in record.steps
    assert list(record.best_at) == [7, 39]
    assert list(record.select([1]).best_at) == [39]


def test_the_first_of_equal_distances_is_the_best_and_none_if_nothing_was_measured():
    record = Record()
    record.add(snapshot(0))
    assert list(record.best_at) == [-1, -1]
    for step in (1, 2):
        record.add(measured(step, 3.0, np.inf))
    assert list(record.best_at) == [1, -1]
    record.add(measured(1, 4.0, 5.0))  # the run has gone back to iteration 1
    assert list(record.best_at) == [1, 1]


@pytest.mark.parametrize(
    ("distances", "row"),
    [
        ([[5], [4], [3], [2]], None),
        ([[5], [6], [7], [1]], 2),
        ([[5, 5], [6, 4], [7, 4], [7, 4]], 3),
        ([[5, np.nan], [6, np.nan], [5, np.nan]], 2),
        ([[np.nan], [np.nan], [1]], 1),
    ],
)
def test_a_run_stalls_where_no_member_has_come_closer_in_two_rows(distances, row):
    table = np.array(distances, dtype=float)
    recipes = [Recipe(seed=seed) for seed in range(table.shape[1])]
    assert Record.from_arrays(recipes, range(len(table)), {"sliced-w1": table}).find_stall(2) == row


def test_the_best_iteration_of_columns_of_different_size_is_the_one_best_for_all_of_them():
    both = {"sliced-w1": np.array([[9.0], [7.0]]), "standardised-sliced-w1": np.array([[0.1], [0.3]])}
    record = Record.from_arrays([Recipe(data="function")], [100, 200], both)
    assert record.best_at.tolist() == [100]
    assert record.find_stall(1) == 1


def test_bytes_bound_a_record_of_many_members_and_of_few_as_long_as_there_are_a_few_rows() -> None:
    most = 2**19
    for members in (4, 200):
        record = Record()
        record.bound(most)
        for step in range(300):
            record.add(snapshot(step, members, **dict.fromkeys(("loss-d", "loss-g", "gaps"), float(step))))
        assert record.nbytes <= most
        assert (record.steps[0], record.steps[-1]) == (0, 299)
        assert len(record) == (300 if members == 4 else len(record)) >= 16
        steps, values = record.course("gaps")
        assert (values[0, 0], values[-1, 0], steps[-1]) == (0, 299, 299)


def test_a_record_that_is_bound_later_makes_room_with_the_next_row() -> None:
    record = Record()
    for step in range(500):
        record.add(snapshot(step))
    record.bound(3 * 8 * 2 * 40)
    assert len(record) == 500, "nothing that is shown goes by itself"
    record.add(snapshot(500))
    assert len(record) <= 41
    assert (record.steps[0], record.steps[-1]) == (0, 500)
    assert len(set(np.diff(record.steps[:-1]))) == 1
    assert len(record.course("loss-g")[0]) <= 44
