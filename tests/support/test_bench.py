"""The benchmark runs; what it measures is nobody's promise."""

from __future__ import annotations

import pytest
from support import bench


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


def test_the_engine_is_measured_against_a_plain_loop(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SIZES", ((4, 8),))
    monkeypatch.setattr(bench, "rates", lambda steps, rounds, seconds: {n: [f() or 2.0] * 4 for n, f in steps.items()})
    bench.main(["engine"])
    assert "32.00 (32.00-32.00)" in capsys.readouterr().out, (
        "at equal steps per second, 32 members make 32 times the steps"
    )


def test_rates_are_steps_per_second() -> None:
    done = []
    measured = bench.rates({"one": lambda: done.append(1), "other": lambda: None}, rounds=3, seconds=0.001)
    assert [len(values) for values in measured.values()] == [3, 3]
    assert len(done) >= 3
    assert min(measured["one"]) > 0


def test_a_table_that_does_not_exist_is_named() -> None:
    with pytest.raises(SystemExit, match="no such table: engines; there are engine"):
        bench.main(["engines"])
