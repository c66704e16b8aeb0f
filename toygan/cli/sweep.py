"""`toygan sweep`: a grid of recipes over seeds, into a store."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich import box
from rich.console import Console
from rich.table import Table

from toygan.cli.oneline import INTERRUPTED
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import OutputPath, StrictIntRange, device_option
from toygan.cli.studies import open_store
from toygan.measure.words import score
from toygan.sweeps import sweep
from toygan.sweeps.design import parse_axis
from toygan.sweeps.table import summarize, varying_fields

if TYPE_CHECKING:
    import pandas as pd

SHOWN = ("modes-covered", "high-quality", "total-variation")  # of the metrics, in the shell
ROWS = 60  # of a table in the shell
PATIENCE = 10  # seconds in which a scheduler is to answer


def table(measured: pd.DataFrame) -> Table:
    """One row a recipe: its axes, the means over seeds at the end, and what most of the seeds were diagnosed with."""
    means, axes = summarize(measured), varying_fields(measured)
    metrics = [name for name in SHOWN if name in means]
    out = Table(*axes, *metrics, "verdict of most seeds", box=box.SIMPLE_HEAD)
    for row in means.head(ROWS).to_dict("records"):
        numbers = [score(name, row[name]) for name in metrics]
        agree = f"{row['verdict']}, {row['agree']} of {row['seeds']}"
        out.add_row(
            *(f"{row[name]:g}" if isinstance(row[name], float) else str(row[name]) for name in axes), *numbers, agree
        )
    return out


@contextmanager
def connect_dask(address: str | None) -> Iterator[Executor | None]:
    """What hands work to the scheduler at an address, or to a "local" one; UsageError where none answers."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        raise click.UsageError("--dask: needs Dask; pip install 'toygan[dask]'") from None
    try:
        cluster = LocalCluster(threads_per_worker=1, dashboard_address=None) if address == "local" else None
        client = Client(cluster or address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise click.UsageError(f"--dask {address}: no scheduler answers there ({type(error).__name__})") from None
    with client:
        yield client.get_executor(pure=False)
    if cluster is not None:
        cluster.close()


@click.command("sweep", short_help="Train a grid of recipes over seeds, and keep what came of it.")
@click.argument("axes", nargs=-1, metavar="AXIS...")
@click.option("--seeds", type=StrictIntRange(1, 4096), default=16, show_default=True, help="runs of each recipe")
@click.option("--steps", type=StrictIntRange(min=0), default=2000, show_default=True, help="iterations")
@click.option("--every", type=StrictIntRange(min=1), default=100, show_default=True, help="iterations per evaluation")
@click.option(
    "--store", type=OutputPath(dir_okay=False, path_type=Path), metavar="FILE", help="keep results; go on with them"
)
@click.option("--jobs", type=StrictIntRange(1, 256), help="processes  [default: one a core]")
@click.option("--dask", "address", metavar="ADDRESS", help="a Dask scheduler, such as tcp://host:8786, or local")
@device_option
@recipe_options
def command(
    axes: tuple[str, ...], seeds: int, steps: int, every: int, store: Path | None, jobs: int | None,
    address: str | None, device: str, **given: Any,
) -> int:  # fmt: skip
    """Train every recipe of a grid over seeds.

    An AXIS is lr_g=1e-4:1e-2:9:log (from, to, how many, evenly in ratios), width=16:64:4 (evenly), loss=hinge,minimax
    or regularizers.r1=0,0.1,1; flags set what all recipes share. With --store FILE what was measured is kept at once:
    whatever ends the command, the same one goes on. `toygan report FILE` makes a page of it.
    """
    grid = dict(map(parse_axis, axes))
    if len(grid) < len(axes):
        raise click.UsageError("AXIS: a field is given twice")
    base = recipe_from_options(given)
    try:
        with connect_dask(address) as executor:
            kept = open_store(store)
            measured = sweep(grid or [base], seeds, steps, every, None, executor, kept, base, device, jobs)
    except KeyboardInterrupt:
        left = (
            f"what is done is in {store}, and the same command goes on" if store else "nothing is kept without --store"
        )
        click.echo(f"toygan: stopped; {left}", err=True)
        return INTERRUPTED
    Console(width=None if Console().is_terminal else 140).print(table(measured))
    recipes = len(summarize(measured))
    click.echo(f"{recipes:,} recipe{'s' * (recipes > 1)}, {seeds} seed{'s' * (seeds > 1)} each, {steps:,} iterations")
    if store:
        click.echo(f"kept in {store}")
    return 0
