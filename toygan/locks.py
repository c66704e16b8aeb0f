"""Locks between processes on a folder or a file; the system opens them when their owner ends, in whatever way."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no such locks: there, the last writer wins
    fcntl = None  # type: ignore[assignment]


@contextlib.contextmanager
def hold(path: Path, create: bool = False, wait: bool = False) -> Iterator[None]:
    """Hold a folder or a file until the end of the block.

    With `create` a missing file is made. Raises BlockingIOError if another process, or another block of this one,
    holds it and `wait` is false; OSError if the path cannot be opened.
    """
    if fcntl is None:
        yield
        return
    while True:
        descriptor = os.open(path, os.O_RDONLY | (os.O_CREAT if create else 0), 0o666)
        try:
            _lock(descriptor, wait)
            if _is_at(descriptor, path):
                yield
                return
        finally:
            os.close(descriptor)


def _lock(descriptor: int, wait: bool) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        raise
    except OSError:  # a file system without locks
        return


def _is_at(descriptor: int, path: Path) -> bool:
    """Return False if the path has got another file, or none, while this process waited for the lock."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False
