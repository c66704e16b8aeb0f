"""Training any mixture of recipes: populations in lock-step, one snapshot of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch

from toygan.recipe import Recipe
from toygan.training.population import Population, as_tuple
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
    populations = [Population([several[i] for i in group], device) for group in groups]
    order = [i for group in groups for i in group]
    snapshots = [p.snapshot() for p in populations]
    yield join(snapshots, order)
    while populations[0].steps < steps:
        for p in populations:
            p.run(min(every, steps - p.steps))
        snapshots = [p.snapshot(since=last) for p, last in zip(populations, snapshots, strict=True)]
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
