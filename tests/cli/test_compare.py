"""`toygan compare`: one line, then both means; a mistake is one line."""

from __future__ import annotations

from support.shell import refused, toygan

from toygan.recipe import Recipe
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
