"""The line that says from which iteration on a run was compiled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from toygan.cli import run_files
from toygan.cli.options import read_text
from toygan.runs.engine import find_compiled


def read_engines(run: Path) -> list[tuple[int, str]]:
    """Read what computed the run in a folder; nothing if it was step by step. UsageError for a damaged file."""
    file = run / run_files.ENGINES
    if not file.exists():
        return []
    try:
        return run_files.decode_engines(read_text(file, "RUN"))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"RUN {run}: {run_files.ENGINES} is not of toygan ({error})") from None


def say_since(history: Sequence[tuple[int, str]]) -> None:
    """Print from which iteration on a run was compiled, if it was."""
    if (since := find_compiled(history)) is not None:
        click.echo(f"compiled since iteration {since}: faster, and rounded differently from there on")
