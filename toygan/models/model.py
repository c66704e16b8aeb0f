"""A model of a table: new rows, a report, and a folder that `toygan sample` and `toygan play` read."""

from __future__ import annotations

import dataclasses
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from toygan.files import write
from toygan.measure import run_files
from toygan.measure.diagnosis import diagnose_all
from toygan.models.comparison import MOST_ROWS, SETS, compare_rows
from toygan.models.report import Report
from toygan.models.table import Origin, name_data
from toygan.panels.look import Look
from toygan.panels.picture import Picture
from toygan.parts.distributions.rows import File
from toygan.parts.frames import encode_frame
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.text import short
from toygan.training import Population, State, best_file
from toygan.training.rows import name_columns

if TYPE_CHECKING:
    import pandas as pd

REPORT = "report.txt"  # in the folder of a model
REPORT_SEED = 0  # of the rows that a report looks at


class Model:
    """A trained generator of a table's rows; `toygan.fit` makes one, `toygan.load` reads one.

    Args:
        state: The state of one member; its generator makes the rows.
        past: What was measured of it before.
        origin: The DataFrame that the rows came from, if they came from no file [default: rows as the file has them].
    Example:
        >>> import numpy as np
        >>> import toygan
        >>> model = toygan.fit(np.arange(40.0), iterations=20, compiled=False)
        >>> model.sample(2, seed=0).shape
        (2, 1)
        >>> model
        Model(x; trained on 32 rows, iteration 20)
    """

    def __init__(self, state: State, past: Record, origin: Origin | None = None) -> None:
        self.state, self._past = state, past
        self._population, self._origin = Population.restore(state), origin

    @property
    def recipe(self) -> Recipe:
        """The recipe of the generator.

        Example:
            >>> import numpy as np
            >>> import toygan
            >>> toygan.fit(np.arange(40.0), iterations=20, compiled=False).recipe.loss
            'relativistic'
        """
        return self.state.recipes[0]

    def __repr__(self) -> str:
        rows = self.recipe.distribution.training_set
        trained = "" if rows is None else f"trained on {len(rows):,} rows, "
        names = ", ".join(name_columns(self.recipe.distribution))
        return f"Model({names}; {trained}iteration {self.state.steps:,})"

    def sample(self, n: int = 1000, seed: int | None = None) -> pd.DataFrame:
        """Generate new rows, in the units and with the columns of the table.

        Args:
            n: Number of rows, 1 to 1,048,576 [default: 1000].
            seed: The same seed gives the same rows, a larger n more of them [default: new rows at every call].
        Returns:
            A pandas DataFrame. Columns of whole numbers hold whole numbers, and categories their values; those of a
            loaded model are text.
        Raises:
            ValueError: If a number is out of range.
        Example:
            >>> import numpy as np
            >>> import toygan
            >>> model = toygan.fit(np.arange(40.0), iterations=20, compiled=False)
            >>> model.sample(3, seed=1).equals(model.sample(5, seed=1)[:3])
            True
        """
        rows = self._population.table(n, seed)
        return rows if self._origin is None else self._origin.restore(rows)

    def report(self) -> Report:
        """Compare generated rows with those held out: each column, each link between two, and rows that were copied.

        Returns:
            A report; print it. It is the same at every call.
        Raises:
            ValueError: If no rows were held out, as in a run of `toygan train` without `held_out`.
        Example:
            >>> import numpy as np
            >>> import toygan
            >>> model = toygan.fit(np.arange(40.0), iterations=20, compiled=False)
            >>> model.report().verdict.startswith("healthy")
            False
        """
        table = _find_table(self.recipe)
        held = table.held_rows.numpy()
        rows = self._population.table(SETS * min(len(held), MOST_ROWS), REPORT_SEED)
        x = rows.to_numpy() if table.layout is None else encode_frame("rows", rows, table.layout)
        names = name_columns(table) if self._origin is None else self._origin.name_axes(table)
        parts = range(table.dim) if table.layout is None else table.layout.columns_of_axes
        return Report(*compare_rows(x, table.rows.numpy(), held, names, parts))

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write a folder that `toygan.load`, `toygan sample`, `toygan play` and `toygan diagnose` read.

        The rows are copied into it if they did not come from a file; otherwise it names that file.

        Args:
            folder: A new folder, or an empty one.
        Raises:
            FileExistsError: If the folder holds something.
            OSError: If it cannot be written.
        Example:
            >>> import tempfile
            >>> import numpy as np
            >>> import toygan
            >>> model = toygan.fit(np.arange(40.0), iterations=20, compiled=False)
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     model.save(folder)
            ...     toygan.load(folder).sample(3, seed=1).equals(model.sample(3, seed=1))
            True
        """
        out = Path(folder)
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise FileExistsError(f"folder={short(str(out))}: exists; choose a new or an empty folder")
        out.mkdir(parents=True, exist_ok=True)
        state = self.state if self._origin is None else self._with_rows_in(out, self._origin)
        recipe, population = state.recipes[0], Population.restore(state)
        record = self._past.select([0]) if len(self._past) else Record(limit=None)
        picture = Picture(recipe)
        record.add(population.snapshot())
        picture.draw(Look.from_run(population, record, asks={*picture.run.asks, "status"}))
        write(out / run_files.RECIPE, run_files.encode_recipe(recipe))
        write(out / run_files.METRICS, record.to_json().encode())
        write(out / run_files.DIAGNOSIS, run_files.encode_diagnoses({recipe.seed: diagnose_all(record)[0]}))
        write(out / REPORT, f"{self.report()}\n".encode())
        state.save(out / run_files.STATE)
        write(out / run_files.BEST, best_file.encode({recipe.seed: state.to_bytes()}))
        write(out / run_files.PICTURE, picture.png())  # last: it marks a finished run

    def _with_rows_in(self, folder: Path, origin: Origin) -> State:
        """Copy the rows, which came from no file of the user's, into a folder; return a state that names them there."""
        table = _find_table(self.recipe)
        file = folder / Path(table.path).name
        shutil.copyfile(table.path, file)
        return dataclasses.replace(
            self.state, recipes=(self.recipe.but(data=name_data(file, categories=origin.categories)),)
        )


def _find_table(recipe: Recipe) -> File:
    """Return the file behind the data of a recipe; ValueError if it holds out no rows."""
    data = recipe.distribution
    table = getattr(data, "inner", data)
    if not isinstance(table, File) or not table.held_out:
        raise ValueError(f"data={short(recipe.data)}: holds out no rows; write file(path='...',held_out=0.2)")
    return table


def load(path: str | os.PathLike[str]) -> Model:
    """Read a model that `Model.save` or `toygan fit --out` wrote, or the first seed of a finished run.

    Args:
        path: The folder, or a file that `State.save` wrote.
    Returns:
        An equal model.
    Raises:
        StateError: If there is none, or if its data file has changed.
    Example:
        >>> import toygan
        >>> try:
        ...     toygan.load("no-such-folder")
        ... except OSError as error:
        ...     print(error)
        [Errno 2] No such file or directory: 'no-such-folder'
    """
    return Model(State.load(Path(path)).select([0]), Record(limit=None))
