"""What a lesson measures is what a run measures, and is said with the machine that it ran on."""

from __future__ import annotations

import numpy as np
import torch

from toygan import Recipe
from toygan.runs.run import Run
from toygan.teach import machine, over_seeds

SMALL = Recipe(width=4, depth=1, batch=4)


def test_every_recipe_is_measured_under_all_seeds_as_a_run_would_be() -> None:
    recipes = {"a": SMALL, "b": SMALL.but(lr_g=1e-2)}
    found = over_seeds(recipes, steps=6, every=3, seeds=3, n=50)
    for name, recipe in recipes.items():
        run = Run(recipe.seeds(3), every=3, n=50)
        run.run(6)
        assert found[name].steps.tolist() == [0, 3, 6]
        np.testing.assert_array_equal(found[name].metric("sliced-w1"), run.record.metric("sliced-w1"))


def test_metrics_that_are_named_are_the_only_ones() -> None:
    assert over_seeds({"a": SMALL}, 2, 2, ["high-quality"], 2, 50)["a"].names == ["high-quality"]


def test_the_machine_names_torch_and_its_cores() -> None:
    assert f"torch {torch.__version__}" in machine()
    assert "cores" in machine()
