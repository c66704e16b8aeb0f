"""Training any mixture of recipes: runs in lock-step, one snapshot of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from toygan.recipe import Recipe
from toygan.runs.run import Run
from toygan.training.population import as_tuple
from toygan.training.snapshot import Snapshot, join


def train(
    recipes: Recipe | Sequence[Recipe], steps: int = 2000, every: int = 100, device: str | torch.device = "cpu"
) -> Iterator[Snapshot]:
    """Snapshots of any mixture of recipes, at the start and after every `every` iterations; the caller drives.

    Recipes that can share a population do; the populations are stepped in lock-step, and a snapshot holds all members,
    in the order of `recipes`. Raises ValueError where the data of two recipes have different dimensions.
    """
    several = as_tuple(recipes)
    groups = _grouped(several)
    if len({r.distribution.dim for r in several}) > 1:
        raise ValueError("recipes: data of different dimensions cannot stand in one snapshot; train them apart")
    runs = [Run([several[i] for i in group], device, every) for group in groups]
    order = [i for group in groups for i in group]
    for snapshots in zip(*(run.until(steps) for run in runs), strict=True):
        yield join(snapshots, order)


def _grouped(recipes: Sequence[Recipe]) -> list[list[int]]:
    """Indices of the recipes, those that can share a population together."""
    groups: list[list[int]] = []
    for i, recipe in enumerate(recipes):
        for group in groups:
            if recipes[group[0]].same_shape(recipe) is None:
                group.append(i)
                break
        else:
            groups.append([i])
    return groups
