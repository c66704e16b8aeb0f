"""Numbers read the same wherever they stand."""

import re
from dataclasses import replace

import numpy as np
import pytest

from toygan import Population, Recipe
from toygan.measure.words import percent, score, status, true_percent
from toygan.parts.metrics.reference import reference_band


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "0 %"), (0.984, "98 %"), (0.9949, "99 %"), (0.996, "99.6 %"), (1, "100 %")],
)
def test_a_share_is_a_whole_percentage_unless_that_would_hide_that_it_is_not_all(share, words):
    assert percent(share) == words


def test_a_score_has_its_unit():
    assert score("high-quality", 0.5) == "50 %"
    assert score("high-quality", 0.5, digits=1) == "50.0 %"
    assert score("reverse-kl", 1.23456) == "1.23"


def test_true_samples_have_a_range_where_the_metric_has_a_meaning():
    low, _, high = reference_band("high-quality", "ring8", 1000)
    assert true_percent("high-quality", "ring8", 1000) == f"(true samples {100 * low:.0f}–{percent(high)})"
    assert true_percent("high-quality", "two-moons", 1000) == ""


def snapshot(data, seeds=3):
    population = Population(Recipe(data=data, width=8, batch=16).seeds(seeds))
    return population.snapshot(100, metrics=("modes-covered", "high-quality", "accuracy-real", "accuracy-fake"))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("ring8", r"of 8 modes, high quality \d+ % of 100 samples \(true"),
        ("uniform", "generated at"),
        ("two-moons", "D is right on"),
    ],
)
def test_a_status_speaks_of_what_the_data_have(data, words):
    assert re.search(words, status(snapshot(data), 0, np.full(3, -1)))


def test_a_status_says_which_seed_it_is_about_and_how_the_others_stand():
    last = snapshot("ring8")
    last = replace(last, metrics={**last.metrics, "modes-covered": np.array([5.0, 8.0, 2.0])})
    assert re.match(
        r"seed 1 \(of seeds 0 to 2\): 8 of 8 modes, .* · 3 seeds: 2 to 8 modes$",
        status(last, 1, np.array([-1, -1, -1])),
    )
    assert re.match(
        r"seed 1 \(of seeds 0 to 2\): 8 of 8 .* · 3 seeds: 5 to 8 modes · 1 of 3 seeds diverged$",
        status(last, 1, np.array([-1, -1, 9])),
    )
    assert (
        status(last, 2, np.array([9, 9, 9]))
        == "seed 2 (of seeds 0 to 2): diverged at iteration 9 · 3 of 3 seeds diverged"
    )
    even = replace(last, metrics={**last.metrics, "modes-covered": np.full(3, 8.0)})
    assert status(even, 0, np.full(3, -1)).endswith(" · 3 seeds: 8 each")
    alone = snapshot("ring8", 1)
    assert "seed" not in status(alone, 0, np.array([-1]))
