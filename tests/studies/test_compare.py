"""A comparison pairs seeds as a claim does, says one line, and counts what diverged as its worst score."""

from __future__ import annotations

import numpy as np
import pytest
from support.raising import Raises
from support.shell import toygan

from toygan import LOSSES
from toygan.measure.quantities import late
from toygan.recipe import Recipe, RecipeError
from toygan.runs.record import Record
from toygan.studies.claims import Claim, check
from toygan.studies.compare import compare
from toygan.studies.comparison import Comparison, build_table

A, B = Recipe(width=4, batch=8, loss="minimax"), Recipe(width=4, batch=8)
RUNS = "4 seeds, 2,000 iterations"


def record(scores: list[list[float]], metric: str, diverged: tuple[int, ...] = (), first: int = 0) -> Record:
    """A record of one metric: a row for each measurement, a column for each seed."""
    columns = np.array(scores, dtype=float)
    at = [100 * len(scores) - 50 if i in diverged else -1 for i in range(columns.shape[1])]
    recipes = A.but(seed=first).seeds(columns.shape[1])
    return Record.from_arrays(recipes, [100 * i for i in range(len(scores))], {metric: columns}, at)


def comparison(a: list[list[float]], b: list[list[float]], metric: str = "modes-covered", lost: tuple[int, ...] = ()):
    return Comparison((A, B), metric, 2000, 2500, build_table((record(a, metric, lost), record(b, metric)), metric))


def test_it_gives_the_numbers_of_a_claim() -> None:
    claim = Claim("One is nearer", {"a": A, "b": B}, late("sliced-w1"), steps=30, every=5, seeds=4)
    ((_, found),) = check({"it": claim}, first_seed=7)
    result = compare(A, B, "sliced-w1", seeds=4, steps=30, every=5, first_seed=7)
    assert (result.difference, result.low, result.high) == found.differences[0]
    assert result.low < result.high
    for side in "ab":
        np.testing.assert_array_equal(result.table[side], found.values[side])
    assert result.table["seed"].tolist() == [7, 8, 9, 10]
    assert result.n == 2500


def test_both_recipes_get_the_seeds_of_the_first_one() -> None:
    result = compare(A.but(seed=5), B.but(seed=9), seeds=2, steps=0)
    assert result.table["seed"].tolist() == [5, 6]
    assert result.recipes == (A.but(seed=5), B.but(seed=5))


def test_recipes_of_other_shapes_are_compared_as_well() -> None:
    result = compare(A, B.but(data="bimodal", width=6), seeds=2, steps=2, every=1)
    assert np.isfinite(result.table["difference"]).all()


@pytest.mark.parametrize(
    ("a", "b", "line"),
    [
        ([[7, 8, 6, 8]], [[5, 6, 4, 6]], f"modes covered: 2 more [2, 2], {RUNS}"),
        ([[5, 6, 4, 5]], [[7, 8, 6, 8]], f"modes covered: 2.2 less [2, 2.8], {RUNS}"),
        ([[5, 6, 4, 5]], [[5, 6, 4, 5]], f"modes covered: no difference, {RUNS}"),
        ([[5, 6, 5, 5]], [[6, 5, 4, 4]], f"modes covered: no clear difference (0.5 more [-0.5, 1]), {RUNS}"),
    ],
)
def test_it_prints_as_one_line(a: list[list[float]], b: list[list[float]], line: str) -> None:
    assert str(comparison(a, b)) == repr(comparison(a, b)) == line


def test_a_share_is_in_percentage_points_and_another_metric_in_its_unit() -> None:
    share = comparison([[0.75, 0.75]], [[0.5, 0.5]], "high-quality")
    assert str(share) == "high-quality samples: 25 percentage points more [25, 25], 2 seeds, 2,000 iterations"
    assert share.difference == 0.25
    nats = comparison([[0.25, 0.25]], [[0.5, 0.5]], "reverse-kl")
    assert str(nats) == "reverse KL over modes: 0.25 nats less [0.25, 0.25], 2 seeds, 2,000 iterations"


def test_a_run_that_diverged_counts_as_the_worst_score_of_all_and_is_named() -> None:
    nan = float("nan")
    high = comparison([[1, 2, 0], [5, 8, 3], [nan, 8, nan]], [[4, 4, 4]] * 3, lost=(0, 2))
    assert high.table["a"].tolist() == [0, 8, 0]
    assert high.difference == pytest.approx((0 + 8 + 0) / 3 - 4)
    assert str(high).endswith("; loss=minimax diverged at seeds 0, 2 (counted as the worst score)")
    low = comparison([[1, 2], [nan, 8], [nan, 3]], [[4, 9], [4, 4], [4, 4]], "sliced-w1", lost=(0,))
    assert low.table["a"].tolist() == [9, 3]
    assert low.difference > 0
    assert high.diverged == {"loss=minimax": [0, 2]}


def test_a_seed_without_a_number_is_left_out_if_no_score_is_the_worst() -> None:
    nan = float("nan")
    result = comparison([[1, 2, 3], [nan, 2, 3]], [[0, 1, 2]] * 2, "loss-d", lost=(0,))
    assert result.difference == 1
    assert "2 of 3 seeds" in str(result)
    assert str(result).endswith("loss=minimax diverged at seed 0 (left out)")
    none = comparison([[nan, nan]], [[0, 1]], "loss-d", lost=(0, 1))
    assert np.isnan([none.difference, none.low, none.high]).all()
    assert str(none).startswith("D's loss: no seed has a value of both recipes, 0 of 2 seeds")


def test_a_run_that_really_diverges_is_counted() -> None:
    wild = B.but(loss="wasserstein", lr_g=1e38, lr_d=1e38, activation="leaky-relu")
    result = compare(wild, B, metric="sliced-w1", seeds=2, steps=20, every=1)
    assert (result.table["a_diverged_at"] > 0).all()
    assert result.difference >= 0
    assert "diverged at seeds 0, 1 (counted as the worst score)" in str(result)


def test_a_notebook_shows_both_means_and_the_number_of_samples() -> None:
    shown = comparison([[7, 8, 6, 8]], [[5, 6, 4, 6]])._repr_markdown_()
    assert shown.startswith(f"**modes covered: 2 more [2, 2], {RUNS}**")
    assert "| **loss=minimax** | 7.25 [6.5, 8] |" in shown
    assert "| **true samples** | 8 |" in shown
    assert "Each score: 2,500 samples of a seed." in shown


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metric": "modes-coverd"}, "did you mean 'modes-covered'?"),
        ({"seeds": 1}, "seeds=1: must be a whole number from 2 to 4,096"),
        ({"seeds": True}, "seeds=True"),
        ({"steps": -1}, "steps=-1: must be a whole number from 0"),
        ({"every": 0}, "every=0: must be a whole number from 1"),
        ({"first_seed": -1}, "seed=-1"),
        ({"a": B.but(data="swiss-roll")}, "metric='modes-covered': does not apply to the data swiss-roll"),
    ],
)
def test_what_is_not_allowed_is_refused_in_words(changes: dict[str, object], words: str) -> None:
    with pytest.raises(RecipeError) as error:
        compare(**{"a": A, "b": B, "steps": 1, "seeds": 2} | changes)  # type: ignore[arg-type]
    assert words in str(error.value)


def test_runs_that_an_error_ended_are_named_and_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(20))
    result = compare(A.but(loss="late"), B, seeds=2, steps=60, every=20)
    assert result.failed == {"loss=late": {0: "ValueError: boom", 1: "ValueError: boom"}}
    assert result.table["a"].isna().all()
    assert result.table["b"].notna().all()
    assert result.diverged == {}
    assert str(result).endswith("loss=late failed at seeds 0, 1 (left out): ValueError: boom")
    assert "no seed has a value of both recipes" in str(result)


def test_a_seed_that_failed_is_never_counted_as_the_worst_score() -> None:
    records = (record([[7, np.nan, 6]], "modes-covered"), record([[5, 6, 4]], "modes-covered"))
    table = build_table(records, "modes-covered", [["", "ValueError: boom", ""], ["", "", ""]])
    result = Comparison((A, B), "modes-covered", 2000, 2500, table)
    assert str(result) == (
        "modes covered: 2 more [2, 2], 2 of 3 seeds, 2,000 iterations; "
        "loss=minimax failed at seed 1 (left out): ValueError: boom"
    )


def test_the_shell_says_that_runs_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "raises", Raises(1))
    words = ["compare", "loss=raises&width=4", "width=4", "--seeds", 2, "--steps", 2]
    result = toygan(*words)
    assert result.exit_code == 1, result.output
    assert "loss=raises failed at seeds 0, 1 (left out): ValueError: boom" in result.stdout
