"""The numbers of a report, on rows whose numbers are known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from toygan.models.comparison import compare_rows
from toygan.models.report import Report

N = 1000
rng = np.random.default_rng(0)
TIMES = rng.uniform(-3, 3, 5 * N)
ROWS = np.stack([1000 + 200 * TIMES, TIMES], axis=1)  # two columns of very different size, one rank
TRAINING, HELD_OUT = ROWS[: 4 * N], ROWS[4 * N :]


def report(rows: np.ndarray) -> Report:
    return Report(*compare_rows(rows, TRAINING, HELD_OUT, ("income", "score")))


def test_the_table_itself_is_close_in_each_column_and_link_and_is_copied() -> None:
    found = report(TRAINING)
    assert found.copied == 1
    assert found.verdict == "rows were copied"
    for table in (found.columns, found.links, found.whole):
        assert (table["distance"] <= table["rows to"]).all()


def test_other_rows_of_the_same_kind_are_healthy_and_as_seldom_close_to_the_table_as_those_held_out() -> None:
    times = np.random.default_rng(1).uniform(-3, 3, N)
    found = report(np.stack([1000 + 200 * times, times], axis=1) + np.random.default_rng(2).normal(size=(N, 2)) * 1e-9)
    assert found.verdict.startswith("healthy")
    assert found.copied <= found.copied_to < 0.03


def test_shuffled_columns_break_the_link_and_no_column() -> None:
    shuffled = TRAINING.copy()
    shuffled[:, 1] = rng.permutation(shuffled[:, 1])
    found = report(shuffled)
    assert found.verdict == "the link between income and score is wrong"
    assert found.links.loc["income, score", "correlation"] == pytest.approx(0, abs=0.1)
    assert found.links.loc["income, score", "held-out correlation"] == pytest.approx(1)


def test_the_distance_of_a_link_that_is_reversed_is_that_of_its_ranks() -> None:
    # Along (c, s) the ranks (u, u) and (u, 1 - u) are u (c + s) and s + u (c - s), which differ by min(c, s) |2 u - 1|.
    found = report(TRAINING * [1, -1])
    assert found.links.loc["income, score", "distance"] == pytest.approx(math.sin(math.pi / 8) / 2, rel=0.02)
    assert found.links.loc["income, score", "correlation"] == pytest.approx(-1)


def test_a_column_that_moves_is_wrong_by_so_many_of_its_own_spreads() -> None:
    found = report(TRAINING + np.array([0, 3 * TRAINING[:, 1].std()]))
    assert found.verdict == "column score is wrong"
    assert found.columns.loc["score", "distance"] == pytest.approx(3, abs=0.1)
    assert found.columns.loc["income", "distance"] < 0.1
    assert found.columns.loc["score", "mean"] - found.columns.loc["score", "held-out mean"] > 4


def test_a_column_that_is_twice_as_wide_is_wrong_by_half_its_range_on_average() -> None:
    # Uniform on [-w, w] and on [-2 w, 2 w]: the quantiles differ by w |2 u - 1|, w / 2 on average, in spreads w / 3^.5.
    found = report(TRAINING * [1, 2])
    assert found.columns.loc["score", "distance"] == pytest.approx(math.sqrt(3) / 2, rel=0.05)


def test_rows_that_repeat_cannot_be_told_from_copies() -> None:
    whole = rng.integers(5, size=(500, 1)).astype(float)
    found = Report(*compare_rows(whole, whole[:400], whole[400:], ["count"]))
    assert math.isnan(found.copied)
    assert "undefined, since rows of the table repeat" in str(found)
    assert found.verdict.startswith("healthy")


def test_a_constant_column_has_a_distance_in_its_own_units() -> None:
    constant = np.full((100, 1), 7.0)
    found = Report(*compare_rows(constant + 2, constant, constant, ["rate"]))
    assert found.columns.loc["rate", "distance"] == pytest.approx(2)
    assert found.verdict == "column rate is wrong"


def test_many_columns_are_compared_by_fewer_rows() -> None:
    wide = np.random.default_rng(3).normal(size=(400, 64))
    found = Report(*compare_rows(wide, wide[:300], wide[300:], [f"c{i}" for i in range(64)]))
    assert len(found.links) == 64 * 63 // 2


def test_a_report_in_words_has_its_tables_and_its_verdict() -> None:
    words = str(report(TRAINING))
    assert "rows copied: 100 %" in words
    assert words.endswith("verdict: rows were copied")
    assert "income, score" in words
