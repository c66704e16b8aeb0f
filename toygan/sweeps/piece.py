"""A piece of a sweep: runs that train at once in any process, and their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, cast

import numpy as np
import torch

from toygan.limits import cost
from toygan.measure.diagnosis import diagnose_all
from toygan.recipe import Recipe
from toygan.runs.fleet import by_shape
from toygan.runs.record import SAMPLES, Record
from toygan.runs.run import Run
from toygan.sweeps.stored import StoredRecipe

MEMBERS, MEMORY_BYTES = 64, 2**28  # of one piece: enough for the engine's best pace, and few enough to lose


class Piece(NamedTuple):
    """Runs of recipes of one shape, measured from `n` samples every `every` iterations and at the end."""

    recipes: tuple[Recipe, ...]
    steps: int
    every: int = 100
    metrics: tuple[str, ...] | None = None  # the default ones
    n: int = SAMPLES
    device: str = "cpu"

    @staticmethod
    def seeds(recipe: Recipe, seeds: int = 16, steps: int = 3000, every: int = 100) -> Piece:
        """Return the piece of a recipe under several seeds, from its own on."""
        return Piece(tuple(recipe.seeds(seeds)), steps, every)

    def to_json(self) -> str:
        """Return the piece as JSON, which any process can read."""
        return json.dumps([[recipe.to_json() for recipe in self.recipes], *self[1:]])

    @staticmethod
    def from_json(text: str) -> Piece:
        """Return the piece of `to_json`; RecipeError if a recipe names a part that this process does not have."""
        recipes, steps, every, metrics, n, device = json.loads(text)
        several = tuple(map(Recipe.from_json, recipes))
        return Piece(several, steps, every, None if metrics is None else tuple(metrics), n, device)


class Result(NamedTuple):
    """One run: the iterations at which it was measured `(T,)`, each metric there `(T,)`, and its last verdict."""

    recipe: Recipe | StoredRecipe
    n: int
    diverged_at: int
    verdict: str
    steps: np.ndarray
    metrics: dict[str, np.ndarray]


def run(text: str) -> list[Result]:
    """Train and measure a piece, given as JSON, on one thread; return one result a recipe. Raises what `Run` raises."""
    piece = Piece.from_json(text)
    with one_thread():
        trained = Run(piece.recipes, piece.device, piece.every, piece.n, piece.metrics, limit=None)
        trained.run(piece.steps)
        record = trained.record
        verdicts = [diagnosis.verdict for diagnosis in diagnose_all(record)]
    return [
        Result(
            recipe,
            record.n,
            int(record.diverged_at[i]),
            verdicts[i],
            record.steps.copy(),
            {name: record.metric(name)[:, i].copy() for name in record.names},
        )
        for i, recipe in enumerate(record.recipes)
    ]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: the same to the last bit in every process; small networks gain nothing from more."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def build_record(results: Sequence[Result]) -> Record:
    """Return the record of runs that were measured at the same iterations."""
    steps, names = results[0].steps, list(results[0].metrics)
    columns = {name: np.stack([result.metrics[name] for result in results], axis=1) for name in names}
    record = Record.from_arrays(
        [cast(Recipe, r.recipe) for r in results], steps, columns, [r.diverged_at for r in results]
    )
    record.n = results[0].n
    return record


def split_into_pieces(
    recipes: Iterable[Recipe],
    steps: int,
    every: int,
    metrics: tuple[str, ...] | None = None,
    device: str = "cpu",
    members: int = MEMBERS,
) -> list[Piece]:
    """Return recipes by shape, in pieces of at most `members` and about MEMORY_BYTES: the same on every machine."""
    several = list(recipes)
    return [
        Piece(tuple(several[i] for i in group), steps, every, metrics, device=device)
        for group in by_shape(several, lambda recipe: largest(recipe, members))
    ]


def largest(recipe: Recipe, members: int = MEMBERS) -> int:
    """Return the number of members of a recipe that one piece holds, at most `members`."""
    size = members
    while size > 1 and cost(recipe, size).memory > MEMORY_BYTES:
        size //= 2
    return size
