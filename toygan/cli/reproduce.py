"""`toygan reproduce`: experiments of the literature, theirs and ours side by side."""

from __future__ import annotations

import os
from pathlib import Path

import click

from toygan.cli.oneline import INTERRUPTED, shorten
from toygan.cli.param_types import OutputPath, StrictIntRange, device_option
from toygan.cli.studies import lookup, open_store
from toygan.files import write
from toygan.studies.experiment import Published
from toygan.studies.published import PUBLISHED
from toygan.studies.reproduce import measure, report


def list_experiments() -> str:
    """One line for each experiment."""
    wide = max(map(len, PUBLISHED)) + 2
    return "\n".join(f"{name:<{wide}}{setting.about}" for name, setting in PUBLISHED.items())


def _iterations(budget: str | None, name: str, setting: Published) -> int:
    """How many iterations a budget buys; UsageError where it is none."""
    if budget is None:
        return setting.budget
    if budget == "all":
        return setting.iterations
    allowed = f"a whole number from 1 to {setting.iterations}, the published iterations of {name}, or all"
    number = len(budget) <= 20 and budget.isascii() and budget.isdigit()  # `int` refuses thousands of digits
    if not number or not 1 <= int(budget) <= setting.iterations:
        raise click.UsageError(f"--budget {shorten(budget, 40)}: must be {allowed}")
    return int(budget)


@click.command(
    "reproduce",
    short_help="Run an experiment of the literature again.",
    epilog="\b\nExperiments:\n" + "\n".join(f"  {line}" for line in list_experiments().splitlines()),
)
@click.argument("name", required=False)
@click.option(
    "--budget",
    metavar="ITERATIONS",
    help="of each seed, at most those published; all: all of them  [default: a first look]",
)
@click.option(
    "--seeds", type=StrictIntRange(1, 4096), help="runs of each method  [default: as many as published, or 16]"
)
@click.option("--jobs", type=StrictIntRange(1, 256), default=os.cpu_count(), help="processes  [default: one a core]")
@device_option
@click.option(
    "--store",
    type=OutputPath(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="keep results there: the same command goes on with what is not finished",
)
@click.option("--out", type=OutputPath(path_type=Path, dir_okay=False), metavar="FILE", help="the table as Markdown")
@click.option("--force", is_flag=True, help="replace the table FILE")
def command(
    name: str | None, budget: str | None, seeds: int | None, jobs: int, device: str, store: Path | None,
    out: Path | None, force: bool,
) -> int:  # fmt: skip
    """Run an experiment of the literature again, and print its published numbers beside ours.

    Without NAME, list the experiments. Ctrl-C prints what is finished.
    """
    if name is None:
        if budget is not None or seeds is not None or out is not None:
            raise click.UsageError(f"NAME is missing: which experiment? One of {', '.join(PUBLISHED)}")
        click.echo(list_experiments())
        return 0
    setting = lookup(PUBLISHED, name)
    iterations, seeds = _iterations(budget, name, setting), seeds or setting.seeds
    if out is not None:  # it says what is missing, until the end
        write(out, report(name, setting, {}, seeds, iterations).encode(), force, "--force")
    found = measure(setting, seeds, iterations, jobs, open_store(store), device)
    text = report(name, setting, found.of_methods(setting), seeds, iterations)
    click.echo(text, nl=False)
    if out is not None:
        write(out, text.encode())
        click.echo(f"written to {out}")
    return INTERRUPTED if found.missing else 0
