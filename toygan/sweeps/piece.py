"""A piece of a sweep: runs that train at once in any process, and their results."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, cast
from uuid import uuid4

import numpy as np
import torch

from toygan.identity import Held, find_change, list_held, mark_unknown
from toygan.limits import cost
from toygan.measure.diagnosis import diagnose_all
from toygan.parts.metrics import default_metrics
from toygan.recipe import Recipe, RecipeError
from toygan.runs.engine import Engine
from toygan.runs.fleet import by_shape
from toygan.runs.record import SAMPLES, Record
from toygan.runs.run import Run
from toygan.sweeps.stored import StoredRecipe
from toygan.text import describe_error

FAILED = "failed: "  # begins the verdict of a run that an error has ended
MEMBERS, MEMORY_BYTES = 64, 2**28  # of one piece: enough for the engine's best pace, and few enough to lose


class Piece(NamedTuple):
    """Runs of recipes of one shape, measured from `n` samples every `every` iterations and at the end."""

    recipes: tuple[Recipe, ...]
    steps: int
    every: int = 100
    metrics: tuple[str, ...] | None = None  # the default ones
    n: int = SAMPLES
    device: str = "cpu"
    held: tuple[tuple[str, str], ...] | None = None  # what the recipes and metrics held when the piece began

    @staticmethod
    def seeds(recipe: Recipe, seeds: int = 16, steps: int = 3000, every: int = 100) -> Piece:
        """Return the piece of a recipe under several seeds, from its own on."""
        return Piece(tuple(recipe.seeds(seeds)), steps, every)

    def list_held(self) -> Held:
        """Return the digests of what the recipes and metrics hold beyond their names."""
        return list_held(self.recipes[0], default_metrics() if self.metrics is None else self.metrics)

    def begin(self, sweep: str = "") -> Piece:
        """Return the piece with what it holds now; what cannot be read is the same only within one `sweep`."""
        if self.held is not None:
            return self
        return self._replace(held=tuple(mark_unknown(self.list_held(), sweep or uuid4().hex).items()))

    def to_json(self) -> str:
        """Return the piece as JSON, which any process can read."""
        return json.dumps([[recipe.to_json() for recipe in self.recipes], *self[1:]])

    @staticmethod
    def from_json(text: str) -> Piece:
        """Return the piece of `to_json`.

        Raises RecipeError if a recipe names a part that this process does not have, or a file that has changed since
        the piece began.
        """
        recipes, steps, every, metrics, n, device, held = json.loads(text)
        several = tuple(map(Recipe.from_json, recipes))
        piece = Piece(several, steps, every, None if metrics is None else tuple(metrics), n, device)
        if held is not None and (change := find_change(dict(held), piece.list_held())) is not None:
            raise RecipeError(change.field, change.value, "it has changed since the sweep began; start it again")
        return piece if held is None else piece._replace(held=tuple((name, digest) for name, digest in held))


class Result(NamedTuple):
    """One run: the iterations at which it was measured `(T,)`, each metric there `(T,)`, and its last verdict.

    `engines` holds what computed its iterations, each with the first of them; nothing if the store is older than that.

    A run that an error has ended has no metric, at the iterations at which it was to be measured; its verdict says
    "failed: " and the error.
    """

    recipe: Recipe | StoredRecipe
    n: int
    diverged_at: int
    verdict: str
    steps: np.ndarray
    metrics: dict[str, np.ndarray]
    engines: tuple[tuple[int, str], ...] = ()

    @property
    def failed(self) -> bool:
        """True if an error has ended the run."""
        return self.verdict.startswith(FAILED)


def fail(piece: Piece, reason: str) -> list[Result]:
    """Return the results of a piece that an error has ended, one a recipe, without any number."""
    steps = np.array(sorted({*range(0, piece.steps, piece.every), piece.steps}), dtype=np.int64)
    return [Result(recipe, piece.n, -1, FAILED + reason, steps, {}) for recipe in piece.recipes]


def describe_failures(failed: Sequence[Result]) -> str:
    """Return runs that failed as one line: the first of them with its error, and the number of the others."""
    first = failed[0]
    more = f" (and {len(failed) - 1} more)" if len(failed) > 1 else ""
    return f"{first.recipe.to_string() or 'the default recipe'}: {first.verdict.removeprefix(FAILED)}{more}"


def run(text: str, later: int = 0) -> list[Result]:
    """Train and measure a piece, given as JSON, on one thread; return one result a recipe.

    `later` iterations of the same shape are to follow in this process: what is compiled serves them too.

    If an error ends the piece, its halves begin again, and so on, until only those runs have failed that meet the error
    by themselves. Raises RecipeError if this process cannot make the recipes.
    """
    return measure(Piece.from_json(text), later)


def measure(piece: Piece, later: int = 0) -> list[Result]:
    """Train and measure a piece as `run` does: with the rows and parts that its recipes hold."""
    try:
        with one_thread():
            return _train(piece, later)
    except Exception as error:
        reason = describe_error(error)
    half = len(piece.recipes) // 2  # here nothing of the error is held in memory any more
    if not half:
        return fail(piece, reason)
    halves = (piece.recipes[:half], piece.recipes[half:])
    return [result for recipes in halves for result in measure(piece._replace(recipes=recipes), later)]


def _train(piece: Piece, later: int) -> list[Result]:
    trained = Run(piece.recipes, piece.device, piece.every, piece.n, piece.metrics, None, Engine(later=later))
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
            tuple(trained.engine.history),
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
