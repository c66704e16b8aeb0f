"""`toygan gallery`: recipes that fail, their cures, how often either is seen, and how well the diagnosis does."""

from __future__ import annotations

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from toygan.cli.studies import measuring_options, ordered, printed
from toygan.measure.diagnosis import VERDICTS
from toygan.measure.words import percent
from toygan.studies.gallery import GALLERY, GalleryReport
from toygan.studies.gallery.case import SEEDS
from toygan.studies.gallery.report import measure, out_of


def rates(report: GalleryReport) -> Table:
    """One row an case: what is seen, in how many seeds, the change, in how many seeds it is still seen."""
    out = Table("case", "seen in", "one change", "then in", box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0), expand=True)
    out.columns[0].ratio, out.columns[2].ratio = 3, 2
    out.columns[0].overflow = "fold"  # a recipe is to be read to its end
    for name, one in report.items():
        case = one.case
        seen = f"[bold]{name}[/]: {case.verdict}\n{case.symptom}\n[dim]{escape(case.setting)}[/]"
        out.add_row(seen, escape(out_of(one.failed)), f"{case.changed}\n{case.why}", escape(out_of(one.still_failed)))
    return out


def matrix(report: GalleryReport) -> Table:
    """The confusion matrix: a row what is so, a column what was said; the numbers count seeds."""
    table = report.confusion
    said = [name for name in VERDICTS if any(counts[name] for counts in table.values())]
    out = Table("what is so; what was said", *said, "right", box=box.SIMPLE_HEAD)
    for column in out.columns[1:]:
        column.justify = "right"
    for verdict, counts in table.items():
        cells = (f"[bold]{counts[name]}[/]" if name == verdict else str(counts[name] or "") for name in said)
        out.add_row(verdict, *cells, percent(counts[verdict] / counts.total()))
    return out


@click.command("gallery", short_help="Train recipes that fail, and their cures, and count.")
@measuring_options
@click.option("--seeds", type=click.IntRange(1, 4096), default=SEEDS, show_default=True, help="runs of each recipe")
def command(names: tuple[str, ...], listed: bool, seeds: int, first_seed: int, jobs: int, markdown: bool) -> int:
    """Train the failure gallery, or the cases named: how often each verdict is seen, without and with its cure.

    Then the confusion matrix of the diagnosis over all of these runs. Ctrl-C prints what has been measured.
    """
    wanted = ordered(GALLERY, names)
    if listed:
        for name, x in wanted.items():
            click.echo(f"{name}: {x.verdict}\n    {x.symptom}\n    {x.setting}; cure: {x.changed}")
        return 0
    report = measure(wanted, first_seed, jobs, seeds)
    return printed(report, markdown, [rates(report), matrix(report)], report.score)
