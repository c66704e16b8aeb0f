"""A remedy is a change of the recipe that has a meaning there, told with the odds that were measured."""

from __future__ import annotations

import pytest

from toygan.measure.advice import (
    NOTHING_LEFT,
    REMEDIES,
    REMEDIES_FOR,
    Odds,
    advice,
    describe_changes,
    read_odds,
    remedies,
    takes_back,
)
from toygan.measure.diagnosis import VERDICTS
from toygan.recipe import Recipe


def test_every_verdict_that_is_a_failure_has_remedies_and_no_other() -> None:
    assert REMEDIES_FOR.keys() == VERDICTS.keys() - {"healthy", "not converged yet", "undetermined"}
    assert {name for names in REMEDIES_FOR.values() for name in names} <= REMEDIES.keys()


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_changes_the_recipe_or_says_that_it_has_no_use(name: str) -> None:
    for recipe in (Recipe(), Recipe(loss="mmd"), Recipe(regularizers={"r1": 2.0}), Recipe(turns="simultaneous")):
        changed = REMEDIES[name].apply(recipe)
        assert changed is None or describe_changes(recipe, changed)


def test_strengths_grow_from_what_is_there() -> None:
    strong = REMEDIES["strong r1"].apply(Recipe(regularizers={"r1": 2.0}))
    assert strong is not None
    assert strong.regularizers["r1"] == 6
    assert describe_changes(Recipe(regularizers={"r1": 2.0}), strong) == "r1 = 6 (now 2)"


def test_a_change_that_is_refused_gives_way_to_the_next() -> None:
    """Without a D there is nothing to regularize."""
    assert "r1" not in advice("mode collapse, modes absent", Recipe(loss="mmd"))


def test_odds_are_counts_and_remedies_that_harm_more_than_they_help_are_not_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for rows in read_odds().values():
        for known in rows.values():
            assert 0 <= known.helped + known.harmed <= known.n
    table = {"oscillation": {"strong r1": Odds(1, 5, 10), "a third of both rates": Odds(4, 1, 10)}}
    monkeypatch.setattr("toygan.measure.advice.read_odds", lambda: table)
    assert advice("oscillation", Recipe()).startswith("Take shorter steps: lr_g = 3e-4 (now 0.001)")
    assert advice("oscillation", Recipe()).endswith("(helped 4 of 10 runs, harmed 1).")
    table["oscillation"].pop("a third of both rates")
    table["oscillation"]["strong r1"] = Odds(5, 5, 10)
    assert "r1" not in advice("oscillation", Recipe())


def test_a_remedy_that_helped_fewer_than_one_in_four_of_enough_runs_is_not_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = {"oscillation": {"strong r1": Odds(2, 0, 9), "a third of both rates": Odds(0, 1, 3)}}
    monkeypatch.setattr("toygan.measure.advice.read_odds", lambda: table)
    assert advice("oscillation", Recipe()) == NOTHING_LEFT
    table["oscillation"]["strong r1"] = Odds(2, 0, 8)
    assert "r1 = 1" in advice("oscillation", Recipe())
    assert advice("healthy", Recipe()) == ""


@pytest.mark.parametrize(
    ("before", "after", "back"),
    [
        ({"lr_g": 1e-3}, {"lr_g": 1e-2}, {"lr_g": 5e-3}),
        ({"lr_g": 1e-3}, {"lr_g": 1e-2}, {"lr_d": 1e-1}),  # the ratio of the rates goes back
        ({"loss": "hinge"}, {"loss": "minimax"}, {"loss": "hinge"}),
        ({}, {"regularizers": {"r1": 1.0}}, {"regularizers": {}}),
        ({"d_steps": 1}, {"d_steps": 5}, {"d_steps": 2}),
    ],
)
def test_what_takes_a_change_back_is_told_from_what_goes_further(
    before: dict[str, object], after: dict[str, object], back: dict[str, object]
) -> None:
    first = Recipe(**before)
    now = first.but(**after)
    assert takes_back(now, now.but(**back), [first])
    assert not takes_back(now, now.but(**back), [])
    assert not takes_back(now, now.but(batch=64), [first])
    assert not takes_back(first, now, [first])


def test_a_remedy_is_not_followed_by_its_opposite() -> None:
    slow = Recipe(lr_g=1e-3, lr_d=1e-3)
    fast = slow.but(lr_g=1e-2)
    usual = [remedy for remedy, _, _ in remedies("mode collapse, rotating", fast)]
    left = [remedy for remedy, _, _ in remedies("mode collapse, rotating", fast, [slow])]
    assert {REMEDIES["lower lr_g"], REMEDIES["raise lr_d"]} <= set(usual)
    assert not {REMEDIES["lower lr_g"], REMEDIES["raise lr_d"]} & set(left)
    assert left, "what is left is advised"
