"""`toygan claims`: says what holds, fails where something does not, and keeps what an interrupt leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.shell import refused, toygan

from toygan.measure.quantities import late
from toygan.recipe import Recipe
from toygan.runs.run import Run
from toygan.studies.claims import CLAIMS, TOPICS
from toygan.studies.claims import findings as module
from toygan.studies.claims.claim import Claim

SAMPLES = "; each value: 2,500 samples of a seed"
TINY = Recipe(data="bimodal", width=4, batch=8)
TRUE = Claim(
    "Sixteen [bits] are more than four",
    {"16": TINY.but(width=16), "4": TINY},
    late("gradient-norm-g"),
    margin=-1e9,
    steps=2,
    seeds=2,
    quick=True,
    folklore="size is nothing",
)
FALSE = Claim("All is one", {"16": TINY.but(width=16), "4": TINY}, late("loss-d"), margin=1e9, steps=2, seeds=2)


@pytest.fixture(autouse=True)
def two_claims() -> Iterator[None]:
    """Two claims in place of the others, which stand in their order again afterwards."""
    rows: dict[str, Any] = {"true-one": TRUE, "false-one": FALSE}
    menus: list[tuple[dict[str, Any], dict[str, Any]]] = [(CLAIMS, rows), (TOPICS, {"tests": rows})]
    before = [dict(menu) for menu, _ in menus]
    for menu, content in menus:
        menu.clear()
        menu.update(content)
    yield
    for (menu, _), content in zip(menus, before, strict=True):
        menu.clear()
        menu.update(content)


def test_an_unknown_name_is_one_line() -> None:
    assert refused(toygan("claims", "false-on")) == (
        "toygan: NAME: unknown name 'false-on'; closest of 2: false-one, true-one"
    )


def test_claims_that_hold_are_a_table_and_no_failure() -> None:
    result = toygan("claims", "true-one", "--jobs", 1)
    assert result.exit_code == 0, result.output
    lines = [line.strip() for line in result.stdout.splitlines()]
    for words in ("Sixteen [bits] are more than four", "often said: size is nothing", "2 seeds, 2 iterations"):
        assert any(words in line for line in lines), words
    assert any(line.startswith("true-one") and line.endswith("yes") for line in lines)
    assert lines[-1] == f"1 of 1 claims hold{SAMPLES}"


def test_a_broken_claim_is_a_failure() -> None:
    result = toygan("claims", "--jobs", 1)
    assert result.exit_code == 1
    assert [line.split()[0] for line in result.stdout.splitlines() if line.split()[-1:] == ["no"]] == ["false-one"]
    assert result.stdout.splitlines()[-1] == f"1 of 2 claims hold; not: false-one{SAMPLES}"


def test_quick_leaves_out_the_rest() -> None:
    result = toygan("claims", "--quick", "--jobs", 1)
    assert result.exit_code == 0
    assert "true-one" in result.stdout
    assert "false-one" not in result.stdout


def test_a_named_claim_is_never_left_out_in_silence() -> None:
    assert "--quick leaves out false-one" in refused(toygan("claims", "--quick", "false-one"))


def test_other_seeds_give_other_numbers_and_equal_seeds_the_same() -> None:
    first, again, other = (toygan("claims", "true-one", "--jobs", 1, "--first-seed", s).stdout for s in (0, 0, 100))
    assert first == again != other


def test_the_table_can_be_kept_as_markdown() -> None:
    result = toygan("claims", "--markdown", "--jobs", 1)
    assert result.exit_code == 1
    rows = [line for line in result.stdout.splitlines() if line.startswith("| **")]
    assert [row.split("**")[1] for row in rows] == ["true-one", "false-one"]


def test_a_list_measures_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("toygan.cli.claims.measure_claims", None)
    result = toygan("claims", "--list")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "true-one",
        "    Sixteen [bits] are more than four",
        "false-one",
        "    All is one",
    ]


def test_an_interrupt_prints_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*given):  # type: ignore[no-untyped-def]
        yield next(whole(*given))
        raise KeyboardInterrupt

    whole = module.check
    monkeypatch.setattr(module, "check", cut)
    result = toygan("claims", "--jobs", 1)
    assert result.exit_code == 130
    assert "true-one" in result.stdout
    assert result.stdout.splitlines()[-1] == f"1 of 1 claims hold{SAMPLES}; not measured: false-one"


def test_claims_whose_runs_fail_are_named_and_neither_hold_nor_break(monkeypatch: pytest.MonkeyPatch) -> None:
    def short(self: Run) -> None:
        raise MemoryError

    monkeypatch.setattr(Run, "step", short)
    result = toygan("claims", "true-one", "--jobs", 1)
    assert (result.exit_code, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("toygan: nothing is measured; failed: true-one (")
    assert line.endswith("not enough memory (and 3 more))")


def test_an_interrupt_before_the_first_claim_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_: object) -> object:
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(module, "check", cut)
    result = toygan("claims", "true-one", "--jobs", 1)
    assert (result.exit_code, result.stdout) == (130, "")
    assert result.stderr == "toygan: stopped; not measured: true-one\n"


def test_with_a_store_only_what_has_changed_is_trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("claims", "true-one", "--jobs", 1, "--store", tmp_path / "claims.db")
    first = toygan(*words)
    monkeypatch.setattr("toygan.sweeps.execute.measure", lambda piece: pytest.fail("it trained again"))
    again = toygan(*words)
    assert (again.exit_code, again.stdout) == (first.exit_code, first.stdout)
    (tmp_path / "mine").write_text("mine")
    assert "not a store of toygan" in refused(toygan("claims", "true-one", "--store", tmp_path / "mine"))


OWN = """
[mine]
sentence = "Mine is larger"
recipes = {{mine = "{a}", other = "{a}"}}
metric = "mean-offset"
margin = {margin}
steps = 2
seeds = 2
"""


@pytest.mark.parametrize(("margin", "status"), [(-1e9, 0), (1e9, 1)])
def test_claims_in_a_file_are_measured_in_place_of_the_others(tmp_path: Path, margin: float, status: int) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(OWN.format(a="data=gaussian1d&width=4&batch=8", margin=margin))
    result = toygan("claims", "--file", own, "--jobs", 1, "--first-seed", 50)
    assert result.exit_code == status, result.output
    assert f"{1 - status} of 1 claims hold" in result.stdout
    assert toygan("claims", "--file", own, "--list").stdout == "mine\n    Mine is larger\n"
    assert "closest of 1: mine" in refused(toygan("claims", "--file", own, "true-one"))


def test_a_file_that_holds_no_claim_is_one_line(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text("[mine]\nrecipes = 3")
    assert refused(toygan("claims", "--file", own)).endswith(
        """[mine] recipes: must be share strings by name, such as {mine = "loss=hinge", other = ""}"""
    )
    assert "--quick" in refused(toygan("claims", "--file", own, "--quick"))
    assert "is the file of --file" in refused(toygan("claims", "--file", own, "--store", own))
