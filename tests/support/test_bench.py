"""The benchmark runs; what it measures is nobody's promise."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from support import bench, bench_engine
from support.jax_gan import jax_loop
from support.timing import rates

from toygan import Population, Recipe
from toygan.training.program import Program


def test_every_part_has_a_price(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(bench, "ROUNDS", 4)
    monkeypatch.setattr(bench, "rates", lambda steps, rounds, seconds: {n: [f() or 1.0] * 4 for n, f in steps.items()})
    bench.main(["parts"])
    printed = capsys.readouterr().out
    menus = {
        "loss": bench.LOSSES,
        "regularizer": bench.REGULARIZERS,
        "turns": bench.TURNS,
        "optimizer": bench.OPTIMIZERS,
    }
    for title, menu in menus.items():
        for name in menu:
            assert f"  {title} {name} " in printed


@pytest.mark.parametrize("strength", [0.0, 0.1])
def test_the_engine_is_measured_against_a_plain_loop(monkeypatch: pytest.MonkeyPatch, strength: float) -> None:
    monkeypatch.setattr(bench_engine, "SIZES", ((4, 8),))
    monkeypatch.setattr(bench_engine, "MEMBERS", (4,))
    monkeypatch.setattr(bench_engine, "compile_for", lambda program: None)
    monkeypatch.setattr(bench_engine, "rates", lambda steps, *how: {n: [f() or 2.0] * 4 for n, f in steps.items()})
    monkeypatch.setattr(bench_engine, "is_installed", lambda: False)
    title, row = bench_engine.rows(strength)
    found = dict(zip(title, row, strict=True))
    assert found["step by step"] == found["captured"] == "4.00 (4.00-4.00)", (
        "at equal steps per second, 4 members make 4 times the steps"
    )
    assert (found["JAX"], found["compiled"]) == ("not installed", "no compiler")


@pytest.mark.slow
def test_jax_trains_the_same_game() -> None:
    pytest.importorskip("jax")
    step = jax_loop(16, 64, members=4, iterations=1000)
    for _ in range(3):
        layers, *_ = step()
    x = np.random.default_rng(0).normal(size=(4, 500, 2))
    for weight, bias in layers[:-1]:
        x = np.maximum(x @ np.asarray(weight) + np.asarray(bias)[:, None], 0)
    x = x @ np.asarray(layers[-1][0]) + np.asarray(layers[-1][1])[:, None]
    assert np.linalg.norm(x, axis=-1).mean(1) == pytest.approx([1] * 4, abs=0.2), "the ring has radius 1"


def test_without_a_compiler_nothing_is_compiled(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bench_engine.background, "has_compiler", lambda: False)
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "cache"))
    assert bench_engine.compile_for(Program(Population(Recipe(width=4, batch=8)))) is None


def test_the_cost_of_a_member_is_told_in_the_least(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "GROWTH", (1, 64))
    monkeypatch.setattr(bench, "_cost_of_a_member", {1: 3.0, 64: 0.5}.__getitem__)
    bench.main(["growth"])
    printed = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert printed[-2:] == [["1", "6.00"], ["64", "1.00", "1.3"]]


def test_rates_are_steps_per_second() -> None:
    done = []
    measured = rates({"one": lambda: done.append(1), "other": lambda: None}, rounds=3, seconds=0.001)
    assert [len(values) for values in measured.values()] == [3, 3]
    assert len(done) >= 3
    assert min(measured["one"]) > 0


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(SystemExit, match="no such table: engines; there are engine"):
        bench.main(["engines"])
