"""`toygan sweep`: a grid of recipes over seeds, into a store."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import (
    SEED_COUNT,
    device_option,
    every_option,
    jobs_option,
    refuse_overwriting,
    steps_option,
    store_option,
)
from toygan.cli.studies import FAILED
from toygan.cli.tables import print_tables
from toygan.measure.tables import Table
from toygan.measure.words import score
from toygan.runs.record import SAMPLES
from toygan.sweeps import StoreError, sweep
from toygan.sweeps.design import parse_axis
from toygan.sweeps.run import RunsFailed
from toygan.sweeps.table import find_varying_fields, list_failures, summarize
from toygan.text import format_number

if TYPE_CHECKING:
    import pandas as pd

METRICS_SHOWN = ("modes-covered", "high-quality", "total-variation")
ROWS_SHOWN = 60
DASK_SECONDS = 10  # in which a scheduler must answer


def build_table(measured: pd.DataFrame) -> Table:
    """Return a row for each recipe: its axes, the means over seeds at the end, and the verdict of most seeds."""
    means, axes = summarize(measured), find_varying_fields(measured)
    metrics = [name for name in METRICS_SHOWN if name in means]
    rows = [
        [
            *(format_number(row[name], 6) if isinstance(row[name], float) else str(row[name]) for name in axes),
            *(score(name, row[name]) for name in metrics),
            f"{row['verdict']}, {row['agree']} of {row['seeds']}{_count_failed(row)}",
        ]
        for row in means.head(ROWS_SHOWN).to_dict("records")
    ]
    return Table([*axes, *metrics, "verdict of most seeds"], rows)


def _count_failed(row: dict[str, Any]) -> str:
    return f"; {row['failed']} failed" if row["failed"] and row["verdict"] != "failed" else ""


@contextmanager
def connect_dask(address: str | None) -> Iterator[Executor | None]:
    """Connect to the scheduler at an address, or start a "local" one; UsageError if none answers."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise click.UsageError("--dask: needs Dask; pip install 'toygan[dask]'") from None
    try:
        cluster = LocalCluster(threads_per_worker=1, dashboard_address=None) if address == "local" else None
        client = Client(cluster or address, timeout=DASK_SECONDS)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--dask {address}: no scheduler answers there ({type(error).__name__})") from None
    with client:
        yield client.get_executor(pure=False)
    if cluster is not None:
        cluster.close()


@click.command("sweep")
@click.argument("axes", nargs=-1, metavar="AXIS...")
@click.option("--seeds", type=SEED_COUNT, default=16, show_default=True, help="number of seeds of each recipe")
@steps_option
@every_option
@store_option
@jobs_option
@click.option("--dask", "address", metavar="ADDRESS", help='a Dask scheduler, such as tcp://host:8786, or "local"')
@click.option("--retry", is_flag=True, help="train runs again that the store holds as failed")
@device_option
@recipe_options
def command(
    axes: tuple[str, ...],
    seeds: int,
    steps: int,
    every: int,
    store: Path | None,
    jobs: int,
    address: str | None,
    retry: bool,
    device: str,
    **given: Any,
) -> int:
    """Train every recipe of a grid over seeds.

    An AXIS is loss=hinge,minimax or regularizers.r1=0,0.1,1 (values), width=16:64:4 (four values from 16 to 64, evenly
    spaced), or lr_g=1e-4:1e-2:9:log (nine values in equal ratios). Other options set what all recipes share. With
    --store FILE each result is stored at once: to continue an interrupted sweep, run the same command again. `toygan
    report FILE` turns the results into a page. An error ends only the runs that meet it; the exit status is then 1.
    """
    grid = dict(map(parse_axis, axes))
    if len(grid) < len(axes):
        raise click.UsageError("AXIS: a field is given twice")
    refuse_overwriting(store, "--store", {"--recipe": given["file"]})
    base = recipe_from_options(given)
    try:
        with connect_dask(address) as executor, warnings.catch_warnings():
            warnings.simplefilter("ignore", RunsFailed)  # they are listed below
            measured = sweep(grid or [base], seeds, steps, every, None, executor, store, base, device, jobs, retry)
    except StoreError as error:
        raise click.UsageError(f"--store {error}") from None
    except KeyboardInterrupt:
        remedy = f"the results so far are in {store}; run the same command again to continue" if store else ""
        click.echo(f"toygan: stopped; {remedy or 'nothing is stored without --store'}", err=True)
        return INTERRUPTED
    print_tables([build_table(measured)])
    recipes = len(summarize(measured))
    each = f"{seeds} seed{'s' * (seeds > 1)} each, {steps:,} iterations, {SAMPLES:,} samples of each seed"
    click.echo(f"{recipes:,} recipe{'s' * (recipes > 1)}, {each}")
    if store:
        click.echo(f"stored in {store}")
    failures = list_failures(measured)
    for line in failures:
        click.echo(f"toygan: {line}", err=True)
    if failures and store:
        click.echo("toygan: the store keeps them as failed; --retry trains them again", err=True)
    return FAILED * bool(failures)
