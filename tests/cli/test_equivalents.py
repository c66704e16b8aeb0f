"""`toygan menus --like NAME` and the page of names of other packages."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.shell import toygan

from toygan.cli.equivalents import render_equivalents
from toygan.parts.equivalents import equivalents

PAGE = Path(__file__).parents[2] / "assets/equivalents.md"


def test_a_foreign_name_is_answered_with_all_that_is_known_of_it() -> None:
    result = toygan("menus", "--like", "torchcfm.8gaussians")
    assert result.exit_code == 0
    head, *lines = result.output.splitlines()
    assert head == "torchcfm.sample_8gaussians (1.0.7)"
    assert "  data         ring8(radius=5, sigma=0.5623413)" in lines
    assert [line.split()[0] for line in lines] == ["computes", "formula", "data", "check"]


def test_a_name_that_nothing_equals_says_so() -> None:
    result = toygan("menus", "--like", "torch-optimizer.Lookahead")
    assert "  turns        no equal; nearest: lookahead(k=2, alpha=0.5)" in result.output
    assert "  between      one step later there" in result.output


@pytest.mark.parametrize("name", ["torchcfm.8gausians", "--", "", "nonsense-" * 50])
def test_an_unknown_foreign_name_is_refused_in_one_line(name: str) -> None:
    result = toygan("menus", f"--like={name}")
    assert result.exit_code == 2
    (line,) = (line for line in result.stderr.splitlines() if "--like" in line)
    assert "unknown name" in line
    assert len(line) < 400
    assert ("torchcfm.sample_8gaussians" in line) == name.startswith("torchcfm")


def test_the_page_of_foreign_names_is_not_stale() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert render_equivalents() in page, "a row has changed: run `toygan menus --into assets/equivalents.md`"
    for row in equivalents():
        assert f"`{row.name}`" in page
