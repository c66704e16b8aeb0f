"""`toygan remedies`: how often a search finds a remedy for recipes that fail."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.param_types import FILE_TO_WRITE, StrictIntRange, refuse_overwriting
from toygan.cli.studies import print_results, select
from toygan.files import write
from toygan.studies.remedies import failing_recipes, measure_remedies

ABOUT = "By `toygan remedies --store FILE --out {out}`; the same command continues it."


@click.command("remedies")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "listed", is_flag=True, help="list the recipes, then exit")
@click.option(
    "--times", type=StrictIntRange(1, 1000), default=1, show_default=True, help="budget, in minutes of two cores"
)
@click.option("--store", type=FILE_TO_WRITE, metavar="FILE", help="keep outcomes in FILE, and skip those it holds")
@click.option("--held", is_flag=True, help="measure nothing: report what the store holds")
@click.option("--jobs", type=StrictIntRange(0, 256), default=0, help="worker processes, 0 for none  [default: 0]")
@click.option("--out", type=FILE_TO_WRITE, metavar="FILE", help="write the table as Markdown to FILE")
def command(
    names: tuple[str, ...], listed: bool, times: int, store: Path | None, held: bool, jobs: int, out: Path | None
) -> int:
    """Search for remedies of recipes that fail, and report for how many one was found.

    The recipes are those of the gallery, some that people have reported, and random ones, in turns. Ctrl-C prints the
    outcomes so far; with --store FILE the same command continues.
    """
    wanted = select(failing_recipes(), names)
    if listed:
        click.echo("\n".join(f"{name}\n    {one.recipe.to_string()}" for name, one in wanted.items()))
        return 0
    refuse_overwriting(out, "--out", {"--store": store})
    try:
        found = measure_remedies(wanted, store, times, jobs, held)
    except ValueError as error:
        raise click.UsageError(f"--store {error}") from None
    if out is not None:
        write(out, f"{found}\n\n{ABOUT.format(out=out.name)}\n".encode())
    return print_results(found, markdown=False)
