"""`toygan compare`: one line, then both means; a page if asked; a mistake is one line."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shell import refused, toygan

from toygan.recipe import Recipe
from toygan.runs.run import Run
from toygan.studies.compare import compare

A, B = Recipe(width=4, batch=8, loss="minimax"), Recipe(width=4, batch=8)
OPTIONS = ("--seeds", 2, "--steps", 10, "--every", 2, "--first-seed", 3)


def test_it_prints_the_line_of_the_function_and_both_means() -> None:
    result = toygan("compare", A.to_string(), B.to_string(), *OPTIONS, "--metric", "sliced-w1")
    assert result.exit_code == 0, result.output
    line, *table = result.stdout.splitlines()
    assert line == str(compare(A, B, "sliced-w1", seeds=2, steps=10, every=2, first_seed=3))
    assert line.endswith("2 seeds, 10 iterations")
    assert [word for row in table for word in row.split() if "=" in word] == ["loss=minimax", "loss=non-saturating"]
    assert table[-1].startswith("In brackets: 95 % interval over 2 seeds. Each score: 2,500 samples of a seed.")


def test_a_mistake_is_one_line() -> None:
    assert "did you mean 'modes-covered'?" in refused(toygan("compare", "", "", "--metric", "mode-covered"))
    assert "loss='hinged'" in refused(toygan("compare", "loss=hinged", ""))
    assert "RECIPE" in refused(toygan("compare", "loss=hinge"))
    assert "RECIPE: give 2 to 4, not 5" in refused(toygan("compare", *[""] * 5))


def test_four_recipes_give_a_page_that_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "page.html"
    texts = [recipe.to_string() for recipe in (A, B, A.but(lr_d=0.1), B.but(lr_d=0.1))]
    result = toygan("compare", *texts, *OPTIONS, "--out", out)
    assert result.exit_code == 0, result.output
    heads = [line.partition(" (")[0] for line in result.stdout.splitlines() if line.startswith("A minus ")]
    assert heads == ["A minus B", "A minus C", "A minus D"]
    assert f"written to {out}" in result.stdout
    made = out.read_bytes()
    assert "--force" in refused(toygan("compare", *texts, "--out", out))
    assert out.read_bytes() == made
    assert "must end in .html" in refused(toygan("compare", *texts, "--out", tmp_path / "page.png"))
    toygan("compare", "width=4", "width=5", *OPTIONS, "--out", out, "--force", "--title", "Mine")
    assert b"<title>Mine</title>" in out.read_bytes()


def test_an_interrupt_is_one_line_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(run: Run) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Run, "step", interrupt)
    result = toygan("compare", "width=4", "width=5", "--out", tmp_path / "page.html")
    assert result.exit_code == 130
    assert result.stderr.endswith("toygan: stopped; a comparison needs all of its runs, and nothing is written\n")
    assert not list(tmp_path.iterdir())
