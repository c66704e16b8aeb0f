"""The folder that a command writes to, which it holds alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import click

from toygan.locks import hold


@contextlib.contextmanager
def hold_folder(out: Path | None) -> Iterator[None]:
    """Make the folder of --out, and hold it until the end of the block; if it is empty then, it is removed again.

    Raises UsageError if another process holds it, or if it is a file.
    """
    if out is None:
        yield
        return
    if out.exists() and not out.is_dir():
        raise click.UsageError(f"--out {out}: is a file")
    with contextlib.ExitStack() as stack:
        made = _make(out)
        while True:
            try:
                stack.enter_context(hold(out))
                break
            except FileNotFoundError:  # another process held it, and has removed it since
                made = _make(out)
            except BlockingIOError:
                raise click.UsageError(
                    f"--out {out}: another process writes to it; wait for its end, or choose another folder"
                ) from None
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # it is not empty
                for folder in made:
                    folder.rmdir()


def _make(folder: Path) -> list[Path]:
    """Make a folder and those that it is in; return the new ones, the innermost first."""
    new = [path for path in (folder, *folder.parents) if not path.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return new
