"""`toygan sample`: new rows of a trained generator, as a table in a file."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.param_types import FILE_TO_WRITE, StrictIntRange, refuse_overwriting
from toygan.files import write
from toygan.training import Population, State, StateError
from toygan.training.best_file import FILE as BEST
from toygan.training.rows import MOST_ROWS, MOST_SEED, draw_seed
from toygan.training.state import FILE, StateChanged


@click.command("sample")
@click.argument("run", type=click.Path(exists=True, path_type=Path), metavar="RUN")
@click.option("--n", "n", type=StrictIntRange(1, MOST_ROWS), default=1000, show_default=True, help="number of rows")
@click.option("--out", type=FILE_TO_WRITE, required=True, metavar="FILE", help="file to write: NAME.csv")
@click.option(
    "--seed", type=StrictIntRange(0, MOST_SEED), help="the same seed gives the same rows  [default: new rows]"
)
@click.option("--of", "of", type=StrictIntRange(0), help="seed of the run whose generator it is  [default: the first]")
@click.option("--best", is_flag=True, help="take the best iteration of that seed, not the last one")
@click.option("--average", is_flag=True, help="take the averaged generator, if the recipe's ema is above 0")
@click.option("--force", is_flag=True, help="replace FILE if it exists")
def command(
    run: Path, n: int, out: Path, seed: int | None, of: int | None, best: bool, average: bool, force: bool
) -> None:
    """Write new rows of a trained generator as a table, in the units and with the column names of its data.

    RUN is a folder that `toygan train --out RUN` has finished, or a file that `State.save` wrote.
    """
    if out.suffix.lower() != ".csv":
        raise click.UsageError(f"--out {out}: must end in .csv")
    refuse_overwriting(out, "--out", {"RUN": run / (BEST if best else FILE) if run.is_dir() else run})
    try:
        state = State.load(run, best=best, seed=of if best else None)
    except StateChanged as error:
        raise click.UsageError(f"RUN {run}: {error.change} since it was trained") from None
    except (StateError, OSError) as error:
        raise click.UsageError(f"RUN: {error}") from None
    seeds = [recipe.seed for recipe in state.recipes]
    if of is not None and of not in seeds:
        raise click.UsageError(f"--of {of}: must be a seed of the run, {min(seeds)} to {max(seeds)}")
    member = 0 if of is None else seeds.index(of)
    drawn = draw_seed() if seed is None else seed

    def content() -> bytes:
        try:
            table = Population.restore(state).table(n, drawn, member, average)
        except ValueError:
            raise click.UsageError(f"RUN {run}: seed {seeds[member]} has diverged; choose another by --of") from None
        csv: bytes = table.to_csv(index=False).encode()
        return csv

    where = f" at its best iteration, {state.steps:,}" if best else ""
    write(out, content, force, "--force")
    click.echo(f"written to {out}: {n:,} rows of seed {seeds[member]}{where}; --seed {drawn} writes the same again")
