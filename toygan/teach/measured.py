"""Measurements of a lesson: recipes over seeds, with a progress bar, and the machine they ran on."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping

import torch

from toygan.recipe import MOST_SEEDS, Recipe, check_count, check_recipe
from toygan.runs.fleet import Fleet
from toygan.runs.record import Record

SEEDS = 16
SAMPLES = 1000  # of each seed at each measurement


def over_seeds(
    recipes: Mapping[str, Recipe],
    steps: int,
    every: int = 50,
    metrics: Iterable[str] | None = None,
    seeds: int = SEEDS,
    n: int = SAMPLES,
) -> dict[str, Record]:
    """Train each recipe over several seeds, and measure as it trains.

    Args:
        recipes: The recipes by name; each is trained with its own seed and those that follow it.
        steps: Iterations of each run.
        every: Iterations between two measurements [default: 50].
        metrics: Names of metrics [default: the default metrics of each recipe].
        seeds: Seeds of each recipe [default: 16].
        n: Samples of each seed at each measurement [default: 1000].
    Returns:
        By the name of its recipe a record: `record.steps` `(T,)`, and `record.metric(name)` `(T, seeds)`, of `record.n`
        samples each. More samples find more modes, so `SeedTable(..., n=record.n)` says how many they were.
    Raises:
        ValueError: If a metric is unknown, if `every` or `n` is too small, or if `seeds` is not from 1 to 4096.
    Example:
        >>> from toygan import Recipe
        >>> from toygan.teach import over_seeds
        >>> small = Recipe(width=4, depth=1, batch=8)
        >>> record = over_seeds({"small": small}, steps=4, every=2, seeds=3, n=50)["small"]
        >>> record.steps.tolist(), record.metric("high-quality").shape
        ([0, 2, 4], (3, 3))
    """
    from tqdm.auto import tqdm

    check_count("seeds", seeds, MOST_SEEDS)
    for name, recipe in recipes.items():
        check_recipe(f"recipes[{name!r}]", recipe)
    several = [seed for recipe in recipes.values() for seed in recipe.seeds(seeds)]
    fleet = Fleet(several, every=every, n=n, metrics=metrics, most=lambda _: seeds)  # a population for each recipe
    with tqdm(total=steps, unit=" iterations", unit_scale=True, leave=False) as bar:
        for _ in fleet.until(steps):
            bar.update(fleet.steps - bar.n)
    return {name: fleet.member(i * seeds)[0].record for i, name in enumerate(recipes)}


def machine() -> str:
    """Return the versions of torch and Python, the system and its number of cores, as one line.

    Example:
        >>> from toygan.teach import machine
        >>> machine().startswith("torch ")
        True
    """
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} of them used"
    return f"torch {torch.__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}, {cores}"
