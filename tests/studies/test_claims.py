"""What toygan says of methods: every claim can be measured, and those that are cheap hold, here and now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import toygan
from toygan.recipe import Recipe
from toygan.studies.claims import CLAIMS, TOPICS, Claim, show
from toygan.studies.claims import findings as module
from toygan.studies.claims.findings import measure_claims

KEPT = Path(__file__).parents[2] / "assets/claims.md"
QUICK = [name for name, claim in CLAIMS.items() if claim.quick]


@pytest.mark.parametrize("name", QUICK)
def test_a_quick_claim_holds(name: str) -> None:
    (finding,) = measure_claims({name: CLAIMS[name]}).values()
    assert finding.holds, f"{finding.means}, {finding.effects}, needed: {finding.claim.needed}"


def test_some_claims_are_quick() -> None:
    assert len(QUICK) >= 3


def test_a_claim_compares_recipes_over_seeds() -> None:
    for name, claim in CLAIMS.items():
        recipes = list(claim.recipes.values())
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name)
        assert claim.sentence[0].isupper(), name
        assert not claim.sentence.endswith("."), name
        assert not claim.folklore.endswith("."), name
        assert len(set(recipes)) == len(recipes) >= 2, name
        assert {recipe.seed for recipe in recipes} == {0}, f"{name}: the first seed is the command's to choose"
        assert len({recipe.distribution for recipe in recipes}) == 1, name
        assert claim.seeds >= 16, name


def test_what_is_needed_means_something() -> None:
    for name, claim in CLAIMS.items():
        if claim.within is None:
            assert claim.margin > 0, name
        else:
            assert claim.within > 0, name
            assert claim.margin == 0, name
            words = claim.quantity.words
            assert "share of seeds" not in words, f"{name}: equal shares have an interval of no width over few seeds"


def test_the_table_that_is_kept_says_what_the_claims_say() -> None:
    rows = [line.split(" | ") for line in KEPT.read_text(encoding="utf-8").splitlines() if line.startswith("| **")]
    said = {cells[0].removeprefix("| **").split("**<br>")[0]: cells for cells in rows}
    assert list(said) == list(CLAIMS), "toygan claims --markdown > assets/claims.md"
    for name, claim in CLAIMS.items():
        assert claim.sentence in said[name][0]
        assert claim.setting in said[name][1]
        assert f"needed: {claim.needed}" in said[name][3]
        assert said[name][4] == "yes |"


def test_no_name_is_taken_twice_and_the_promised_number_is_there() -> None:
    assert len(CLAIMS) == sum(len(claims) for claims in TOPICS.values()) >= 20
    assert len({claim.sentence for claim in CLAIMS.values()}) == len(CLAIMS)


TINY = Recipe(data="bimodal", width=4, batch=8)
FALSE = Claim("Fewer samples", {"b": TINY.but(batch=4), "a": TINY}, CLAIMS[QUICK[0]].quantity, 2.0, steps=2, seeds=2)


def test_claims_are_shown_as_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CLAIMS, "false", FALSE)
    findings = toygan.claims.show("false", first_seed=3)
    head, _, row, _, verdict = findings._repr_markdown_().splitlines()
    assert row.count(" | ") == head.count(" | ")
    assert row.startswith("| **false**<br>Fewer samples | ")
    assert row.endswith(" | **no** |")
    assert verdict == "*0 of 1 claims hold; not: false; each value: 2,500 samples of a seed.*"
    assert findings.broken == ["false"]


def test_an_unknown_claim_is_refused_before_anything_is_measured() -> None:
    with pytest.raises(ValueError, match="unknown name 'nonsense'; allowed: minimax"):
        show("nonsense")


def test_an_interrupt_keeps_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*given):  # type: ignore[no-untyped-def]
        yield from list(whole(*given))[:1]
        raise KeyboardInterrupt

    whole = module.check
    monkeypatch.setattr(module, "check", cut)
    findings = measure_claims({"first": FALSE, "second": FALSE})
    assert list(findings) == ["first"]
    assert findings.missing == ("second",)
    assert findings.summary.endswith("; not measured: second")
