"""Tables in the shell: as wide as the terminal, or as wide as a file's reader can take."""

from __future__ import annotations

import os
from collections.abc import Iterable

from rich.console import Console

from toygan.measure.tables import Table

FILE_COLUMNS = 140  # characters in a line of a table that goes into a file


def print_tables(tables: Iterable[Table]) -> None:
    """Print tables to the output."""
    console = Console(width=None if os.isatty(1) else FILE_COLUMNS)
    for table in tables:
        console.print(table.rich())
