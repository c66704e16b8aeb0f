"""`toygan remedy`: changes of a recipe that are tried on runs of it, within a budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from toygan.cli import run_files
from toygan.cli.oneline import INTERRUPTED
from toygan.cli.options import read_recipe, recipe_from_options, recipe_options
from toygan.cli.param_types import StrictIntRange, jobs_option, steps_option
from toygan.cli.tables import print_tables
from toygan.recipe import Recipe
from toygan.remedy import find_remedy
from toygan.training import State, StateError

UNHEALED = 1  # exit status if nothing helped


def _read_run(run: Path | None, given: dict[str, Any]) -> tuple[Recipe, State | None]:
    """Return the recipe of a command line, and the state of its run if it names one; UsageError if it does both."""
    if run is None:
        return recipe_from_options(given), None
    others = [name for name, value in given.items() if value not in (None, (), False)]
    if others:
        raise click.UsageError(f"RUN: has a recipe of its own; leave out --{others[0].replace('_', '-')}")
    recipe = read_recipe(run / run_files.RECIPE, "RUN")
    try:
        return recipe, State.load(run)
    except (StateError, OSError) as error:
        raise click.UsageError(f"RUN: {error}") from None


@click.command("remedy")
@click.argument("run", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="[RUN]")
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="time to spend, about  [default: 60]")
@click.option(
    "--iterations",
    type=StrictIntRange(1),
    help="a budget in place of seconds, in iterations of the recipe under 16 seeds: it makes the result repeatable",
)
@click.option("--networks", is_flag=True, help="also change the networks")
@click.option("--fields", metavar="NAME,NAME", help="fields that may change  [default: all but data and networks]")
@steps_option
@click.option(
    "--design-seed", "design", type=StrictIntRange(0, 2**31), default=0, help="seed of the points that are tried"
)
@jobs_option
@recipe_options
def command(
    run: Path | None,
    seconds: float | None,
    iterations: int | None,
    networks: bool,
    fields: str | None,
    steps: int,
    design: int,
    jobs: int,
    **given: Any,
) -> int:
    """Look for a change of a recipe that brings its samples nearer to the data, and list the best ones.

    RUN is a folder that `toygan train --out RUN` has finished: changes that can be made during a run are then also
    tried from where it stands. Without RUN the options set the recipe. The list was measured under 16 seeds
    that were not used to choose. Ctrl-C ends the search with what it has found; the exit status is 1 if nothing helped.
    """
    recipe, state = _read_run(run, given)
    names = None if fields is None else [name.strip().replace("-", "_") for name in fields.split(",")]
    found = find_remedy(recipe, seconds, iterations, state, names, networks, steps, design, jobs)
    if found.rows:
        print_tables([found.table])
        click.echo(found.caption)
    click.echo(found.summary)
    if found.best is not None:
        click.echo(f"to try it: toygan train --share '{found.best.recipe.to_string()}'")
    if found.stopped is not None:
        return INTERRUPTED
    return 0 if found.best is not None else UNHEALED
