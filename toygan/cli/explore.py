"""`toygan explore`: a grid of recipes over seeds, as a page that anyone can explore."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import SEED_COUNT, OutputPath, device_option, refuse_overwriting, steps_option
from toygan.explore.detail import TooLarge
from toygan.explore.save import Plan, save
from toygan.sweeps.design import parse_axis
from toygan.sweeps.grid import Grid
from toygan.text import format_file_size, parse_file_size

KIND = ".html"


class FileSize(click.ParamType[int]):
    """The size of a file, such as 2MB."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the bytes; BadParameter if it is not a size."""
        try:
            return parse_file_size(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)


@click.command("explore")
@click.argument("axes", nargs=-1, required=True, metavar="AXIS...")
@click.option("--seeds", type=SEED_COUNT, default=4, show_default=True, help="number of seeds of each recipe")
@steps_option
@click.option(
    "--out",
    type=OutputPath(),
    required=True,
    metavar="PAGE",
    help="file to write, NAME.html, or a folder whose pieces are loaded when they are asked for, NAME/",
)
@click.option("--budget", type=FileSize(), metavar="SIZE", help="the most that the page may take, such as 2MB")
@click.option("--title", help="title of the page  [default: the axes]")
@click.option("--force", is_flag=True, help="replace PAGE if it exists")
@device_option
@recipe_options
def command(
    axes: tuple[str, ...],
    seeds: int,
    steps: int,
    out: str,
    budget: int | None,
    title: str | None,
    force: bool,
    device: str,
    **given: Any,
) -> int:
    """Train every recipe of a grid over seeds, and write a page in which all runs can be explored.

    The page needs no Python and no network: it has a control for each axis, plays each run, puts two side by side, and
    shows a diagram of all to click on, curves over the seeds and each diagnosis. An AXIS is written as for `toygan
    sweep`: loss=hinge,minimax or lr_d=1e-4:1e-2:5:log. The first goes across in the diagram, the second up. If a SIZE
    is given, pictures and points are left out until the page fits. Ctrl-C leaves nothing behind.
    """
    folder, path = out.endswith(("/", "\\")), Path(out)
    if not folder and path.suffix.lower() != KIND:
        raise click.UsageError(f"--out {out}: must end in {KIND}, or in / for a folder")
    parsed = dict(map(parse_axis, axes))
    if len(parsed) < len(axes):
        raise click.UsageError("AXIS: a field is given twice")
    refuse_overwriting(path, "--out", {"--recipe": given["file"]})
    grid = Grid(parsed, recipe_from_options(given))
    try:
        plan = Plan(grid, seeds, steps, title or " x ".join(parsed), budget, folder, device)
        size = save(plan, path, force, "--force", lambda: click.echo(_announce(plan)))
    except TooLarge as error:
        raise click.UsageError(f"--{error}") from None
    except KeyboardInterrupt:
        click.echo("toygan: stopped; nothing is written", err=True)
        return INTERRUPTED
    click.echo(f"written to {out} ({format_file_size(size)})")
    return 0


def _announce(plan: Plan) -> str:
    """Return what will be made, in words."""
    runs = f"{plan.runs:,} run{'s' * (plan.runs > 1)} of {plan.steps:,} iterations, {plan.detail}"
    return f"{runs}\nexpected size: about {format_file_size(plan.size)}"
