"""Outcomes of searches are kept, counted with their intervals, and not measured again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner

from toygan import Recipe
from toygan.cli import main
from toygan.studies import remedies
from toygan.studies.gallery import GALLERY
from toygan.studies.remedies import (
    COUNT,
    Failing,
    Outcome,
    Shares,
    count_iterations,
    failing_recipes,
    measure_remedies,
    read_first_advice,
)

SMALL = Recipe(data="gaussian1d", width=4, batch=8)
FOUND = Outcome(SMALL.to_string(), 20, 500, 1.0, 0, "", 0, "lr_g = 1 (was 2)", 12)
LOST = FOUND._replace(remedy="", healthy=0)


def test_the_recipes_are_of_three_sources_in_turns_and_enough_of_them() -> None:
    named = failing_recipes()
    kinds = ["gallery" if name in GALLERY else "random" if name.startswith("random ") else "reported" for name in named]
    assert kinds[:6] == ["gallery", "random", "reported"] * 2
    assert len(named) >= COUNT
    assert min(Counter(kinds).values()) >= 10
    assert "too-soon" not in named  # more iterations help it, and no change of its recipe


def test_advice_is_of_recipes_that_there_are_and_can_be_read() -> None:
    advice = read_first_advice()
    assert advice.keys() <= failing_recipes().keys()
    for text in filter(None, advice.values()):
        assert Recipe.from_string(text).to_string() == text


def test_the_share_is_of_recipes_that_fail_with_its_interval() -> None:
    found = Shares({"a": FOUND, "b": LOST, "c": FOUND._replace(as_it_is=9), "d": FOUND._replace(healthy=11)})
    assert "3 of 60 recipes measured; 1 more are healthy as they are" in found.summary
    assert "Found for 1 of 3 (33 % [6 %, 79 %])" in found.summary  # Wilson 1927
    assert "is one for 0 of 3 (0 % [0 %, 56 %])" in found.summary
    assert [row[0] for row in found.tables[0].rows] == ["a", "b", "d"]


def test_a_store_is_continued_and_only_what_is_missing_is_measured(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked = []

    def search(one: Failing, times: int, jobs: int) -> Outcome:
        asked.append((one.steps, times))
        return FOUND._replace(recipe=one.recipe.to_string(), steps=one.steps)

    monkeypatch.setattr(remedies, "_search", search)
    store, wanted = tmp_path / "outcomes.json", {"a": Failing(SMALL, 20), "b": Failing(SMALL.but(lr_g=1.0), 30)}
    first = measure_remedies({"a": wanted["a"]}, store)
    both = measure_remedies(wanted, store)
    assert asked == [(20, 1), (30, 1)]
    assert both["a"] == first["a"]
    assert measure_remedies(wanted, store, times=10, only_held=True) == {}
    measure_remedies(wanted, store, times=10)
    assert asked[2:] == [(20, 10), (30, 10)]


def test_the_command_lists_reports_and_refuses_in_one_line(tmp_path: Path) -> None:
    run = CliRunner()
    assert "few-of-eight\n    lr_g=0.0001&lr_d=0.01\n" in run.invoke(main, ["remedies", "--list"]).output
    store, out = tmp_path / "outcomes.json", tmp_path / "remedies.md"
    recipe = failing_recipes()["few-of-eight"]
    remedies._write(store, {"few-of-eight, 1 x": FOUND._replace(recipe=recipe.recipe.to_string(), steps=recipe.steps)})
    run.invoke(main, ["remedies", "--store", str(store), "--held", "--out", str(out)])
    assert "| few-of-eight | 0 | – | 0 | lr_g = 1 (was 2) | 12 |" in out.read_text()
    assert "1 of 60 recipes measured" in out.read_text()
    store.write_text("[1]")
    refused = run.invoke(main, ["remedies", "--store", str(store)])
    assert refused.output.splitlines()[-1].endswith(f"--store {store}: is not a file of outcomes")


def test_a_budget_in_iterations_is_what_the_time_of_the_cores_buys(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, fast = [5.0, 5.9], [5.0, 5.3]  # of 30 iterations: a hundredth of a second each, if nobody disturbs
    times = iter([*slow, *fast, *slow, *slow, *slow] * 2)
    monkeypatch.setattr(remedies.time, "thread_time", lambda: next(times))
    assert count_iterations(SMALL, 1) == 10_000  # in two minutes of a core, less twenty seconds
    assert count_iterations(SMALL, 10) == 100_000
