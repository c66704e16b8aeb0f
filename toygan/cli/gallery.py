"""`toygan gallery`: recipes that fail, their cures, and how often either is seen; and how well a diagnosis does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping

import click
from rich.console import Console
from rich.table import Table

from toygan.measure.diagnosis import VERDICTS
from toygan.measure.exhibit import SEEDS, Odds, confusion, out_of, visit
from toygan.measure.gallery import GALLERY
from toygan.measure.progress import watched


def odds_table(odds: Mapping[str, Odds]) -> Table:
    """One row an exhibit: what is seen, in how many seeds, the change, in how many seeds it is still seen."""
    out = Table("exhibit", "in", "one change", "then in", show_lines=True)
    for name, one in odds.items():
        exhibit = one.exhibit
        setting = f"{exhibit.recipe.to_string() or 'the default recipe'}, {exhibit.steps:,} iterations"
        out.add_row(
            f"[bold]{name}[/bold]: {exhibit.illness}\n{exhibit.sees}\n[dim]{setting}[/dim]",
            out_of(one.ill),
            f"{exhibit.changed}\n{exhibit.helps}",
            out_of(one.still_ill),
        )
    return out


def matrix(table: Mapping[str, Counter[str]]) -> Table:
    """The confusion matrix: a row what is so, a column what was said; the numbers count seeds."""
    said = [name for name in VERDICTS if any(counts[name] for counts in table.values())]
    out = Table("what is so", *said, "right", title="diagnosed as")
    for illness in [name for name in VERDICTS if name in table]:
        counts, n = table[illness], table[illness].total()
        cells = (f"[bold]{counts[name]}[/bold]" if name == illness else str(counts[name] or "") for name in said)
        out.add_row(illness, *cells, f"{counts[illness] / n:.0%}" if n else "")
    return out


def score(table: Mapping[str, Counter[str]]) -> str:
    """How many seeds in all were diagnosed rightly, and wrongly; being unsure is neither."""
    n = sum(counts.total() for counts in table.values())
    right = sum(counts[illness] for illness, counts in table.items())
    unsure = sum(counts["unsure"] for counts in table.values())
    return f"{right} of {n} right ({right / max(n, 1):.0%}), {unsure} unsure, {n - right - unsure} wrong"


@click.command("gallery")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--seeds", type=click.IntRange(1, 4096), default=SEEDS, show_default=True, help="runs of each recipe")
@click.option("--first-seed", type=click.IntRange(0, 2**62), default=0, show_default=True, help="try other seeds")
@click.option("--jobs", type=click.IntRange(1, 256), default=os.cpu_count(), help="processes  [default: one a core]")
def command(names: tuple[str, ...], seeds: int, first_seed: int, jobs: int) -> int:
    """Train the failure gallery, or the exhibits named: how often each illness is seen, without and with its cure.

    Then the confusion matrix of the diagnosis over all of these runs. Ctrl-C prints what has been measured.
    """
    for name in names:
        if name not in GALLERY:
            raise click.UsageError(f"NAME {name}: no such exhibit; allowed: {', '.join(GALLERY)}")
    chosen = {name: exhibit for name, exhibit in GALLERY.items() if not names or name in names}
    odds = watched(lambda progress: visit(chosen, first_seed, jobs, progress, seeds))
    console, table = Console(width=None if os.isatty(1) else 140), confusion(odds)
    console.print(odds_table({name: odds[name] for name in chosen if name in odds}))
    console.print(matrix(table))
    click.echo(score(table))
    if len(odds) < len(chosen):
        click.echo(f"toygan: stopped; {len(chosen) - len(odds)} of {len(chosen)} exhibits not measured", err=True)
        return 130
    return 0
