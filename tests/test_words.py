"""Numbers read the same wherever they stand."""

import pytest

from toygan.measure.words import percent, score, true_percent
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
