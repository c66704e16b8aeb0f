"""A column that is small beside another one counts as much, and the diagnosis names it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from toygan import DISTRIBUTIONS, Recipe, evaluate
from toygan.measure.diagnosis import Diagnosis, diagnose_all
from toygan.parts.metrics import live_metrics
from toygan.runs.record import Record

GAME = {"accuracy-real": 0.7, "accuracy-fake": 0.7, "loss-d": 1.2, "loss-g": 0.7, "generator-weight": 0.5}
ROWS, SEEDS = 500, 2

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def unchanged(score: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return score


def shuffled(score: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rng.permutation(score)


def constant(score: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return 0 * score


def diagnose_samples(rows: np.ndarray, data: str) -> Diagnosis:
    """Diagnose a run that looks like this five times, with a D that is right on 70 % of the samples."""
    metrics = {name: np.full((5, 1), x[0]) for name, x in evaluate(rows, data, live_metrics()).items()}
    metrics |= {name: np.full((5, 1), x) for name, x in GAME.items()}
    record = Record.from_arrays([Recipe(data=data)], range(2000, 2500, 100), metrics)
    record.n = len(rows)
    return diagnose_all(record)[0]


def income_and_score(rng: np.random.Generator, n: int) -> np.ndarray:
    t = rng.uniform(-3, 3, n)
    return np.c_[1000 + 200 * t, 0.5 * np.sin(t) + 0.02 * rng.standard_normal(n)]


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "table.csv"
    rows = income_and_score(np.random.default_rng(0), 1500)
    np.savetxt(path, rows, delimiter=",", header="income,score", comments="")
    return path


@pytest.mark.parametrize("spec", ["standardised(of=file(path='table.csv'))", "file(path='table.csv')"])
@pytest.mark.parametrize(
    ("change", "place"),
    [
        (unchanged, ""),
        (shuffled, "between income and score"),
        (constant, "in score"),
        (lambda score, rng: 50 * score, "in score"),
        (lambda score, rng: score + 10, "in score"),
    ],
)
def test_a_score_beside_an_income_is_named_if_it_is_wrong(
    spec: str, change: Change, place: str, table: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    for seed in range(1, SEEDS + 1):
        rng = np.random.default_rng(seed)
        rows = income_and_score(rng, ROWS)
        rows[:, 1] = change(rows[:, 1], rng)
        found = diagnose_samples(rows, spec)
        assert (found.verdict == "healthy") == (not place)
        assert place in found.evidence[-1]


@pytest.mark.parametrize(
    ("change", "place"), [(unchanged, ""), (shuffled, "between column 1 and column 2"), (constant, "in column 2")]
)
def test_a_wave_that_is_long_beside_its_height_is_seen(change: Change, place: str) -> None:
    data = "function(f=sine,low=-30.0,high=30.0)"
    rng = np.random.default_rng(1)
    x = rng.uniform(-30, 30, ROWS)
    rows = np.c_[x, change(np.sin(x) + 0.1 * rng.standard_normal(ROWS), rng)]
    found = diagnose_samples(rows, data)
    assert (found.verdict == "healthy") == (not place)
    assert place in found.evidence[-1]


def spend(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.c_[np.where(rng.uniform(size=n) < 0.9, 0, np.exp(rng.normal(3, 1, n))), rng.normal(40, 10, n)]


def test_rows_of_a_table_with_a_heavy_tail_are_healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their spreads differ by more than a fifth by themselves."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = spend(rng, 1500)
    np.savetxt("table.csv", rows, delimiter=",", header="spend,age", comments="")
    for _ in range(4):
        assert diagnose_samples(rng.choice(rows, ROWS), "standardised(of=file(path='table.csv'))").verdict == "healthy"
    narrow = rows.mean(0) + 0.5 * (rng.choice(rows, ROWS) - rows.mean(0))
    assert diagnose_samples(narrow, "standardised(of=file(path='table.csv'))").verdict == "too narrow"


def test_a_column_that_is_constant_in_the_data_is_not_a_stuck_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    rows = np.c_[np.full(1500, 7.3), rng.normal(size=1500)]
    np.savetxt("table.csv", rows, delimiter=",", header="version,y", comments="")
    found = diagnose_samples(rows[:ROWS] + np.array([1, 0]), "standardised(of=file(path='table.csv'))")
    assert found.verdict == "off centre"
    assert "in version" in found.evidence[-1]


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> np.ndarray:
    """Age, income and a rate that depends on it, of very different size, as a file and as an array."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    age = rng.uniform(20, 65, 1500)
    income = np.exp(9.5 + 0.02 * age + 0.3 * rng.standard_normal(1500))
    rate = 1 / (1 + np.exp((40_000 - income) / 15_000 + 0.3 * rng.standard_normal(1500)))
    rows = np.c_[age, income, rate]
    np.savetxt("table.csv", rows, delimiter=",", header="age,income,rate", comments="")
    return rows


@pytest.mark.parametrize("column", [0, 1, 2])
@pytest.mark.parametrize(
    ("scale", "shift", "verdict"), [(0.3, 0, "too narrow"), (3, 0, "too wide"), (1, 1, "off centre"), (1, 0, "healthy")]
)
def test_the_fault_of_one_column_of_several_is_its_own(
    column: int, scale: float, shift: float, verdict: str, people: np.ndarray
) -> None:
    rows = people[np.random.default_rng(1).permutation(1500)[:ROWS]]
    mean, spread = people.mean(0)[column], people.std(0)[column]
    rows[:, column] = mean + scale * (rows[:, column] - mean) + shift * spread
    found = diagnose_samples(rows, "standardised(of=file(path='table.csv'))")
    assert found.verdict == verdict
    assert (f"in {('age', 'income', 'rate')[column]}, " in found.evidence[-1]) == (verdict != "healthy")


def test_noise_about_levels_is_no_broken_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    x = rng.standard_normal(1500)
    rows = np.c_[x + rng.standard_normal(1500) > 0.5, np.where(rng.uniform(size=1500) < 0.85, 0, np.exp(x)), x]
    np.savetxt("table.csv", rows, delimiter=",", header="flag,spend,x", comments="")
    noisy = rng.choice(rows, ROWS) + 0.02 * rows.std(0) * rng.standard_normal((ROWS, 1))
    assert diagnose_samples(noisy, "standardised(of=file(path='table.csv'))").verdict == "healthy"


def test_a_link_between_two_of_several_columns_is_named(people: np.ndarray) -> None:
    rng = np.random.default_rng(1)
    rows = people[rng.permutation(1500)[:ROWS]]
    rows[:, 2] = rng.permutation(rows[:, 2])
    found = diagnose_samples(rows, "standardised(of=file(path='table.csv'))")
    assert found.verdict == "link broken"
    assert "between income and rate" in found.evidence[-1]


def test_new_rows_are_healthy_beside_rows_held_out(people: np.ndarray) -> None:
    """True samples of which half repeat the rows they are compared with would be nearer than any new row can be."""
    spec = "standardised(of=file(path='table.csv',held_out=0.2))"
    training = DISTRIBUTIONS.make(spec).training_set
    assert training is not None
    rng = np.random.default_rng(1)
    for columns in ("", ",columns='age,income'"):
        rows = training.numpy()[rng.permutation(1200)[:ROWS], : 2 if columns else 3]
        held = spec.replace(",held", f"{columns},held")
        assert diagnose_samples(rows, held).verdict == "healthy"
        few = rows[rng.integers(0, 20, ROWS)]
        assert diagnose_samples(few, held).verdict == "memorised"
