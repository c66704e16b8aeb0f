"""A knob is a change of the recipe that has a meaning there, told with the odds that were measured."""

from __future__ import annotations

import pytest

from toygan.measure.advice import ADVICE, TURNED, Odds, advice, in_words, odds
from toygan.measure.diagnosis import VERDICTS
from toygan.recipe import Recipe


def test_every_verdict_that_is_a_failure_has_advice_and_no_other() -> None:
    assert ADVICE.keys() == VERDICTS.keys() - {"healthy", "not converged yet", "undetermined"}
    assert {name for names in ADVICE.values() for name in names} <= TURNED.keys()


@pytest.mark.parametrize("name", TURNED)
def test_a_knob_changes_the_recipe_or_says_that_it_has_no_use(name: str) -> None:
    for recipe in (Recipe(), Recipe(loss="mmd"), Recipe(regularizers={"r1": 2.0}), Recipe(turns="simultaneous")):
        changed = TURNED[name].turned(recipe)
        assert changed is None or in_words(recipe, changed)


def test_strengths_grow_from_what_is_there() -> None:
    strong = TURNED["strong r1"].turned(Recipe(regularizers={"r1": 2.0}))
    assert strong is not None
    assert strong.regularizers["r1"] == 6
    assert in_words(Recipe(regularizers={"r1": 2.0}), strong) == "r1 = 6 (now 2)"


def test_a_change_that_is_refused_gives_way_to_the_next() -> None:
    """Without a D there is nothing to regularize."""
    assert "r1" not in advice("mode collapse, modes absent", Recipe(loss="mmd"))


def test_odds_are_counts_and_knobs_that_harm_more_than_they_help_are_not_advised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for rows in odds().values():
        for known in rows.values():
            assert 0 <= known.helped + known.harmed <= known.n
    table = {"oscillation": {"strong r1": Odds(1, 5, 10), "a third of both rates": Odds(4, 1, 10)}}
    monkeypatch.setattr("toygan.measure.advice.odds", lambda: table)
    assert advice("oscillation", Recipe()).startswith("Take shorter steps: lr_g = 0.0003 (now 0.001)")
    assert advice("oscillation", Recipe()).endswith("(helped 4 of 10 runs, harmed 1).")
    table["oscillation"].pop("a third of both rates")
    table["oscillation"]["strong r1"] = Odds(5, 5, 10)
    assert "r1" not in advice("oscillation", Recipe())
