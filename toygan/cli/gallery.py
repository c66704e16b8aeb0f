"""`toygan gallery`: recipes that fail, their remedies, how often either does, and how well the diagnosis does."""

from __future__ import annotations

import json
from pathlib import Path

import click
from rich import box
from rich.markup import escape
from rich.table import Table

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.param_types import OutputPath, StrictIntRange
from toygan.cli.studies import measuring_options, open_store, print_results, select
from toygan.files import write
from toygan.measure.diagnosis import VERDICTS
from toygan.measure.tables import describe_share
from toygan.measure.words import percent
from toygan.studies.gallery import GALLERY, GalleryReport
from toygan.studies.gallery.case import SEEDS
from toygan.studies.gallery.report import measure
from toygan.studies.gallery.trial import MOST_TRIED, RIGHT, Trial, at_random, failing, measure_odds, measure_trial


def rates_table(measured: GalleryReport) -> Table:
    """One row a case: what is to be seen, how many seeds fail, the remedy, how many seeds then fail."""
    out = Table("case", "fails in", "remedy", "then in", box=box.SIMPLE_HEAD, padding=(0, 1, 1, 0), expand=True)
    out.columns[0].ratio, out.columns[2].ratio = 3, 2
    out.columns[0].overflow = "fold"  # a recipe is to be read to its end
    for name, one in measured.items():
        case = one.case
        about = f"[bold]{name}[/]: {case.verdict}\n{case.symptom}\n[dim]{escape(case.setting)}[/]"
        remedy = f"{case.remedy_words}\n{case.why}"
        out.add_row(about, escape(describe_share(one.failed)), remedy, escape(describe_share(one.still_failed)))
    return out


def confusion_table(measured: GalleryReport) -> Table:
    """The confusion matrix: a row what is true, a column what was diagnosed; the numbers count seeds."""
    table = measured.confusion
    said = [name for name in VERDICTS if any(counts[name] for counts in table.values())]
    out = Table("true; diagnosed", *said, "right", box=box.SIMPLE_HEAD)
    for column in out.columns[1:]:
        column.justify = "right"
    for verdict, counts in table.items():
        cells = (f"[bold]{counts[name]}[/]" if name == verdict else str(counts[name] or "") for name in said)
        out.add_row(verdict, *cells, percent(counts[verdict] / counts.total()))
    return out


def labels_table(tried: Trial) -> Table:
    """The same of random recipes: a row what the samples are."""
    table = tried.confusion
    said = [name for name in VERDICTS if any(counts[name] for counts in table.values())]
    out = Table("samples; diagnosed", *said, "right", box=box.SIMPLE_HEAD)
    for label, counts in table.items():
        right = sum(counts[verdict] for verdict in RIGHT[label]) / counts.total()
        cells = (f"[bold]{counts[v]}[/]" if v in RIGHT[label] and counts[v] else str(counts[v] or "") for v in said)
        out.add_row(label, *cells, percent(right))
    return out


def _read_odds(file: Path | None) -> str:
    """What a file of odds holds, which may be nothing yet; UsageError where it holds something else."""
    if file is None or not file.exists():
        return "{}"
    try:
        held = file.read_text(encoding="utf-8")
        known = json.loads(held).keys() <= {"random", "gallery"}
    except (OSError, ValueError, AttributeError, RecursionError):
        known = False
    if not known:
        raise click.UsageError(f"--odds {file}: holds something else than odds")
    return held


@click.command("gallery", short_help="Train recipes that fail, and their remedies, and count.")
@measuring_options
@click.option("--seeds", type=StrictIntRange(1, 4096), default=SEEDS, show_default=True, help="runs of each recipe")
@click.option(
    "--random", "count", type=StrictIntRange(1, 100_000), metavar="COUNT", help="try the diagnosis on random recipes"
)
@click.option(
    "--odds", type=OutputPath(dir_okay=False, path_type=Path), metavar="FILE",
    help="try the remedies of the diagnosis on these runs and put their odds into the file",
)  # fmt: skip
def command(
    names: tuple[str, ...], listed: bool, seeds: int, first_seed: int, device: str, jobs: int, store: Path | None,
    markdown: bool, count: int | None, odds: Path | None,
) -> int:  # fmt: skip
    """Train the failure gallery, or the cases named: how often each fails, without and with its remedy.

    Then the confusion matrix of the diagnosis over all of these runs; with --random over so many recipes that nobody
    made up, labelled by their exact distance to the data. With --odds the remedies of the diagnosis are tried on
    failing runs, of the gallery or of these. Ctrl-C prints what has been measured.
    """
    if count and names:
        raise click.UsageError("NAME: --random makes its own recipes")
    wanted = select(GALLERY, names)
    if listed:
        for name, case in wanted.items():
            click.echo(f"{name}: {case.verdict}\n    {case.symptom}\n    {case.setting}; remedy: {case.remedy_words}")
        return 0
    if count or odds:
        held = _read_odds(odds)
        pieces = at_random(count, first_seed) if count else failing(wanted, first_seed)
        tried = measure_trial(pieces, jobs, open_store(store), device)
        status = print_results(tried, markdown, [labels_table(tried)], tried.summary)
        if odds is None or tried.missing:
            return status
        most, source = (MOST_TRIED, "random") if count else (None, "gallery")
        found = measure_odds(tried, most, jobs, open_store(store), device)
        write(odds, found.into(held, source).encode())
        click.echo(found)
        return INTERRUPTED if found.missing else status
    measured = measure(wanted, first_seed, jobs, seeds, open_store(store), device)
    return print_results(measured, markdown, [rates_table(measured), confusion_table(measured)], measured.summary)
