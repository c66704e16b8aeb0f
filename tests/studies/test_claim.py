"""A claim stands where every interval bears it out, and falls where it should."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from toygan.measure.quantities import late
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.studies.claims.claim import Claim, find
from toygan.sweeps.piece import Piece

A, B, C = Recipe(width=8), Recipe(width=9), Recipe(width=10)
RNG = np.random.default_rng(0)


def constant(values: np.ndarray) -> Record:
    """A record of a metric that does not move: one value a seed."""
    return Record.from_arrays(A.seeds(len(values)), 100 * np.arange(10), {"high-quality": np.tile(values, (10, 1))})


def claim(**changes: object) -> Claim:
    of_two = Claim("Wider is better", {"wide": B, "narrow": A}, late("high-quality"))
    return dataclasses.replace(of_two, **changes)


def noise(mean: float, spread: float = 0.1, seeds: int = 16) -> np.ndarray:
    drawn = RNG.normal(size=seeds)
    return mean + spread * (drawn - drawn.mean()) / drawn.std()


@pytest.mark.parametrize(("gap", "margin", "holds"), [(1, 0, True), (1, 0.8, True), (1, 1.0, False), (-1, 0, False)])
def test_the_whole_interval_has_to_lie_above_the_margin(gap, margin, holds):
    finding = find(claim(margin=margin), {"wide": constant(noise(gap)), "narrow": constant(noise(0))})
    ((mean, low, high),) = finding.differences
    assert low < mean < high
    assert mean == pytest.approx(gap)
    assert finding.holds == holds


def test_no_difference_is_no_finding():
    same = find(claim(), {"wide": constant(noise(0, spread=5)), "narrow": constant(noise(0, spread=5))})
    assert not same.holds


@pytest.mark.parametrize(("spread", "gap", "holds"), [(0.1, 0, True), (5, 0, False), (0.1, 2, False), (0.1, -2, False)])
def test_within_needs_a_tight_interval_on_both_sides(spread, gap, holds):
    finding = find(claim(within=0.5), {"wide": constant(noise(gap, spread)), "narrow": constant(noise(0, spread))})
    assert finding.holds == holds


@pytest.mark.parametrize("changes", [{}, {"within": 10.0}])
def test_a_seed_without_a_number_makes_it_fail(changes):
    broken = noise(5)
    broken[3] = np.nan
    assert not find(claim(**changes), {"wide": constant(broken), "narrow": constant(noise(0))}).holds


@pytest.mark.parametrize(("middle", "holds"), [(1.0, True), (3.0, False), (-1.0, False)])
def test_of_three_recipes_each_has_to_exceed_the_next(middle, holds):
    of_three = claim(recipes={"first": C, "second": B, "third": A})
    measured = {"first": constant(noise(2)), "second": constant(noise(middle)), "third": constant(noise(0))}
    finding = find(of_three, measured)
    assert len(finding.differences) == 2
    assert finding.holds == holds


def test_seeds_are_paired():
    draws = noise(0, spread=10)  # what a seed does to both recipes is no evidence against their difference
    paired = find(claim(), {"wide": constant(draws + noise(1)), "narrow": constant(draws)})
    shuffled = find(claim(), {"wide": constant(np.roll(draws, 5) + noise(1)), "narrow": constant(draws)})
    assert paired.holds
    assert not shuffled.holds


def test_other_seeds_are_asked_for_by_the_first_one():
    asked = claim(seeds=4, steps=50, every=10).pieces(first_seed=100)
    assert asked["wide"] == Piece.seeds(B.but(seed=100), 4, 50, 10)


def test_the_setting_names_what_all_recipes_share():
    base = Recipe(width=8, loss="hinge")
    same = claim(recipes={"a": base, "b": base.but(loss="minimax")})
    assert same.setting == "16 seeds, 2,000 iterations, width=8"
    assert claim(recipes={"a": Recipe(), "b": base}, seeds=8, steps=50).setting == "8 seeds, 50 iterations"


def test_words_say_what_was_measured_and_what_is_needed():
    finding = find(claim(margin=0.25), {"wide": constant(np.full(4, 1.5)), "narrow": constant(np.full(4, 1.0))})
    assert finding.means == ["wide: 1.5", "narrow: 1"]
    assert finding.effects == ["+0.5 [+0.5, +0.5]"]
    assert finding.claim.needed == "above 0.25"
    assert claim(within=0.1).needed == "within ±0.1"
