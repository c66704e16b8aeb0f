"""What the commands that measure named things over seeds share: their flags, and how they print and end."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.console import Console, RenderableType

from toygan.cli.oneline import INTERRUPTED, shorten
from toygan.cli.param_types import OutputPath, StrictIntRange, device_option
from toygan.studies.progress import Results
from toygan.sweeps import Store, StoreError

Part = TypeVar("Part")
Command = TypeVar("Command", bound=Callable[..., Any])

PLAIN = 140  # columns of a table that goes into a file


def measuring_options(command: Command) -> Command:
    """Adds the names of what is to be measured, and how."""
    seed, jobs = StrictIntRange(0, 2**62), StrictIntRange(1, 256)
    kept = OutputPath(dir_okay=False, path_type=Path)
    for add in (
        click.option("--markdown", is_flag=True, help="print it as Markdown, to keep: ... --markdown > FILE"),
        click.option(
            "--store", type=kept, metavar="FILE", help="keep results there; train only what has changed since"
        ),
        click.option("--jobs", type=jobs, default=os.cpu_count(), help="processes  [default: one a core]"),
        device_option,
        click.option("--first-seed", type=seed, default=0, show_default=True, help="try other seeds"),
        click.option("--list", "listed", is_flag=True, help="name them and say what they are; measure nothing"),
        click.argument("names", nargs=-1, metavar="[NAME]..."),
    ):
        command = add(command)
    return command


def lookup(rows: Mapping[str, Part], name: str) -> Part:
    """The row of that name; UsageError, with the three closest names, where there is none."""
    if name not in rows:
        known, said = list(rows), shorten(name, 60)
        close = difflib.get_close_matches(said, known, n=3, cutoff=0)
        raise click.UsageError(f"NAME: unknown name {said!r}; closest of {len(known)}: {', '.join(close)}")
    return rows[name]


def select(rows: Mapping[str, Part], names: Sequence[str]) -> dict[str, Part]:
    """The rows that are named, or all; UsageError as of `lookup`."""
    return {name: lookup(rows, name) for name in names} or dict(rows)


def open_store(store: Path | None) -> Store | None:
    """The store that a command line names; UsageError where it is none."""
    try:
        return None if store is None else Store(store)
    except StoreError as error:
        raise click.UsageError(f"--store {error}") from None


def print_results(results: Results[Any], markdown: bool, tables: Sequence[RenderableType], summary: str) -> int:
    """Prints what was measured, and says with which status to exit."""
    if not results:
        click.echo(f"toygan: stopped{results.left}", err=True)
    elif markdown:
        click.echo(results)
    else:
        console = Console(width=None if os.isatty(1) else PLAIN)
        for table in tables:
            console.print(table)
        click.echo(summary)
    return INTERRUPTED if results.missing else 0
