"""What a lesson measures: recipes over seeds, behind a progress bar."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping

import torch

from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.runs.run import Run

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

    named = None if metrics is None else list(metrics)
    runs = {name: Run(recipe.seeds(seeds), every=every, n=n, metrics=named) for name, recipe in recipes.items()}
    with tqdm(total=steps * len(runs), unit=" iterations", unit_scale=True, leave=False) as bar:
        for name, run in runs.items():
            bar.set_description(str(name))
            for _ in run.until(steps):
                bar.update(min(every, run.steps))
    return {name: run.record for name, run in runs.items()}


def machine() -> str:
    """What a measurement ran on: torch, Python, the system and its cores."""
    cores = f"{os.cpu_count()} cores, {torch.get_num_threads()} of them used"
    return f"torch {torch.__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}, {cores}"
