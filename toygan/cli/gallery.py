"""`toygan gallery`: known failures and their remedies, and how often the diagnosis is right."""

from __future__ import annotations

import json
from pathlib import Path

import click

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.param_types import FILE_TO_WRITE, SEED_COUNT, StrictIntRange, refuse_overwriting
from toygan.cli.studies import FAILED, measuring_options, open_store, print_results, select
from toygan.files import read, write
from toygan.studies.faults.trial import measure_made
from toygan.studies.gallery import GALLERY
from toygan.studies.gallery.case import SEEDS
from toygan.studies.gallery.report import measure_gallery
from toygan.studies.gallery.trial import (
    MOST_TRIED,
    failing_pieces,
    measure_odds,
    measure_trial,
    measure_until_healthy,
    random_pieces,
)


def _read_odds(file: Path | None) -> str:
    """Return the JSON of a file of odds, empty if there is no file yet; UsageError if it holds something else."""
    if file is None or not file.exists():
        return "{}"
    try:
        held = read(file).decode()
        known = json.loads(held).keys() <= {"random", "gallery"}
    except (OSError, ValueError, AttributeError, RecursionError):
        known = False
    if not known:
        raise click.UsageError(f"--odds {file}: is not a file of odds")
    return held


@click.command("gallery")
@measuring_options
@click.option("--seeds", type=SEED_COUNT, default=SEEDS, show_default=True, help="number of seeds of each recipe")
@click.option(
    "--random",
    "count",
    type=StrictIntRange(1, 100_000),
    metavar="COUNT",
    help="test the diagnosis on COUNT random recipes",
)
@click.option(
    "--until-healthy",
    "healthy",
    type=StrictIntRange(1, 1000),
    metavar="COUNT",
    help="draw random recipes until COUNT are called healthy; report how many are",
)
@click.option("--made", is_flag=True, help="test the diagnosis on faults made by hand, over all data")
@click.option(
    "--odds", type=FILE_TO_WRITE, metavar="FILE", help="try the remedies on the failing runs; write their odds to FILE"
)
def command(
    names: tuple[str, ...],
    listed: bool,
    seeds: int,
    first_seed: int,
    device: str,
    jobs: int,
    store: Path | None,
    markdown: bool,
    count: int | None,
    healthy: int | None,
    odds: Path | None,
    made: bool,
) -> int:
    """Train known failures and their remedies; report how often each fails.

    A confusion matrix of the diagnosis over all these runs follows. --random COUNT tests the diagnosis on COUNT random
    recipes instead, labelled by exact W1, and --until-healthy COUNT on as many as it takes; --made tests it on true
    samples that were widened, moved, rotated and so on. With --odds FILE each remedy of the diagnosis is tried on the
    failing runs, and FILE tells how often it helped.
    Ctrl-C prints the results so far.
    """
    if count and names:
        raise click.UsageError("NAME: give no names with --random, which makes its own recipes")
    if healthy and (names or count or odds or made):
        raise click.UsageError("--until-healthy: takes no NAME, no --random, no --odds and no --made")
    if made:
        if names or count or odds:
            raise click.UsageError("--made: takes no NAME, no --random and no --odds; nothing is trained")
        return print_results(measure_made(range(first_seed, first_seed + seeds)), markdown)
    if healthy:
        return print_results(measure_until_healthy(healthy, first_seed, jobs, open_store(store), device), markdown)
    wanted = select(GALLERY, names)
    if listed:
        for name, case in wanted.items():
            click.echo(f"{name}: {case.verdict}\n    {case.symptom}\n    {case.setting}; remedy: {case.remedy_words}")
        return 0
    refuse_overwriting(odds, "--odds", {"--store": store})
    if count or odds:
        held = _read_odds(odds)
        pieces = random_pieces(count, first_seed) if count else failing_pieces(wanted, first_seed)
        tried = measure_trial(pieces, jobs, open_store(store), device)
        status = print_results(tried, markdown)
        if odds is None or tried.missing:
            return status
        most, source = (MOST_TRIED, "random") if count else (None, "gallery")
        found = measure_odds(tried, most, jobs, open_store(store), device)
        write(odds, found.update_json(held, source).encode())
        click.echo(found)
        return INTERRUPTED if found.missing else FAILED if found.failed else status
    return print_results(measure_gallery(wanted, first_seed, jobs, seeds, open_store(store), device), markdown)
