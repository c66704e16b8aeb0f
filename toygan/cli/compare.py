"""`toygan compare`: two recipes under the same seeds."""

from __future__ import annotations

import click

from toygan.cli.options import outside_option
from toygan.cli.param_types import SEED_COUNT, StrictIntRange, device_option, every_option, steps_option
from toygan.cli.studies import FAILED
from toygan.cli.tables import print_tables
from toygan.recipe import Recipe
from toygan.studies.compare import compare


@click.command("compare")
@click.argument("a", metavar="RECIPE")
@click.argument("b", metavar="RECIPE")
@click.option("--metric", default="modes-covered", show_default=True, metavar="NAME", help="metric to compare")
@click.option("--seeds", type=SEED_COUNT, default=16, show_default=True, help="number of seeds of each recipe")
@steps_option
@every_option
@click.option(
    "--first-seed", type=StrictIntRange(min=0), metavar="SEED", help="first seed  [default: of the first RECIPE]"
)
@outside_option
@device_option
def command(
    a: str,
    b: str,
    metric: str,
    seeds: int,
    steps: int,
    every: int,
    first_seed: int | None,
    outside: bool,
    device: str,
) -> int:
    """Compare two recipes under the same seeds, and print by how much a metric of the first exceeds the second's.

    A RECIPE is a share string, such as 'loss=hinge&lr_d=0.002'; "" is the default. The value of a run is the mean of
    the metric over its last fifth. The 95 % interval of the mean difference is a bootstrap over seeds. A run that
    diverged counts as the worst score that any of the runs ever had. A run that an error has ended is left out, and
    the exit status is then 1.
    """
    recipes = Recipe.from_string(a, outside), Recipe.from_string(b, outside)
    result = compare(*recipes, metric, seeds, steps, every, first_seed, device)
    click.echo(result)
    print_tables([result.seed_table.table])
    click.echo(result.seed_table.caption)
    return FAILED * bool(result.failed)
