"""Every pair of parts, captured: the numbers of the step to the last bit; and compiled, for the most unusual rows."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from support.pairs import PLAN

from toygan import Population, Recipe
from toygan.compiler import background
from toygan.training.program import Program

ITERATIONS, SAMPLE = 6, 100  # of more than a thousand pairs, which take an hour
ALLOWED = [recipe for _, recipe in PLAN if isinstance(recipe, Recipe)]
UNUSUAL: list[dict[str, Any]] = [
    {"regularizers": {"spectral-norm": 1}},
    {"regularizers": {"unrolled": 2}},
    {"regularizers": {"packing": 2}},
    {"turns": "lookahead(k=4)"},
    {"loss": "mmd"},
    {"loss": "sliced-wasserstein"},
    {"discriminator": "batch-norm-mlp"},
    {"noise": "learned-table"},
    {"optimizer": "optimistic-adam"},
]


@pytest.mark.slow
def test_pairs_captured_are_those_of_the_step() -> None:
    for recipe in random.Random(0).sample(ALLOWED, SAMPLE):
        stepped = Population(recipe.seeds(2))
        captured = stepped.fork()
        captured.program = Program(captured)
        for population in (stepped, captured):
            population.run(ITERATIONS)
        assert captured.state.to_bytes() == stepped.state.to_bytes(), recipe


@pytest.mark.slow
@pytest.mark.skipif(not background.has_compiler(), reason="needs a C++ compiler")
@pytest.mark.parametrize("changes", UNUSUAL, ids=str)
def test_unusual_rows_compiled_are_those_of_the_step_but_for_rounding(
    changes: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "programs"))
    monkeypatch.setenv(background.SWITCH, "1")
    monkeypatch.setattr(background, "_failed", set())
    stepped = Population(Recipe(width=4, depth=1, batch=8, **changes).seeds(3), dtype=torch.float64)
    compiled = stepped.fork()
    assert compiled.compile() == "compiled"
    for population in (stepped, compiled):
        population.run(30)
    for mine, its in zip(stepped.state.tensors.values(), compiled.state.tensors.values(), strict=True):
        torch.testing.assert_close(its, mine, rtol=1e-6, atol=1e-6)


@pytest.mark.slow
@pytest.mark.skipif(not background.has_compiler(), reason="needs a C++ compiler")
def test_a_step_that_solves_equations_stays_captured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "programs"))
    monkeypatch.setenv(background.SWITCH, "1")
    stepped = Population(Recipe(width=4, depth=1, batch=8, turns="competitive", optimizer="sgd"))
    captured = stepped.fork()
    begun = []
    compile_one = background._compile
    monkeypatch.setattr(background, "_compile", lambda job, path: begun.append(path) or compile_one(job, path))
    for _ in range(2):
        monkeypatch.setattr(background, "_failed", set())  # as in another process
        assert captured.compile().startswith("captured: ")  # torch would call its solver by a file that is not kept
    assert len(begun) == 1
    assert not list(begun[0].parent.glob("*.so"))
    for population in (stepped, captured):
        population.run(3)
    assert captured.state.to_bytes() == stepped.state.to_bytes()
