"""Numbers of published repositories come out as theirs, by what the table of equivalents says, without training."""

from __future__ import annotations

import math

import pytest

from toygan.cli.repositories import PublishedNumber, published

# By repository and row: the number from what stands in the source.
CLOSED = {
    ("igul222/improved_wgan_training", "improved_wgan_training.8gaussians"): 2 / 1.414,
    ("igul222/improved_wgan_training", "improved_wgan_training.25gaussians"): 0.05 / 2.828,
    ("rtqichen/ffjord", "ffjord.8gaussians"): 0.5 / 1.414,
    ("poolio/unrolled_gan", "unrolled_gan.sample_mog"): 2 / 8,
    ("atong01/conditional-flow-matching", "torchcfm.sample_8gaussians"): math.sqrt(math.sqrt(0.1)),
    ("clovaai/generative-evaluation-prdc", "prdc.compute_prdc(nearest_k=3)['precision']"): 0,
    ("toshas/torch-fidelity", "torch-fidelity.precision"): 1,
}


@pytest.mark.parametrize("number", published(), ids=lambda number: f"{number.repository} {number.quantity}")
def test_a_number_of_a_repository_comes_out_as_theirs(number: PublishedNumber) -> None:
    assert number.theirs == pytest.approx(CLOSED[number.repository, number.by], abs=6e-8)  # a row has seven decimals
    assert number.compute() == pytest.approx(number.theirs, rel=1e-6)


def test_at_least_five_repositories_are_there_and_all_are_held_to_a_closed_form() -> None:
    assert {(number.repository, number.by) for number in published()} == set(CLOSED)
    assert len({number.repository for number in published()}) >= 5
