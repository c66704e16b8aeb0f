"""`toygan compare`: recipes under the same seeds, printed, and drawn as a page if asked."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.options import outside_option
from toygan.cli.param_types import (
    FILE_TO_WRITE,
    SEED_COUNT,
    StrictIntRange,
    device_option,
    every_option,
    steps_option,
)
from toygan.cli.studies import FAILED
from toygan.cli.tables import print_tables
from toygan.files import refuse_place
from toygan.recipe import Recipe
from toygan.studies.compare import compare

MOST = 4  # recipes


@click.command("compare")
@click.argument("texts", nargs=-1, metavar="RECIPE RECIPE...")
@click.option("--metric", default="modes-covered", show_default=True, metavar="NAME", help="metric to compare")
@click.option("--seeds", type=SEED_COUNT, default=16, show_default=True, help="number of seeds of each recipe")
@steps_option
@every_option
@click.option(
    "--first-seed", type=StrictIntRange(min=0), metavar="SEED", help="first seed  [default: of the first RECIPE]"
)
@click.option("--out", type=FILE_TO_WRITE, metavar="FILE", help="page to write: NAME.html")
@click.option("--force", is_flag=True, help="replace FILE if it exists")
@click.option("--title", default="", help="title of the page  [default: how the recipes differ]")
@outside_option
@device_option
def command(
    texts: tuple[str, ...],
    metric: str,
    seeds: int,
    steps: int,
    every: int,
    first_seed: int | None,
    out: Path | None,
    force: bool,
    title: str,
    outside: bool,
    device: str,
) -> int:
    """Compare two to four recipes under the same seeds: by how much a metric of the first exceeds that of another.

    A RECIPE is a share string, such as 'loss=hinge&lr_d=0.002'; "" is the default. The value of a run is the mean of
    the metric over its last fifth. The 95 % interval of the mean difference is a bootstrap over seeds. A run that
    diverged counts as the worst score that any of the runs ever had. A run that an error has ended is left out, and
    the exit status is then 1. With --out the curves, the samples and all differences become a page with a time line,
    which needs no Python and no network.
    """
    if not 2 <= len(texts) <= MOST:
        raise click.UsageError(f"RECIPE: give 2 to {MOST}, not {len(texts)}")
    if out is not None:
        _check_out(out, force)
    a, *others = (Recipe.from_string(text, outside) for text in texts)
    try:
        several = compare(a, others, metric, seeds, steps, every, first_seed, device, out is not None)
    except KeyboardInterrupt:
        click.echo("toygan: stopped; a comparison needs all of its runs, and nothing is written", err=True)
        return INTERRUPTED
    lines = [str(several[0])] if len(several) == 1 else str(several).splitlines()
    for line, one in zip(lines, several, strict=True):
        click.echo(line)
        print_tables([one.seed_table.table])
        click.echo(one.seed_table.caption)
    if out is not None:
        several.save(out, force, title)
        click.echo(f"written to {out}")
    return FAILED * any(one.failed for one in several)


def _check_out(out: Path, force: bool) -> None:
    """Raise UsageError, before anything is trained, if the page cannot be written."""
    if out.suffix.lower() != ".html":
        raise click.UsageError(f"--out {out}: must end in .html")
    if out.exists() and not force:
        raise click.UsageError(f"--out {out}: exists; choose another name, or replace it with --force")
    refuse_place(out)
