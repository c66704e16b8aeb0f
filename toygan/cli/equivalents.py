"""Names of other packages as text: a table for each field in a page, a paragraph for each row in the shell."""

from __future__ import annotations

import difflib

import click

from toygan.cli.repositories import render_published
from toygan.measure.tables import Table
from toygan.parts.equivalents import KINDS, Equivalent, equivalents, find_equivalents
from toygan.text import SHOWN, short

CLOSEST = 5  # names that an error shows


def render_equivalents() -> str:
    """Return all rows as Markdown, a table for each field of a recipe that they equal."""
    head = ["there", "version", "computes", "formula", "here", "between theirs and ours", "check"]
    tables = {kind: [_cells(row) for row in equivalents() if row.kind == kind] for kind in KINDS}
    return "\n\n".join([*(f"## {kind}\n\n{Table(head, rows)}" for kind, rows in tables.items()), render_published()])


def _cells(row: Equivalent) -> list[str]:
    formula = f"`{row.formula}`"
    return [f"`{row.name}`", row.version, row.computes, formula, _here(row, "`"), row.conversion, row.check]


def _here(row: Equivalent, quote: str = "") -> str:
    near = f"no equal; nearest: {quote}{row.nearest}{quote}" if row.nearest else "no equal"
    ours = f"{quote}{row.equals}{quote}" if row.equals else near
    return f'{ours}; theirs: {quote}evaluate(like="{row.like}"){quote}' if row.like else ours


def describe_like(name: str) -> str:
    """Return all rows of a foreign name, a paragraph each; UsageError if there are none."""
    rows = find_equivalents(name)
    if not rows:
        names = [row.name for row in equivalents()]
        close = difflib.get_close_matches(name[:SHOWN], names, n=CLOSEST, cutoff=0.3)
        words = f"closest of {len(names)}: {', '.join(close)}" if close else f"none of {len(names)} is close"
        raise click.UsageError(f"--like={short(name)}: unknown name; {words}")
    return "\n\n".join(map(_describe, rows))


def _describe(row: Equivalent) -> str:
    lines = {
        "computes": row.computes,
        "formula": row.formula,
        row.kind: _here(row),
        "between": row.conversion,
        "check": row.check,
    }
    body = [f"  {title:<12} {words}" for title, words in lines.items() if words]
    return "\n".join([f"{row.name} ({row.version})", *body])
