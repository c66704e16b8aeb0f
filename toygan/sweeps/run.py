"""A sweep: many recipes over seeds, as one table."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from toygan.limits import refuse_too_large
from toygan.parts.metrics import METRICS
from toygan.recipe import DEFAULT, MOST_RUNS, Recipe, RecipeError, check_count
from toygan.sweeps.design import Axes, Spread, build_recipes, count_cells, list_recipes
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece, Result, split_into_pieces
from toygan.sweeps.store import Store
from toygan.sweeps.table import build_frame, list_failures, refuse_too_long

if TYPE_CHECKING:
    import pandas as pd


class RunsFailed(UserWarning):
    """The warning that an error has ended some runs of a sweep."""


def sweep(
    grid: Axes | Spread | Iterable[Recipe],
    seeds: int = 16,
    steps: int = 2000,
    every: int = 100,
    metrics: Iterable[str] | None = None,
    executor: Executor | None = None,
    store: str | Path | Store | None = None,
    base: Recipe = DEFAULT,
    device: str = "cpu",
    jobs: int | None = None,
    retry: bool = False,
) -> pd.DataFrame:
    """Train every recipe of a grid over seeds, and return what was measured as a table.

    Ctrl-C stops a sweep. With a `store`, the same call then continues it. If an error ends some runs, a warning says
    so, and the others continue.

    Args:
        grid: The values of each axis, by the field of a recipe or "regularizers.r1" for a strength; or a `Spread`; or
            recipes.
        seeds: The number of seeds of each recipe [default: 16].
        steps: The number of iterations of each run [default: 2000].
        every: Iterations from one evaluation to the next [default: 100].
        metrics: The names of the metrics to measure [default: those that any run measures].
        executor: An executor of `concurrent.futures`, such as one of Dask, that trains in place of worker processes.
        store: A file, or a `Store`, for the results; runs that it holds are not trained again [default: none].
        base: The recipe that the axes change [default: Recipe()].
        device: The device to train on, "cpu" or "cuda" [default: "cpu"].
        jobs: The number of worker processes [default: one per core].
        retry: True trains runs again that the store holds as failed [default: False].
    Returns:
        A row for each recipe, seed and evaluation. The columns are the recipe's fields, `step`, every metric (of 2500
        samples, as `table.attrs["samples"]` says), `diverged_at` (an iteration, -1 for never) and `verdict`, the
        diagnosis of the whole run. A run that an error has ended has no metric, and "failed: " with the error as its
        verdict.
    Raises:
        RecipeError: If a field, a metric or a number is not allowed, or the runs or the table exceed the memory; before
            any training.
        StoreError: If the file is not a store.
    Example:
        >>> from toygan import Recipe, sweep
        >>> grid = {"loss": ["hinge", "minimax"], "regularizers.r1": [0, 0.1]}
        >>> table = sweep(grid, seeds=2, steps=4, every=2, base=Recipe(width=4, batch=8), jobs=1)
        >>> table.groupby(["loss", "regularizers.r1"])["step"].max().to_list(), len(table)
        ([4, 4, 4, 4], 24)
    """
    wanted = plan(grid, seeds, steps, every, metrics, base, device)
    results = Store(store) if isinstance(store, str | Path) else store
    done = dict(with_progress(wanted, execute(wanted, executor, results, jobs, retry)))
    table = build_frame(result for piece in wanted for result in done[piece])
    if failures := list_failures(table):
        warnings.warn("; ".join(failures), RunsFailed, stacklevel=2)
    return table


def plan(
    grid: Axes | Spread | Iterable[Recipe],
    seeds: int,
    steps: int,
    every: int,
    metrics: Iterable[str] | None,
    base: Recipe,
    device: str,
) -> list[Piece]:
    """Return the pieces of a sweep; RecipeError if an argument is invalid, or memory too small."""
    check_count("seeds", seeds, MOST_RUNS)
    check_count("steps", steps, 10**9, least=0)
    check_count("every", every, 10**9)
    named = None if metrics is None else tuple(metrics)
    for name in named or ():
        if name not in METRICS:
            raise RecipeError("metrics", name, f"must be of {', '.join(METRICS)}")
    if not isinstance(grid, Spread | Mapping):
        grid = list_recipes(grid)
    count = grid.n if isinstance(grid, Spread) else count_cells(grid) if isinstance(grid, Mapping) else len(grid)
    if count * seeds > MOST_RUNS:
        runs = f"{count:,} recipes and {seeds:,} seeds make {count * seeds:,} runs"
        raise RecipeError("seeds", seeds, f"{runs}; at most {MOST_RUNS:,} in one sweep")
    refuse_too_long(count, seeds, steps, every, len(named or METRICS))
    recipes = build_recipes(grid, base)
    members: Iterable[Recipe] = [member for recipe in recipes for member in recipe.seeds(seeds)]
    if len({recipe.seed for recipe in recipes}) > 1:  # two of them may have a seed in common
        members = dict.fromkeys(members)
    found = split_into_pieces(members, steps, every, named, str(device))
    for piece in found:
        refuse_too_large(piece.recipes[0], len(piece.recipes))
    return found


def with_progress(
    wanted: list[Piece], done: Iterable[tuple[Piece, list[Result]]]
) -> Iterator[tuple[Piece, list[Result]]]:
    """Yield the pieces behind a progress bar, which counts iterations of one member."""
    from tqdm.auto import tqdm

    total = sum(len(piece.recipes) * piece.steps for piece in wanted)
    with tqdm(total=total, unit=" iterations", unit_scale=True, leave=False, disable=None) as bar:
        for piece, results in done:
            bar.update(len(piece.recipes) * piece.steps)
            yield piece, results


def read_sweep(store: str | Path, every_version: bool = False) -> pd.DataFrame:
    """Read the results in a store as a table, as `sweep` returns it.

    It needs neither the parts nor the files that the recipes name, and writes nothing.

    Its name in version 0.1.0, `sweep.read`, still works.

    Args:
        store: The file that a sweep wrote.
        every_version: True reads all results, False those of the newest versions of code and torch in the store
            [default: False].
    Returns:
        A row for each recipe, seed and evaluation; empty if the store holds no results.
    Raises:
        StoreError: If the file is not a store.
        OSError: If the file is missing or cannot be read.
    Example:
        >>> import tempfile
        >>> from toygan import Recipe, read_sweep, sweep
        >>> file = tempfile.mkdtemp() + "/sweep.db"
        >>> table = sweep([Recipe(width=4, batch=8)], seeds=2, steps=2, every=1, store=file)
        >>> read_sweep(file).equals(table)
        True
    """
    kept = Store(store, readonly=True)
    try:
        return build_frame(kept.results(every_version, only_fields=True))
    finally:
        kept.close()


sweep.read = read_sweep  # type: ignore[attr-defined]
