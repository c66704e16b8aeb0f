"""`toygan reproduce`: experiments of the literature, the published numbers beside ours."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli.oneline import INTERRUPTED, shorten
from toygan.cli.param_types import (
    FILE_TO_WRITE,
    SEED_COUNT,
    device_option,
    jobs_option,
    refuse_overwriting,
    store_option,
)
from toygan.cli.studies import FAILED, lookup, open_store
from toygan.files import write
from toygan.studies.experiment import Published
from toygan.studies.published import PUBLISHED
from toygan.studies.reproduce import measure_methods, report


def list_experiments() -> str:
    """Return a line for each experiment."""
    wide = max(map(len, PUBLISHED)) + 2
    return "\n".join(f"{name:<{wide}}{setting.about}" for name, setting in PUBLISHED.items())


def _parse_budget(budget: str | None, name: str, setting: Published) -> int:
    """Return the number of iterations of a budget; UsageError if it is invalid."""
    if budget is None:
        return setting.budget
    if budget == "all":
        return setting.iterations
    allowed = f"a whole number from 1 to {setting.iterations} (the published iterations of {name}), or all"
    number = len(budget) <= 20 and budget.isascii() and budget.isdigit()  # `int` refuses thousands of digits
    if not number or not 1 <= int(budget) <= setting.iterations:
        raise click.UsageError(f"--budget {shorten(budget, 40)}: must be {allowed}")
    return int(budget)


@click.command(
    "reproduce",
    epilog="\b\nExperiments:\n" + "\n".join(f"  {line}" for line in list_experiments().splitlines()),
)
@click.argument("name", required=False)
@click.option(
    "--budget",
    metavar="ITERATIONS",
    help='iterations per seed: a number up to the published one, or "all"  [default: short]',
)
@click.option("--seeds", type=SEED_COUNT, help="number of seeds of each method  [default: as published, or 16]")
@jobs_option
@device_option
@store_option
@click.option("--out", type=FILE_TO_WRITE, metavar="FILE", help="write the table as Markdown to FILE")
@click.option("--force", is_flag=True, help="replace the FILE of --out if it exists")
def command(
    name: str | None,
    budget: str | None,
    seeds: int | None,
    jobs: int,
    device: str,
    store: Path | None,
    out: Path | None,
    force: bool,
) -> int:
    """Re-run an experiment of the literature, and print its published numbers beside ours.

    Without NAME it lists the experiments. Ctrl-C prints the results of the seeds that are finished.
    """
    if name is None:
        if budget is not None or seeds is not None or out is not None:
            raise click.UsageError(f"NAME: is missing; give one of {', '.join(PUBLISHED)}")
        click.echo(list_experiments())
        return 0
    setting = lookup(PUBLISHED, name)
    iterations, seeds = _parse_budget(budget, name, setting), seeds or setting.seeds
    refuse_overwriting(out, "--out", {"--store": store})
    if out is not None:  # it says what is missing, until the end
        write(out, report(name, setting, {}, seeds, iterations).encode(), force, "--force")
    found = measure_methods(setting, seeds, iterations, jobs, open_store(store), device)
    text = report(name, setting, found.by_method(setting), seeds, iterations)
    click.echo(text, nl=False)
    if out is not None:
        write(out, text.encode())
        click.echo(f"written to {out}")
    if found.failed:
        click.echo(f"toygan: {found.summary}", err=True)
    return INTERRUPTED if found.missing else FAILED * bool(found.failed)
