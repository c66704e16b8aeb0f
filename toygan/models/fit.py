"""A table in, a model of it out: several generators are trained at once, and the best is kept."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from contextlib import suppress
from pathlib import Path
from typing import Any

from toygan.limits import refuse_too_large
from toygan.models.closest import Closest
from toygan.models.model import Model
from toygan.models.table import is_path, name_data, write_table
from toygan.parts.checks import whole
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.text import short
from toygan.training import Population, State
from toygan.training.program import Program
from toygan.training.tracer import Untraceable

ITERATIONS, MEMBERS, LOOKS = 5000, 4, 10  # generators that are trained at once; looks at them, in the last half
MOST_ITERATIONS = 10**7
WORTH_CAPTURE = 500  # iterations; a captured step has the numbers of the step, and is twice as fast


def make_recipe(data: str, iterations: int = ITERATIONS, seed: int = 0) -> Recipe:
    """Return the recipe of `fit` for the spec of data."""
    recipe = Recipe(
        data=data,
        loss="relativistic",
        regularizers={"r1": 0.1, "r2": 0.1},
        lr_g=2e-3,
        lr_d=2e-3,
        schedule=f"cosine(over={iterations})",
        width=32,
        batch=64,
        ema=0.99,
        seed=seed,
    )
    return recipe.but(latent=max(2, recipe.distribution.dim))


def train(recipe: Recipe, iterations: int = ITERATIONS, compiled: bool = True) -> tuple[State, Record]:
    """Train members of a recipe; return the state of the best one, with its averaged generator, and its past."""
    recipes = recipe.seeds(MEMBERS)
    refuse_too_large(recipe, MEMBERS)
    population, data = Population(recipes), recipe.distribution
    if compiled:
        population.compile()
    elif iterations > WORTH_CAPTURE:
        with suppress(Untraceable):
            population.program = Program(population)
    rows = data.training_set
    assert rows is not None
    closest = Closest(data.players_see(rows), recipe.latent)
    for look in range(1, LOOKS + 1):
        population.run(iterations * (LOOKS + look) // (2 * LOOKS) - population.steps)
        closest.look(population)
    if closest.state is None:
        raise ValueError(f"table: no generator with seed={recipe.seed} stayed finite; choose another seed")
    return closest.state, closest.past


def fit(
    table: Any, seed: int = 0, columns: str = "", iterations: int = ITERATIONS, compiled: bool = True
) -> Model:  # fmt: skip
    """Train a model of a table, with nothing to choose: four generators at once, of which the best is kept.

    A fifth of the rows is held out for the report. Columns of text, of booleans and of pandas' categories keep their
    values, and columns of whole numbers are rounded. The recipe was chosen by measurement, [assets/fit.md](fit.md) says
    what it reaches beside other models.

    Args:
        table: A DataFrame, an array `(n, columns)`, or the path of a file: 20 rows or more of numbers
            and of categories with up to 50 values; dates are refused.
        seed: Random seed; the same table and seed give the same model [default: 0].
        columns: The columns to take of a file, as in "income,score" [default: all that have a name].
        iterations: Iterations of each generator [default: 5000].
        compiled: True waits for the C++ compiler, if there is one: once for each number of columns on a machine.
            Training then takes a third of the time, and rounds differently [default: True].
    Returns:
        A model, which samples rows, reports and saves itself.
    Raises:
        ValueError: If the table holds too few rows, a cell that is missing, or what is neither number nor category.
    Example:
        >>> import pandas as pd
        >>> import toygan
        >>> table = pd.DataFrame({"income": range(1000, 1100), "score": range(100)})
        >>> model = toygan.fit(table, iterations=20, compiled=False)
        >>> model.sample(3, seed=0).shape, list(model.sample(3).columns)
        ((3, 2), ['income', 'score'])
    """
    whole("iterations", iterations, 1, MOST_ITERATIONS)
    if is_path(table):
        return Model(*train(make_recipe(name_data(table, columns), iterations, seed), iterations, compiled))
    if columns:
        raise ValueError(f"columns={short(columns)}: is for a file; choose those of a DataFrame as table[['a', 'b']]")
    folder = Path(tempfile.mkdtemp(prefix="toygan-fit-"))
    try:
        file, origin = write_table(folder, table)
        recipe = make_recipe(_name_own(file, origin.categories), iterations, seed)
        model = Model(*train(recipe, iterations, compiled), origin)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(model, shutil.rmtree, folder, ignore_errors=True)
    return model


def _name_own(file: Path, categories: str) -> str:
    """Return the spec of a file that the user has not named."""
    try:
        return name_data(file, categories=categories)
    except ValueError as error:
        raise ValueError(str(error).replace(f"path={short(str(file))}", "table")) from None
