"""A link, opened as a live page."""

from __future__ import annotations

from typing import Any

from toygan.play.link import Link
from toygan.play.playground import Playground


def open_page(link: str | Link, outside: bool = False) -> Any:
    """Return the live page that a link describes.

    Args:
        link: A `Link`, or its text.
        outside: True also opens a data file outside the working folder [default: False].
    Returns:
        A `Playground`, or `Twins` if the link has several recipes.
    Raises:
        RecipeError: If the link has another form, or a field of it is not allowed.
    Example:
        >>> from toygan import open_page
        >>> page = open_page("toygan:width=4&batch=8?controls=lr_d&locked=loss&seeds=2")
        >>> page.session.seeds, page.link()
        (2, 'toygan:batch=8&width=4?controls=lr_d&locked=loss&seeds=2')
        >>> page.close()
    """
    told = Link.from_string(link, outside) if isinstance(link, str) else link
    first, *others = told.recipes
    asked: dict[str, Any] = {"present": told.present, "locked": told.locked, "poll": told.poll}
    page = Playground(first, told.controls, told.panels, told.seeds, against=others or None, **asked)
    if told.layers is not None:
        page.session.layers = frozenset(told.layers)
    if told.unfolded is not None:
        page.column.fold(told.unfolded)
    return page
