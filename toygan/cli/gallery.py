"""`toygan gallery`: recipes that fail, their cures, how often either is seen, and how well the diagnosis does."""

from __future__ import annotations

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from toygan.cli.measuring import measuring_options, ordered, printed
from toygan.measure.diagnosis import VERDICTS
from toygan.measure.gallery import GALLERY, Tour
from toygan.measure.gallery.exhibit import SEEDS
from toygan.measure.gallery.tour import out_of, toured


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
@measuring_options
@click.option("--seeds", type=click.IntRange(1, 4096), default=SEEDS, show_default=True, help="runs of each recipe")
def command(names: tuple[str, ...], listed: bool, seeds: int, first_seed: int, jobs: int, markdown: bool) -> int:
    """Train the failure gallery, or the exhibits named: how often each illness is seen, without and with its cure.

    Then the confusion matrix of the diagnosis over all of these runs. Ctrl-C prints what has been measured.
    """
    wanted = ordered(GALLERY, names)
    if listed:
        for name, x in wanted.items():
            click.echo(f"{name}: {x.illness}\n    {x.sees}\n    {x.setting}; cure: {x.changed}")
        return 0
    tour = toured(wanted, first_seed, jobs, seeds)
    return printed(tour, markdown, [odds(tour), matrix(tour)], tour.score)
