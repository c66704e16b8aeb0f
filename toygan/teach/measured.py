"""What a lesson measures: recipes over seeds, behind a progress bar."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping

import torch

from toygan.recipe import Recipe
from toygan.runs.fleet import Fleet
from toygan.runs.record import Record

SEEDS = 16
SAMPLES = 1000  # of each seed at each measurement


def over_seeds(
    recipes: Mapping[str, Recipe], steps: int, every: int = 50, metrics: Iterable[str] | None = None,
    seeds: int = SEEDS, n: int = SAMPLES,
) -> dict[str, Record]:  # fmt: skip
    """Each recipe trained under so many seeds, all at once, and measured from n samples every `every` iterations.

    The default metrics are taken unless some are named. Raises what `Run` raises.
    """
    from tqdm.auto import tqdm

    several = [seed for recipe in recipes.values() for seed in recipe.seeds(seeds)]
    fleet = Fleet(several, every=every, n=n, metrics=metrics, most=lambda _: seeds)  # a population for each recipe
    with tqdm(total=steps, unit=" iterations", unit_scale=True, leave=False) as bar:
        for _ in fleet.until(steps):
            bar.update(fleet.steps - bar.n)
    return {name: fleet.member(i * seeds)[0].record for i, name in enumerate(recipes)}


def machine() -> str:
    """What a measurement ran on: torch, Python, the system and its cores."""
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} of them used"
    return f"torch {torch.__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}, {cores}"
