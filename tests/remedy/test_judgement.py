"""What candidates are judged by: all that a label of the truth reads, on seeds that chose none of them."""

from __future__ import annotations

from toygan import Recipe
from toygan.measure.truth import READ
from toygan.remedy.judgement import checking, choosing, judging


def test_judges_measure_all_that_a_label_reads() -> None:
    for asked in (judging(Recipe(), 100), checking(range(4), 100)):
        assert set(READ) <= set(asked.metrics)


def test_seeds_that_judge_are_sixteen_that_chose_nothing() -> None:
    recipe = Recipe(seed=5)
    asked = judging(recipe, 100)
    assert len(set(asked.seeds)) == 16
    assert not set(asked.seeds) & set(choosing(range(5, 9), 100).seeds)


def test_a_run_is_looked_at_in_its_last_fifth() -> None:
    assert judging(Recipe(), 100).at == (0, 80, 90, 100)
    assert choosing([0], 1).at == (0, 1)
