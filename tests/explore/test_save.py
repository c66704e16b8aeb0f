"""A page is planned, trained, made to fit its budget, and written as a whole or not at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.films import AXES, SEEDS, SMALL, STEPS, small_film
from support.shell import refused, toygan

from toygan import Recipe, RecipeError
from toygan.explore import save as saving
from toygan.explore.content import describe_film
from toygan.explore.detail import DETAILS, TooLarge
from toygan.explore.film import shoot
from toygan.explore.pack import as_text, pack_cell, pack_overview
from toygan.explore.page import build_page
from toygan.explore.save import Plan, save
from toygan.sweeps.grid import Grid

WORDS = [
    "explore", "loss=minimax,hinge", "lr_d=1e-4,1e-3,1e-2", "lr_g=1e-3,1e-2", "--seeds", SEEDS, "--steps", STEPS,
    "--width", 4, "--batch", 8,
]  # fmt: skip
HOSTILE = '</script><img src=x onerror="alert(1)">&\''


@pytest.fixture(autouse=True)
def trained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The runs of these tests are trained once."""
    monkeypatch.setattr(saving, "shoot", lambda *given: small_film())


def plan(budget: int | None = None, folder: bool = False, title: str = "it") -> Plan:
    return Plan(Grid(AXES, SMALL), SEEDS, STEPS, title, budget, folder)


def test_a_page_is_one_file_that_asks_for_nothing(tmp_path: Path) -> None:
    size = save(plan(title=HOSTILE), tmp_path / "p.html")
    content = (tmp_path / "p.html").read_text()
    assert size == len(content.encode())
    assert "default-src 'none'; script-src 'unsafe-inline'; style-src" in content
    assert HOSTILE not in content
    assert not re.search(r"<(script|link|img)[^>]+(src|href)=", content)
    assert [path.name for path in tmp_path.iterdir()] == ["p.html"]


def test_a_page_fits_its_budget_or_is_refused_before_it_trains(tmp_path: Path) -> None:
    for budget in (10**6, DETAILS[-1].estimate(len(small_film().words))):
        assert save(plan(budget), tmp_path / "p.html", force=True) <= budget
    with pytest.raises(TooLarge, match="budget=100 kB: 24 runs take about"):
        plan(100_000)


def test_a_page_that_comes_out_larger_than_its_budget_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saving, "build_page", lambda *given: b"x" * 10**7)
    with pytest.raises(TooLarge, match=r"about 10 MB"):
        save(plan(10**6), tmp_path / "p.html")
    assert not list(tmp_path.iterdir())


def test_a_folder_holds_a_page_and_a_script_for_each_cell(tmp_path: Path) -> None:
    out = tmp_path / "site"
    size = save(plan(folder=True), out)
    names = {"index.html", *(f"cell-{i}.js" for i in range(12))}
    assert {file.name for file in out.iterdir()} == names
    assert size == sum(file.stat().st_size for file in out.iterdir())
    assert "script-src 'unsafe-inline' 'self' file:;" in (out / "index.html").read_text()
    (out / "cell-99.js").write_text("of a larger grid")
    with pytest.raises(FileExistsError, match="force=True"):
        save(plan(folder=True), out)
    save(plan(folder=True), out, force=True)
    assert {file.name for file in out.iterdir()} == names
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_folder_with_other_files_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(RecipeError, match=r"thesis\.tex"):
        save(plan(folder=True), tmp_path, force=True)
    with pytest.raises(RecipeError, match="is a file"):
        save(plan(folder=True), tmp_path / "thesis.tex", force=True)


@pytest.mark.parametrize("name", ["p.html", "site/"])
def test_an_interrupt_leaves_nothing_and_keeps_what_was_there(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*given: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(saving, "shoot", interrupt)
    ran = toygan(*WORDS, "--out", f"{tmp_path}/{name}")
    assert ran.exit_code == 130
    assert "nothing is written" in ran.stderr
    assert not list(tmp_path.iterdir())


def test_the_shell_says_the_size_before_it_trains_and_replaces_nothing_unasked(tmp_path: Path) -> None:
    out = tmp_path / "p.html"
    said = toygan(*WORDS, "--out", out, "--budget", "1MB").stdout
    assert re.search(r"24 runs of 6 iterations, 61 pictures .*\nexpected size: about [\d.]+ [kM]B\nwritten to", said)
    before = out.read_bytes()
    assert "--force" in refused(toygan(*WORDS, "--out", out))
    assert out.read_bytes() == before
    assert "written to" in toygan(*WORDS, "--out", out, "--force").stdout


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--out", "p.pdf"], "must end in .html"),
        (["--out", "p.html", "--budget", "few"], "is not a size"),
        (["--out", "p.html", "--budget", "90kB"], "--budget=90 kB: 24 runs take about"),
        (["--out", "nowhere/p.html"], "no such folder"),
        (["--out", "nowhere/site/"], "no such folder"),
        (["--out", "p.html", "loss=hinge"], "a field is given twice"),
        (["--out", "p.html", "--data", "digits"], "are images"),
    ],
)
def test_the_shell_refuses_in_one_line_before_it_trains(
    words: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert reason in refused(toygan(*WORDS, *words))
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_a_run_takes_at_most_40_kilobytes_and_64_runs_less_than_4_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    film = shoot(Grid({"loss": ["minimax", "non-saturating"], "lr_d": [1e-4, 1e-3]}, Recipe(width=32)), 4, 2000)
    pictures = sum(len(as_text(pack_cell(film, cell, DETAILS[0]))) for cell in range(len(film.grid.cells)))
    rest = len(as_text(pack_overview(describe_film(film, DETAILS[0]), film)))
    per_run = (pictures + rest) / len(film.words)
    assert per_run <= 40_000, "its pictures, its curves and the words of its diagnosis, as text of the page"
    script = len(build_page(film, "it", DETAILS[0])) - pictures - rest
    assert script + 64 * per_run < 4e6
