"""`toygan menus`: everything that a recipe can be made of, read from the rows of the menus."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any, NamedTuple

import click

from toygan.cli.equivalents import describe_like, render_equivalents
from toygan.cli.marked_pages import into_option, write_marked
from toygan.cli.tables import print_tables
from toygan.measure.tables import Table
from toygan.panels import PANELS
from toygan.parts.menu import Menu, summary
from toygan.parts.metrics import METRICS, Metric
from toygan.recipe import DEFAULT, KNOBS


class Row(NamedTuple):
    """A part or a field: its name, its meaning with its source, and its arguments or its default."""

    name: str
    what: str
    numbers: str


def list_menus() -> dict[str, list[Row]]:
    """Return the fields of a recipe, the rows of every menu by the fields that use it, the metrics and the panels."""
    menus: dict[int, tuple[list[str], Menu[Any]]] = {}
    for field, how in KNOBS.items():
        if how.menu is not None:
            menus.setdefault(id(how.menu), ([], how.menu))[0].append(field)
    named = {" and ".join(fields): menu for fields, menu in menus.values()} | {"metrics": METRICS, "panels": PANELS}
    fields = [Row(field, how.help, how.write(getattr(DEFAULT, field)) or "none") for field, how in KNOBS.items()]
    return {"fields": fields} | {
        title: [_describe_part(name, part) for name, part in menu.items()] for title, menu in named.items()
    }


def _describe_part(name: str, part: Any) -> Row:
    first = part[0] if isinstance(part, tuple) else part  # panels that show the same thing for different data
    plain = isinstance(first, Metric) or not dataclasses.is_dataclass(first)
    numbers = [] if plain else [f"{f.name}={getattr(first, f.name)!r}" for f in dataclasses.fields(first)]
    return Row(name, summary(name, first), ", ".join(numbers))


def build_table(title: str, rows: list[Row], quote: str = "") -> Table:
    """Return a menu as a table, names and numbers between quotes."""
    head = ["name" if quote else title, "meaning and source", "default" if title == "fields" else "arguments"]
    cells = [[f"{quote}{row.name}{quote}", row.what, row.numbers and f"{quote}{row.numbers}{quote}"] for row in rows]
    used = 2 + any(row.numbers for row in rows)
    return Table(head[:used], [line[:used] for line in cells])


def render_tables() -> str:
    """Return the menus as Markdown, a table each."""
    return "\n\n".join(f"## {title}\n\n{build_table(title, rows, '`')}" for title, rows in list_menus().items())


def render_names() -> str:
    """Return the menus as a Markdown list, a line each with all its names."""
    return "\n".join(
        f"- **{title}**: " + " ".join(f"`{row.name}`" for row in rows) for title, rows in list_menus().items()
    )


TEXTS = {"menus": render_tables, "names of the menus": render_names}  # that `--into` writes between marks of a page


@click.command("menus")
@click.option("--markdown", "as_markdown", is_flag=True, help="print Markdown tables")
@click.option("--like", metavar="NAME", help="find what a name of another package is here, as in torchcfm.8gaussians")
@into_option
def command(as_markdown: bool, like: str | None, pages: tuple[Path, ...]) -> None:
    """List everything that a recipe can be made of, the metrics and the panels."""
    if like is not None:
        click.echo(describe_like(like))
        return
    write_marked(pages, {**TEXTS, "equivalents": render_equivalents})
    if as_markdown:
        click.echo(render_tables())
    elif not pages:
        print_tables(build_table(title, rows) for title, rows in list_menus().items())
