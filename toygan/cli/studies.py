"""Options, names, store and output of the commands that measure named things over seeds."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from toygan.cli.oneline import INTERRUPTED, shorten
from toygan.cli.param_types import StrictIntRange, device_option, jobs_option, store_option
from toygan.cli.tables import print_tables
from toygan.studies.progress import Results
from toygan.sweeps import Store, StoreError

FAILED = 1  # exit status if an error has ended a run
Part = TypeVar("Part")
Command = TypeVar("Command", bound=Callable[..., Any])


def measuring_options(command: Command) -> Command:
    """Add the argument NAME and the options of measuring to a command."""
    for add in (
        click.option("--markdown", is_flag=True, help="print Markdown, for a file: ... --markdown > FILE"),
        store_option,
        jobs_option,
        device_option,
        click.option(
            "--first-seed",
            type=StrictIntRange(min=0),
            default=0,
            show_default=True,
            metavar="SEED",
            help="the first seed",
        ),
        click.option("--list", "listed", is_flag=True, help="list names and descriptions, then exit"),
        click.argument("names", nargs=-1, metavar="[NAME]..."),
    ):
        command = add(command)
    return command


def lookup(rows: Mapping[str, Part], name: str) -> Part:
    """Return the row of that name; UsageError, with the three closest names, if there is none."""
    if name not in rows:
        known, unknown = list(rows), shorten(name, 60)
        close = difflib.get_close_matches(unknown, known, n=3, cutoff=0)
        raise click.UsageError(f"NAME: unknown name {unknown!r}; closest of {len(known)}: {', '.join(close)}")
    return rows[name]


def select(rows: Mapping[str, Part], names: Sequence[str]) -> dict[str, Part]:
    """Return the named rows, or all if no name is given; UsageError as in `lookup`."""
    return {name: lookup(rows, name) for name in names} or dict(rows)


def open_store(store: Path | None) -> Store | None:
    """Open the store that a command line names; UsageError if the file is not one."""
    try:
        return None if store is None else Store(store)
    except StoreError as error:
        raise click.UsageError(f"--store {error}") from None


def print_results(results: Results[Any], markdown: bool) -> int:
    """Print the results, and return the exit status of the command."""
    if not results:
        click.echo(f"toygan: {'stopped' if results.missing else 'nothing is measured'}{results.left}", err=True)
    elif markdown:
        click.echo(results)
    else:
        print_tables(results.tables)
        click.echo(results.summary)
    return INTERRUPTED if results.missing else FAILED * bool(results.failed)
