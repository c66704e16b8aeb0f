"""Pages of the repository with parts that a command writes: each stands between two marks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import click

from toygan.files import write

into_option = click.option(
    "--into",
    "pages",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="PAGE",
    help="write it between the marks of this page again",
)


def replace_marked(page: str, texts: Mapping[str, Callable[[], str]]) -> str:
    """Return the page with the text of each name between its marks; ValueError if it has none of the marks."""
    found = False
    for name, text in texts.items():
        marks = re.compile(rf"(<!-- {name}:[^\n]*-->).*?(<!-- end of {name} -->)", flags=re.DOTALL)
        if marks.search(page):
            new = text()
            page, found = marks.sub(lambda mark: f"{mark[1]}\n\n{new}\n\n{mark[2]}", page), True  # noqa: B023
    if not found:
        name = next(iter(texts))
        raise ValueError(f"no place for the text; needed are the lines <!-- {name}: --> and <!-- end of {name} -->")
    return page


def write_marked(pages: Sequence[Path], texts: Mapping[str, Callable[[], str]]) -> None:
    """Write the texts into all pages, or into none; UsageError if one is not a page with marks."""
    new = {}
    for page in pages:
        if not page.is_file():  # a device may have no end
            raise click.UsageError(f"{page}: must be a regular file")
        try:
            new[page] = replace_marked(page.read_text(encoding="utf-8"), texts).encode()
        except ValueError as error:
            raise click.UsageError(f"{page}: {error}") from None
    for page, content in new.items():
        write(page, content)
