"""`toygan gallery`: recipes that fail, their cures, how often either is seen, and how well the diagnosis does."""

from __future__ import annotations

import os

import click
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from toygan.cli.options import check_names
from toygan.measure import gallery
from toygan.measure.diagnosis import VERDICTS
from toygan.measure.gallery import Tour
from toygan.measure.gallery.exhibit import SEEDS
from toygan.measure.gallery.tour import out_of, toured

CUT = 130  # exit status where an interrupt kept exhibits from being measured
PLAIN = 140  # columns of a table that goes into a file


def odds(tour: Tour) -> Table:
    """One row an exhibit: what is seen, in how many seeds, the change, in how many seeds it is still seen."""
    out = Table("exhibit", "seen in", "one change", "then in", box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0), expand=True)
    out.columns[0].ratio, out.columns[2].ratio = 3, 2
    out.columns[0].overflow = "fold"  # a recipe is to be read to its end
    for name, one in tour.items():
        exhibit = one.exhibit
        seen = f"[bold]{name}[/]: {exhibit.illness}\n{exhibit.sees}\n[dim]{escape(exhibit.setting)}[/]"
        out.add_row(seen, escape(out_of(one.ill)), f"{exhibit.changed}\n{exhibit.helps}", escape(out_of(one.still_ill)))
    return out


def matrix(tour: Tour) -> Table:
    """The confusion matrix: a row what is so, a column what was said; the numbers count seeds."""
    table = tour.confusion
    said = [name for name in VERDICTS if any(counts[name] for counts in table.values())]
    out = Table("what is so; what was said", *said, "right", box=box.SIMPLE_HEAD)
    for column in out.columns[1:]:
        column.justify = "right"
    for illness, counts in table.items():
        cells = (f"[bold]{counts[name]}[/]" if name == illness else str(counts[name] or "") for name in said)
        out.add_row(illness, *cells, f"{counts[illness] / counts.total():.0%}")
    return out


@click.command("gallery", short_help="Train recipes that fail, and their cures, and count.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--list", "listed", is_flag=True, help="name the exhibits and say what is to be seen; measure nothing")
@click.option("--seeds", type=click.IntRange(1, 4096), default=SEEDS, show_default=True, help="runs of each recipe")
@click.option("--first-seed", type=click.IntRange(0, 2**62), default=0, show_default=True, help="try other seeds")
@click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count(), help="processes  [default: one a core]")
@click.option("--markdown", is_flag=True, help="print tables to keep: toygan gallery --markdown > gallery.md")
def command(names: tuple[str, ...], listed: bool, seeds: int, first_seed: int, jobs: int, markdown: bool) -> int:
    """Train the failure gallery, or the exhibits named: how often each illness is seen, without and with its cure.

    Then the confusion matrix of the diagnosis over all of these runs. Ctrl-C prints what has been measured.
    """
    check_names(names, gallery.GALLERY, "exhibit")
    wanted = gallery.chosen(names)
    if listed:
        click.echo(
            "\n".join(
                f"{name}: {x.illness}\n    {x.sees}\n    {x.setting}; cure: {x.changed}" for name, x in wanted.items()
            )
        )
        return 0
    tour = toured(wanted, first_seed, jobs, seeds)
    if not tour:
        click.echo(f"toygan: stopped; not measured: {', '.join(tour.missing)}", err=True)
        return CUT
    if markdown:
        click.echo(tour)
    else:
        console = Console(width=None if os.isatty(1) else PLAIN)
        console.print(odds(tour))
        console.print(matrix(tour))
        click.echo(tour.score)
    return CUT if tour.missing else 0
