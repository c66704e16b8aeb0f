"""A playground continues from a state: the object, its file, or the folder of a finished run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support.folders import SMALL
from support.shell import toygan

from toygan import Playground, Population, Recipe, Session, State, StateError
from toygan.runs.run import Run

RECIPE = Recipe(width=4, batch=4, seed=5)


def trained(steps: int) -> Population:
    population = Population(RECIPE.seeds(2))
    population.run(steps)
    return population


def refusal(**given: Any) -> str:
    with pytest.raises(ValueError, match=r".") as error:
        Playground(**given)
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


@pytest.mark.parametrize("form", ["state", "text", "path"])
def test_it_goes_on_as_the_run_would_have(form: str, tmp_path: Path) -> None:
    state, file = trained(3).state, tmp_path / "mine.state"
    state.save(file)
    playground = Playground(state={"state": state, "text": str(file), "path": file}[form])
    assert (playground.session.iteration, playground.session.seeds, playground.session.recipe) == (3, 2, RECIPE)
    assert list(playground.session.record.steps) == [3]
    playground.step()
    playground.step()
    assert torch.equal(playground.session.population.generator.theta, trained(5).generator.theta)
    assert playground.set("lr_g", 0.01)
    playground.reset()
    assert playground.session.iteration == 0
    playground.close()


def test_it_continues_a_run_that_was_trained_in_a_shell(tmp_path: Path) -> None:
    assert toygan("train", *SMALL, "--steps", 4, "--out", tmp_path / "run").exit_code == 0
    playground = Playground(state=tmp_path / "run", panels=("samples", "losses", "coverage"))
    assert playground.session.iteration == 4
    assert "iteration 4" in playground.session.status
    playground.close()


def test_a_recipe_and_seeds_that_agree_may_be_given() -> None:
    playground = Playground(RECIPE, seeds=2, state=trained(1).state)
    assert playground.session.iteration == 1
    playground.close()


def test_what_contradicts_is_refused() -> None:
    state, run = trained(1).state, Run(RECIPE.seeds(2))
    assert refusal(state=state, run=run).startswith("run, state: give one of them")
    assert refusal(recipe=Recipe(), state=state).startswith("recipe, state: give one of them")
    assert refusal(recipe=Recipe(), run=run).startswith("recipe, run: give one of them")
    assert refusal(seeds=3, state=state) == "seeds=3: must be left out, or 2, as the state has"


def test_what_is_not_a_state_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("words")
    assert "words.txt: is damaged, or not a state of toygan" in refusal(state=tmp_path / "words.txt")
    assert "has no state.safetensors; must be a state" in refusal(state=str(tmp_path))
    assert refusal(state=3) == "state=3: must be a State, a file of one, or the folder of a finished run"


@pytest.mark.parametrize(
    ("recipes", "words"),
    [
        ([RECIPE, RECIPE.but(seed=6, lr_d=0.5)], "member 1 has lr_d=0.5"),
        ([RECIPE, RECIPE.but(seed=7)], "member 1 has seed=7"),
        ([RECIPE, RECIPE], "member 1 has seed=5"),
    ],
)
def test_members_are_one_recipe_under_several_seeds(recipes: list[Recipe], words: str) -> None:
    state = Population(recipes).state
    assert words in refusal(state=state)
    with pytest.raises(StateError, match=r"state\.select\(\[i\]\) takes one member"):
        Session.from_state(state)
    session = Session.from_state(state.select([1]))
    assert session.recipe == recipes[1]


def test_a_state_that_is_loaded_gives_its_generator(tmp_path: Path) -> None:
    population = trained(2)
    population.state.save(tmp_path / "mine.state")
    samples = Population.restore(State.load(tmp_path / "mine.state")).generate(50)
    assert np.array_equal(samples.numpy(), population.generate(50).numpy())


def test_a_playground_gives_new_rows_of_the_run_that_is_shown() -> None:
    playground = Playground(state=trained(3).state)
    playground.focus(1)
    assert playground.samples(20, seed=4).equals(trained(3).table(20, seed=4, member=1))
    assert not playground.samples(20).equals(playground.samples(20))
    playground.close()
