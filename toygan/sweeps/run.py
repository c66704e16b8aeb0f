"""A sweep: many recipes over seeds, as one table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from toygan.limits import refuse_too_large
from toygan.parts.metrics import METRICS
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.sweeps.design import Axes, Spread, build_recipes
from toygan.sweeps.execute import execute
from toygan.sweeps.piece import Piece, Result, pieces
from toygan.sweeps.store import Store
from toygan.sweeps.table import build_frame, refuse_too_long

if TYPE_CHECKING:
    import pandas as pd


def sweep(
    grid: Axes | Spread | Iterable[Recipe], seeds: int = 16, steps: int = 2000, every: int = 100,
    metrics: Iterable[str] | None = None, executor: Executor | None = None, store: str | Path | Store | None = None,
    base: Recipe = DEFAULT, device: str = "cpu", jobs: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Every recipe of a grid under so many seeds, trained and measured: one row a recipe, seed and evaluation.

    `grid` names the values of fields that change `base`, `{"lr_g": [1e-4, 1e-3], "regularizers.r1": [0, 0.1]}`, or is a
    `Spread` or a list of recipes. Columns are the recipe's fields, `step`, every metric, `diverged_at` and `verdict`,
    that of the whole run. With a `store` (the name of a file) what was done before is not done again. Without an
    `executor` it runs in `jobs` processes, one a core. Raises RecipeError, before any work, for a grid, a metric or a
    number that is not allowed and for more than memory holds; StoreError for a store that is none.
    """
    wanted = plan(grid, seeds, steps, every, metrics, base, device)
    opened = Store(store) if isinstance(store, str | Path) else store
    done = dict(with_progress(wanted, execute(wanted, executor, opened, jobs)))
    return build_frame(result for piece in wanted for result in done[piece])


def plan(
    grid: Axes | Spread | Iterable[Recipe], seeds: int, steps: int, every: int, metrics: Iterable[str] | None,
    base: Recipe, device: str,
) -> list[Piece]:  # fmt: skip
    """The pieces of a sweep; RecipeError where it cannot be done."""
    for name, value, least in (("steps", steps, 0), ("every", every, 1)):
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= 10**9:
            raise RecipeError(name, value, f"must be a whole number, at least {least} and at most 1,000,000,000")
    named = None if metrics is None else tuple(metrics)
    for name in named or ():
        if name not in METRICS:
            raise RecipeError("metrics", name, f"must be of {', '.join(METRICS)}")
    recipes = build_recipes(grid, base)
    refuse_too_long(len(recipes), seeds, steps, every, len(named or METRICS))
    runs = dict.fromkeys(run for recipe in recipes for run in recipe.seeds(seeds))
    found = pieces(runs, steps, every, named, device)
    for piece in found:
        refuse_too_large(piece.recipes[0], len(piece.recipes))
    return found


def with_progress(
    wanted: list[Piece], done: Iterable[tuple[Piece, list[Result]]]
) -> Iterator[tuple[Piece, list[Result]]]:
    """The same pieces behind a progress bar, in iterations of one member."""
    from tqdm.auto import tqdm

    total = sum(len(piece.recipes) * piece.steps for piece in wanted)
    with tqdm(total=total, unit=" iterations", unit_scale=True, leave=False, disable=None) as bar:
        for piece, results in done:
            bar.update(len(piece.recipes) * piece.steps)
            yield piece, results


def read_sweep(store: str | Path, every_version: bool = False) -> pd.DataFrame:
    """The table of what a store holds, by default of the newest versions of code and torch that are in it.

    Raises StoreError where it is none, and OSError where it cannot be read.
    """
    if not Path(store).exists():
        raise FileNotFoundError(2, "No such file", str(store))
    return build_frame(Store(store).results(every_version))


sweep.read = read_sweep  # type: ignore[attr-defined]  # its name in version 0.1.0
