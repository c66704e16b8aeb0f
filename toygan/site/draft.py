"""A draft: what has been made of a site so far, in a folder beside it. A build that was stopped continues there."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

from toygan.files import write


def name_draft(out: Path) -> Path:
    """Return the folder of the draft of a site."""
    return out.with_name(f".{out.name}.draft")


def keep(folder: Path, name: str, source: str, make: Callable[[], bytes]) -> bytes:
    """Return what is kept in a folder under a name and a source; if it is missing, make it and keep it.

    Another source, or another version of toygan, is another thing.
    """
    digest = sha256(f"{version('toygan')}\n{source}".encode()).hexdigest()[:16]
    path = folder / f"{name}-{digest}"
    if not path.is_file():
        made = make()
        folder.mkdir(exist_ok=True)
        write(path, made)
    return path.read_bytes()
