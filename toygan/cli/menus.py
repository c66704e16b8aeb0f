"""`toygan menus`: what a recipe can be made of, read from the rows of the menus."""

from __future__ import annotations

import dataclasses
import inspect
import re
from pathlib import Path
from typing import Any, NamedTuple

import click

from toygan.parts.menu import Menu
from toygan.parts.metrics import METRICS, Metric
from toygan.recipe import KNOBS

BEGIN, END = "<!-- menus: written by `make readme` -->", "<!-- end of menus -->"


class Row(NamedTuple):
    """A part: its name, what it is with its source, and the numbers that a spec may change."""

    name: str
    what: str
    numbers: str


def tables() -> dict[str, list[Row]]:
    """The rows of every menu, by the fields of Recipe that choose from it."""
    menus: dict[int, tuple[list[str], Menu[Any]]] = {}
    for field, how in KNOBS.items():
        if how.menu is not None:
            menus.setdefault(id(how.menu), ([], how.menu))[0].append(field)
    named = {" and ".join(fields): menu for fields, menu in menus.values()} | {"metrics": METRICS}
    return {title: [_row(name, part) for name, part in menu.items()] for title, menu in named.items()}


def _row(name: str, part: Any) -> Row:
    if isinstance(part, Metric):
        return Row(name, part.help.rstrip("."), "")
    if type(part).__module__ in ("builtins", "functools"):  # a function, as those of PyTorch: its name says all
        return Row(name, "", "")
    numbers = dataclasses.fields(part) if dataclasses.is_dataclass(part) else ()
    changeable = ", ".join(f"{f.name}={getattr(part, f.name)!r}" for f in numbers)
    return Row(name, _first_sentence(inspect.cleandoc(part.__doc__ or "")), changeable)  # its own, not its base's


def _first_sentence(text: str) -> str:
    """Up to the first full stop that ends a sentence: not one inside brackets, where sources stand ("et al. 2017")."""
    paragraph, depth = " ".join(text.split("\n\n")[0].split()), 0
    for i, letter in enumerate(paragraph):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and re.match(r"[.] (?=[A-Z])", paragraph[i : i + 3]):
            return paragraph[:i]
    return paragraph.rstrip(".")


def markdown() -> str:
    """The menus as Markdown: one folded table each, under a line with all its names."""
    blocks = []
    for title, rows in tables().items():
        names = f"<b>{title}</b>: " + " ".join(f"<code>{row.name}</code>" for row in rows)
        cells = [(f"`{row.name}`", row.what, row.numbers and f"`{row.numbers}`") for row in rows]
        head = [("name", "what it is, and its source", "numbers that it takes"), ("---",) * 3]
        used = 1 + max(bool(row.what) + bool(row.numbers) for row in rows)
        lines = ["| " + " | ".join(cell.replace("|", r"\|") for cell in line[:used]) + " |" for line in head + cells]
        blocks.append(
            "\n".join([f"<details><summary>{names}</summary>", "", *lines, "", "</details>"]) if used > 1 else names
        )
    return "\n\n".join(blocks)


def renewed(page: str) -> str:
    """The page with fresh tables between its two marks; ValueError where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"no place for the menus; the page needs the lines {BEGIN} and {END}")
    return f"{before}{begin}\n\n{markdown()}\n\n{end}{after}"


@click.command("menus")
@click.option("--markdown", "as_markdown", is_flag=True, help="print Markdown tables")
@click.option(
    "--into", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="renew the tables of this page"
)
def command(as_markdown: bool, into: Path | None) -> None:
    """List what a recipe can be made of."""
    if into:
        try:
            into.write_text(renewed(into.read_text(encoding="utf-8")), encoding="utf-8")
        except ValueError as error:
            raise click.UsageError(f"{into}: {error}") from None
    elif as_markdown:
        click.echo(markdown())
    else:
        for title, rows in tables().items():
            click.secho(f"\n{title}", bold=True)
            wide = max(len(row.name) for row in rows) + 2
            for row in rows:
                click.echo(click.wrap_text(
                    f"{row.name:<{wide}}{row.what}" + (f" [{row.numbers}]" if row.numbers else ""),
                    width=100, initial_indent="  ", subsequent_indent="  " + " " * wide,
                ))  # fmt: skip
