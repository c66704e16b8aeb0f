"""A claim of one's own is written in three lines, in Python or in a file, and measured again with its margin."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.raising import Raises

from toygan import LOSSES
from toygan.files import Refusal
from toygan.recipe import Recipe, RecipeError
from toygan.runs.record import Record
from toygan.studies.claims.claim import find
from toygan.studies.claims.own import claim, read
from toygan.studies.compare import compare
from toygan.sweeps.groups import GroupsFailed

A, B = Recipe(data="gaussian1d", width=4, batch=8, loss="hinge"), Recipe(data="gaussian1d", width=4, batch=8)
FILE = f"""
[hinge-moves]
sentence = "Hinge moves the mean."
recipes = {{hinge = "{A.to_string()}", usual = "{B.to_string()}"}}
metric = "mean-offset"
margin = -1e9
steps = 4
every = 2
seeds = 3

[nothing-differs]
sentence = "Nothing differs"
recipes.a = "{A.to_string()}"
recipes.b = "{A.to_string()}"
metric = "mean-offset"
within = 0.5
"""


def record(values: list[float], first: int = 5) -> Record:
    return Record.from_arrays(B.but(seed=first).seeds(len(values)), [0], {"mean-offset": np.array([values])})


def test_it_gives_the_numbers_of_a_comparison_and_the_seeds_can_be_others() -> None:
    mine = claim("It moves", hinge=A, usual=B, metric="mean-offset", steps=4, every=2, seeds=3)
    finding, result = mine.check(first_seed=7), compare(A, B, "mean-offset", seeds=3, steps=4, every=2, first_seed=7)
    assert finding.differences == [(result.difference, result.low, result.high)]
    assert repr(finding).splitlines()[2] == "seeds 7 to 9, 4 iterations, data=gaussian1d batch=8 width=4"


@pytest.mark.parametrize(("margin", "words"), [(0.5, "holds"), (1.5, "does not hold")])
def test_a_finding_is_three_lines(margin: float, words: str) -> None:
    mine = claim("Mine is larger.", mine=A, other=B, metric="mean-offset", margin=margin, steps=600, seeds=3)
    assert repr(find(mine, {"mine": record([2, 3, 4]), "other": record([1, 2, 3])})) == (
        f"Mine is larger: {words}\n"
        f"mean-offset: mine 3, other 2; mine minus other +1 [+1, +1], needed: above {margin}\n"
        "seeds 5 to 7, 600 iterations, data=gaussian1d batch=8 width=4"
    )


def test_seeds_without_a_number_are_counted_and_the_claim_does_not_hold() -> None:
    mine = claim("Mine is larger", mine=A, other=B, metric="mean-offset", seeds=3)
    first, *_, last = repr(
        find(mine, {"mine": record([2, np.nan, 4]), "other": record([1, 2, 3])})
    ).splitlines()  # fmt: skip
    assert (first, last) == ("Mine is larger: does not hold", "mine: 1 of 3 seeds diverged")


def test_a_claim_is_one_line_and_three_recipes_are_a_chain() -> None:
    mine = claim("It falls", {"no. 1": A, "no. 2": B, "no. 3": A}, metric="sliced-w1", seeds=2)
    assert repr(mine).startswith("Claim('It falls': sliced-w1 of no. 1 > no. 2 > no. 3, 2 seeds, ")
    assert "a = b" in repr(claim("All is one", a=A, b=B, metric="sliced-w1", within=1))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"metric": "mean-ofset"}, "did you mean 'mean-offset'?"),
        ({"b": "loss=hinge"}, "b='loss=hinge': must be a Recipe"),
        ({"margin": "2"}, "margin='2': must be a number"),
        ({"margin": float("nan")}, "margin=nan"),
        ({"within": 0}, "within=0: must be a number above 0"),
        ({"seeds": 1}, "seeds=1: must be a whole number from 2 to 4,096"),
        ({"steps": -1}, "steps=-1"),
        ({"every": True}, "every=True"),
        ({"sentence": " "}, "sentence=' ': must be the claim in words"),
    ],
)
def test_what_is_not_allowed_is_refused_before_any_training(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(RecipeError) as error:
        claim(**{"sentence": "It is", "a": A, "b": B, "metric": "mean-offset"} | changes)
    assert words in str(error.value)


def test_a_metric_that_does_not_apply_is_refused() -> None:
    with pytest.raises(RecipeError, match="metric='modes-covered': does not apply to the data swiss-roll"):
        claim("It is", a=A.but(data="swiss-roll"), b=B)


def test_one_recipe_alone_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"recipes=\['a'\]: must be two or more"):
        claim("It is", a=A)


def test_a_run_that_an_error_ends_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LOSSES, "late", Raises(20))
    mine = claim("It is", a=A.but(loss="late"), b=B, metric="mean-offset", steps=60, seeds=2)
    with pytest.raises(GroupsFailed, match="ValueError: boom"):
        mine.check()


def test_a_file_holds_the_claims_that_python_writes(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(FILE)
    found = read(tmp_path / "mine.toml")
    assert list(found) == ["hinge-moves", "nothing-differs"]
    asked = {"metric": "mean-offset", "margin": -1e9, "steps": 4, "every": 2, "seeds": 3}
    mine = claim("Hinge moves the mean", hinge=A, usual=B, **asked)  # type: ignore[arg-type]
    assert dataclasses.replace(found["hinge-moves"], quantity=mine.quantity) == mine
    assert found["nothing-differs"].within == 0.5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds no claim"),
        ("[mine", "not TOML: "),
        ("a = " + "[" * 5000, "not TOML: "),
        ("mine = 3", "[mine]: must be a table"),
        ("[mine]\nrecipe = 3", "[mine] 'recipe': is not a field (did you mean 'recipes'?)"),
        ("[mine]\nsentence = 'a'", "[mine] recipes: must be share strings by name"),
        ("[mine]\nrecipes = {a = '', b = 'loss=hinged'}", "[mine] loss='hinged'"),
        ("[mine]\nrecipes = {a = '', b = 3}", "[mine] recipe=3: must be text"),
        ("[mine]\nrecipes = {a = '', b = ''}", "[mine] sentence=''"),
        ("[mine]\nsentence = 'a'\nrecipes = {a = '', b = ''}\nseeds = 2.5", "[mine] seeds=2.5: must be a whole number"),
        ("[mine]\nsentence = 'a'\nrecipes = {a = '', b = ''}\nmetric = [1]", "[mine] metric=[1]: is not a metric"),
        ("[\"a\\nb\"]\nx = 1", r"[a\nb] 'x': is not a field"),
    ],
)  # fmt: skip
def test_another_file_is_refused_in_one_line_that_names_the_claim(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(Refusal) as error:
        read(tmp_path / "mine.toml")
    assert words in str(error.value)
    assert str(error.value).startswith(f"{tmp_path / 'mine.toml'}: ")
    assert "\n" not in str(error.value)


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(Refusal, match="not TOML"):
        read(tmp_path / "mine.toml")
    (tmp_path / "mine.toml").write_bytes(b"#" * (2**20 + 1))
    with pytest.raises(OSError, match="holds more than"):
        read(tmp_path / "mine.toml")
