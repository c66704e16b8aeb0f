"""A table over seeds gives every number with its interval."""

import io
import re
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from toygan.measure.tables import SeedTable, Table, describe_share, describe_values
from toygan.parts.metrics.reference import reference_band

TABLE = Table(["what", "a | b", "n"], [["**x**\n*says it*", "[y] * 2", "10"], ["z", "", "1"]], numbers=2)


def test_a_table_is_markdown_whose_columns_may_line_up():
    lines = TABLE.markdown().splitlines()
    assert lines[:3] == ["| what | a \\| b | n |", "|:--|:--|--:|", "| **x**<br>*says it* | [y] * 2 | 10 |"]
    assert len({len(line) for line in TABLE.markdown(padded=True).splitlines()}) == 1


@pytest.mark.parametrize("ratios", [(), (2, 1, 0)])
def test_a_table_is_printed_in_a_terminal_with_its_lines_and_brackets(ratios):
    console = Console(width=40, record=True, file=io.StringIO())
    console.print(replace(TABLE, ratios=ratios).rich())
    html = console.export_html(inline_styles=True, clear=False)
    assert re.search(r"font-weight: bold[^>]*>x<", html)
    assert re.search(r"font-style: italic[^>]*>says it<", html)
    lines = [line.split() for line in console.export_text().splitlines()]
    assert ["x", "[y]", "*", "2", "10"] in lines


def test_a_share_is_given_with_its_interval():
    assert describe_share(np.array([True] * 16)) == "16 of 16 [81 %, 100 %]"  # Wilson 1927: 16 / (16 + 1.96^2)


def test_a_number_is_given_as_mean_and_interval():
    values = np.random.default_rng(0).normal(3.0, 0.4, 400)
    mean, low, high = (float(x.strip("[],")) for x in describe_values(values).split())
    assert mean == pytest.approx(values.mean(), abs=0.01)
    assert (high - low) / 2 == pytest.approx(1.96 * 0.4 / 20, rel=0.15)


def test_true_or_false_is_given_as_a_count():
    assert describe_values(np.array([True] * 12 + [False] * 4)) == "12 of 16 [51 %, 90 %]"


def test_seeds_without_a_number_are_left_out_and_counted():
    assert describe_values(np.array([1.0, np.nan, 1.0])) == "1 [1, 1] (2 of 3 seeds)"
    assert describe_values(np.array([np.nan])) == "–"
    assert describe_values(np.empty(0)) == "–"


def test_rows_may_lack_a_column():
    table = SeedTable({"a": {"x": [1.0, 1.0]}, "b": {"x": [2.0, 2.0], "y": [True, False]}})
    lines = table._repr_markdown_().splitlines()
    assert table.columns == ["x", "y"]
    assert lines[0] == "|  | x | y |"
    assert lines[2] == "| **a** | 1 [1, 1] | – |"


def test_theory_stands_beside_the_measurement_and_the_seeds_are_counted():
    lines = SeedTable({"a": {"formula": "0.5", "x": [1.0] * 16}})._repr_markdown_().splitlines()
    assert lines[2] == "| **a** | 0.5 | 1 [1, 1] |"
    assert lines[-1] == "*In brackets: 95 % interval over 16 seeds.*"


def test_what_true_samples_score_stands_above_the_columns_that_are_metrics():
    values = {"seconds": [1.0] * 4, "reverse-kl": [0.5] * 4, "loss-g": [0.7] * 4, "modes-covered": [8.0] * 4}
    table = SeedTable({"a": values}, data="ring8", n=500)
    band = reference_band("reverse-kl", "ring8", 500)
    assert table.columns == list(values)
    lines = table._repr_markdown_().splitlines()
    assert lines[2] == f"| **true samples** | – | {band.low:.3g} to {band.high:.3g} | – | 8 |"
    assert lines[-1] == (
        "*In brackets: 95 % interval over 4 seeds. Each score: 500 samples of a seed. "
        "True samples: scores of 90 % of sets of 500.*"
    )


def test_a_metric_that_is_a_share_is_given_in_percent_as_in_a_playground():
    table = SeedTable({"a": {"high-quality": [0.5, 0.9], "x": [0.5, 0.9]}}, data="ring8", n=500)
    band = reference_band("high-quality", "ring8", 500)
    true, mine = table._repr_markdown_().splitlines()[2:4]
    assert true == f"| **true samples** | {100 * band.low:.3g} % to {100 * band.high:.3g} % | – |"
    assert mine == "| **a** | 70 % [50 %, 90 %] | 0.7 [0.5, 0.9] |"
    assert str(SeedTable({"a": {"high-quality": [0.256]}}, n=500)).splitlines()[2] == "| **a** | 25.6 % |"


def test_beside_a_score_stands_its_number_of_samples_or_that_it_is_not_given():
    scores = {"a": {"modes-covered": [8.0] * 4}}
    assert SeedTable(scores, n=1000).caption.endswith("Each score: 1,000 samples of a seed.")
    assert SeedTable(scores, n=(50, 200, 800)).caption.endswith("Each score: 50, 200 or 800 samples of a seed.")
    assert SeedTable(scores).caption.endswith("Each score: a number of samples that is not given (n).")
    assert SeedTable({"a": {"distance": [8.0] * 4}}).caption.endswith("over 4 seeds.")  # of players, not of samples


def test_a_single_seed_has_no_interval() -> None:
    assert describe_values(np.array([0.25])) == "0.25"
    assert str(SeedTable({"a": {"b": np.array([0.25])}})).endswith(
        "*One seed only: this can happen; it does not say how often.*"
    )
