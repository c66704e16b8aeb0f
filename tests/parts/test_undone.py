"""Metrics that undo a fault give what the samples without it give, and repeats are counted."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pytest
import torch

from toygan import DISTRIBUTIONS, Distribution, evaluate

NAMES = ["centred-w1", "scaled-w1", "turned-distance", "shuffled-distance", "repeats"]
TRUE = DISTRIBUTIONS["swiss-roll"].sample(400, torch.Generator().manual_seed(0))
MEAN = DISTRIBUTIONS["swiss-roll"].moments[0].float()


def score(x: torch.Tensor, name: str, data: str = "swiss-roll") -> float:
    return float(evaluate(x, data, [name])[name][0])


def turn(degrees: float) -> torch.Tensor:
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return MEAN + (TRUE - MEAN) @ torch.tensor([[c, s], [-s, c]])


def test_samples_that_are_moved_or_scaled_score_as_before_once_that_is_undone() -> None:
    assert score(TRUE + 3.0, "centred-w1") == pytest.approx(score(TRUE, "centred-w1"), abs=1e-5)
    assert score(MEAN + 7 * (TRUE - MEAN), "scaled-w1") == pytest.approx(score(TRUE, "scaled-w1"), abs=1e-5)
    assert score(TRUE + 3.0, "scaled-w1") > 10 * score(TRUE, "scaled-w1")


def test_columns_that_have_the_means_and_spreads_of_other_data_score_as_before_once_both_are_undone() -> None:
    wrong = TRUE * torch.tensor([0.3, 5.0]) + torch.tensor([-2.0, 9.0])
    assert score(wrong, "matched-w1") == pytest.approx(score(TRUE, "matched-w1"), abs=1e-5)
    assert score(wrong.flip(1), "matched-w1") > 2 * score(TRUE, "matched-w1")
    assert score(TRUE, "matched-w1") < score(TRUE, "sliced-w1")


@pytest.mark.parametrize("degrees", [0.0, 33.0, 90.0, 201.0])
def test_samples_that_are_turned_are_turned_back(degrees: float) -> None:
    plain = max(score(TRUE, "off-data"), score(TRUE, "gaps"))
    assert score(turn(degrees), "turned-distance") < 1.2 * plain
    assert degrees == 0 or score(turn(degrees), "off-data") > 2 * plain


def test_columns_that_are_shuffled_score_as_true_samples_do() -> None:
    order = torch.rand(TRUE.shape, generator=torch.Generator().manual_seed(5)).argsort(0)
    plain = max(score(TRUE, "off-data"), score(TRUE, "gaps"))
    assert score(TRUE.gather(0, order), "shuffled-distance") == pytest.approx(plain, rel=0.15)
    assert score(TRUE, "shuffled-distance") > 1.5 * plain


def test_repeats_are_samples_beyond_the_first_of_each_row() -> None:
    x = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [2.0, 2.0]])
    assert score(x, "repeats") == pytest.approx(3 / 6)
    assert score(x + 1e-7 * torch.arange(6.0)[:, None], "repeats") == pytest.approx(3 / 6)
    assert score(TRUE, "repeats") == 0


def test_on_a_line_there_is_nothing_to_turn_or_to_shuffle() -> None:
    assert list(evaluate(torch.rand(50, 1), "uniform", NAMES)) == ["centred-w1", "scaled-w1", "repeats"]


def test_data_of_the_users_own_may_have_no_hash() -> None:
    @dataclass
    class Square(Distribution):
        high: float = 1.0
        dim, has_density = 2, False

        def sample(self, n: int, generator: torch.Generator) -> torch.Tensor:
            return self.high * torch.rand(n, 2, generator=generator)

    x = Square().sample(200, torch.Generator().manual_seed(0))
    assert evaluate(x, Square(), [*NAMES, "link-error"]).keys() == set(NAMES)  # its columns are not linked


def test_columns_of_different_size_count_alike() -> None:
    unlike = DISTRIBUTIONS.make("function(low=-10.0,high=10.0)")
    x = unlike.sample(400, torch.Generator().manual_seed(0))
    moved = x + torch.tensor([0.0, 3.0])  # four spreads of the small column
    assert score(moved, "scaled-w1", "function(low=-10.0,high=10.0)") > 0.5
    assert score(moved, "centred-w1", "function(low=-10.0,high=10.0)") < 0.1
