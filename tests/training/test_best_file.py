"""The best state of each seed is read from its file, or refused in one line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from toygan import Population, Recipe, State, StateError
from toygan.files import pack
from toygan.training.best_file import FILE, encode


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A folder whose seed 7 was best at iteration 2, and whose seed 3 was at iteration 0."""
    population = Population([Recipe(width=4, batch=4, seed=seed) for seed in (7, 3)])
    first = population.state.select([1])
    population.run(2)
    content = {7: population.state.select([0]).to_bytes(), 3: first.to_bytes()}
    (tmp_path / FILE).write_bytes(encode(content))
    population.state.save(tmp_path / "state.safetensors")
    return tmp_path


def test_each_seed_has_the_state_of_its_own_iteration_and_the_first_is_the_usual_one(run: Path) -> None:
    for seed, steps in ((None, 2), (7, 2), (3, 0)):
        best = State.load(run, best=True, seed=seed)
        assert (best.steps, [recipe.seed for recipe in best.recipes]) == (steps, [7 if seed is None else seed])
    assert State.load(run).steps == 2
    assert torch.equal(State.load(run, best=True).average, State.load(run).average[:1])


def test_what_is_not_there_is_refused_in_a_line(run: Path, tmp_path: Path) -> None:
    with pytest.raises(StateError, match=r"seed=4: must be one of 7, 3, whose best state is kept"):
        State.load(run, best=True, seed=4)
    with pytest.raises(StateError, match="seed=7: needs best=True"):
        State.load(run, seed=7)
    with pytest.raises(StateError, match=r"has no best.npz; must be the folder of a run"):
        State.load(run / "state.safetensors", best=True)


@pytest.mark.parametrize(
    "content",
    [b"words", pack({}, {}), pack([], {}), encode({}), encode({7: b"words"}), pack({}, {"seed/7": np.ones(2)})],
)
def test_what_is_damaged_is_refused_in_a_line(content: bytes, run: Path) -> None:
    (run / FILE).write_bytes(content)
    with pytest.raises(StateError) as error:
        State.load(run, best=True)
    assert len(str(error.value).splitlines()) == 1
