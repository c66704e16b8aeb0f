"""The user's own folder of compiled programs, bounded in size; nothing that users exchange lies there."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import torch

MOST_BYTES = 2**28  # of all programs: the least recently used ones go first
ENDING, SEAL = ".so", ".sha256"  # of a library, and of the digest that says that it is whole
LEFT = "left-to-torch.txt"  # operations for which no library can be made, as this folder's compilers have found out


class CacheError(OSError):
    """The error of a folder that cannot hold programs; its message is the reason."""


class Cache:
    """A folder that only its user may read and write, with a library for each job.

    Args:
        folder: The folder [default: `toygan/programs` in the user's cache folder, or `TOYGAN_CACHE`].
    Raises:
        CacheError: If the folder cannot be made or read, or if it belongs to somebody else.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or _usual_folder()
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.folder.stat()
        except OSError as error:
            raise CacheError(f"{self.folder}: cannot be made ({error.strerror})") from None
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise CacheError(f"{self.folder}: must belong to this user, with mode 700")
        if not os.access(self.folder, os.R_OK | os.X_OK):
            raise CacheError(f"{self.folder}: cannot be read")

    def refuse_readonly(self) -> None:
        """Raise CacheError if the programs that are here can be used, but none can be added."""
        if not os.access(self.folder, os.W_OK):
            raise CacheError(f"{self.folder}: cannot be written")

    def path(self, key: str) -> Path:
        """Return the library's file, which is there once the job is done."""
        return self.folder / (key + ENDING)

    def find(self, key: str) -> Path | None:
        """Return the library of a job, or None if there is none or it is damaged; it counts as used."""
        path = self.path(key)
        try:
            if path.with_suffix(SEAL).read_text() != _digest(path):  # to load it could end the process
                return None
        except (OSError, ValueError):
            return None
        with contextlib.suppress(OSError):  # the folder may be one that is only read
            os.utime(path)
            os.utime(path.with_suffix(SEAL))
        return path

    def seal(self, key: str) -> None:
        """Note that the library of a job is whole, in a file beside it."""
        path = self.path(key)
        path.with_suffix(SEAL).write_text(_digest(path))

    def note_left(self, operations: str) -> None:
        """Note operations, parted by blanks, for which no library can be made by this release of torch."""
        with (self.folder / LEFT).open("a") as file:
            file.write(f"{torch.__version__} {operations}\n")

    def leaves(self, code: str) -> bool:
        """Return True if a job's code calls an operation for which no library can be made."""
        try:
            lines = [line.split() for line in (self.folder / LEFT).read_text().splitlines()]
        except (OSError, ValueError):
            return False
        left = {name for version, *names in filter(None, lines) if version == torch.__version__ for name in names}
        return any(re.search(rf"{re.escape(name)}\b", code) for name in left)

    @contextlib.contextmanager
    def lock(self, key: str) -> Iterator[None]:
        """Hold the lock of a job: another process that wants the same waits. The system frees it with the process."""
        import fcntl

        path = self.folder / f"{key}.lock"
        with path.open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                path.unlink(missing_ok=True)

    def tidy(self) -> None:
        """Delete what has been used least recently until the rest is small enough."""
        total = 0
        for path in sorted(self.folder.rglob("*"), key=_used, reverse=True):
            with contextlib.suppress(OSError):
                if path.is_file():
                    total += path.stat().st_size
                    if total > MOST_BYTES:
                        path.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _usual_folder() -> Path:
    named = os.environ.get("TOYGAN_CACHE")
    if named:
        return Path(named)
    from platformdirs import user_cache_path

    return user_cache_path("toygan") / "programs"
