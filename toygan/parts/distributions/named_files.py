"""The files that a spec of data names: whoever sends a spec chooses a file that is opened here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from toygan.parts.distributions.base import DISTRIBUTIONS
from toygan.parts.distributions.rows import File
from toygan.parts.spec import split


def list_files(spec: str) -> list[str]:
    """Return the paths that a spec names, those in its arguments included; none if it cannot be read."""
    return list(dict.fromkeys(_find_paths(spec)))


def _find_paths(spec: str) -> Iterator[str]:
    try:
        _, arguments = split(spec)
    except ValueError:
        return
    part = DISTRIBUTIONS.get(DISTRIBUTIONS.row(spec))
    if isinstance(part, File):
        if isinstance(path := arguments.get("path"), str) and path:
            yield path
        return
    for value in arguments.values():
        if isinstance(value, str):
            yield from _find_paths(value)


def find_outside(spec: str) -> str | None:
    """Return the first path that a spec names outside the working folder and the folders in it, links followed."""
    return next((path for path in list_files(spec) if _is_outside(path)), None)


def _is_outside(path: str) -> bool:
    try:
        return not Path(path).expanduser().resolve().is_relative_to(Path.cwd().resolve())
    except (OSError, RuntimeError, ValueError):  # no such home, a loop of links: it cannot be opened either
        return False
