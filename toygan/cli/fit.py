"""`toygan fit`: a model of a table, from the shell into a folder."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli import run_files
from toygan.cli.hold_folder import hold_folder
from toygan.cli.param_types import OutputPath, StrictIntRange, refuse_overwriting
from toygan.cli.replace_run import choose_folder, replace
from toygan.models.fit import ITERATIONS, MOST_ITERATIONS, fit
from toygan.training.rows import MOST_SEED


@click.command("fit")
@click.argument("table", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="TABLE")
@click.option("--out", type=OutputPath(path_type=Path), required=True, metavar="DIR", help="folder for the model")
@click.option("--columns", default="", metavar="NAMES", help="columns to take, as a,b  [default: all that have a name]")
@click.option("--seed", type=StrictIntRange(0, MOST_SEED), default=0, show_default=True, help="random seed")
@click.option(
    "--iterations",
    type=StrictIntRange(1, MOST_ITERATIONS),
    default=ITERATIONS,
    show_default=True,
    help="iterations of each of the four generators",
)
@click.option(
    "--compile/--no-compile",
    "compiled",
    default=True,
    help="wait for the compiler, once for each number of columns  [default: compile]",
)
@click.option("--force", is_flag=True, help="replace the model or run in DIR, once the new one is complete")
def command(table: Path, out: Path, columns: str, seed: int, iterations: int, compiled: bool, force: bool) -> None:
    """Train a model of a table, with nothing to choose, and print its report.

    TABLE is a file: CSV, NPY or NPZ. Columns of text are categories, those of whole numbers are rounded. Four
    generators are trained at once, and the best is kept. A fifth of the rows is held out, and the report compares with
    these. `toygan sample DIR` writes new rows, `toygan play DIR` continues in a playground. The folder names TABLE, so
    leave it where it is.
    """
    for name in run_files.OWN:
        refuse_overwriting(out / name, "--out", {"TABLE": table})
    with hold_folder(out):
        folder = choose_folder(out, force, resume=False)
        try:
            model = fit(table, seed, columns, iterations, compiled)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
        model.save(folder)
        if folder != out:
            replace(out)
    click.echo(str(model.report()))
    click.echo(f"written to {out}; toygan sample {out} --out rows.csv writes new rows")
