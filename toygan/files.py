"""Files that are complete at every moment, and archives of arrays that cannot run code."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import os
import stat
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any

import numpy as np

from toygan.locks import hold

META = "words"  # the name of the JSON in an archive
MOST_BYTES = 2**33  # of a file that is read as a whole


class Refusal(ValueError):
    """An error that says in one line, for the user, why a file is not read."""


def write(path: Path, content: bytes | Callable[[], bytes], force: bool = True, option: str = "force=True") -> None:
    """Write a file as a whole: a reader finds all of it, or what was there before. A link keeps its target's name.

    Before a `content` that is a function is called, it raises OSError if nothing can be written there, and
    FileExistsError if the file exists and `force` is false. Its message names `option` as the way to replace the file.
    """
    refuse_place(path)
    if not force and path.exists():
        raise _exists(path, option)
    data, target = content() if callable(content) else content, Path(os.path.realpath(path))
    part = part_of(target)
    try:
        with hold(part, create=True, wait=True):
            try:
                if part.stat().st_nlink > 1:  # of a writer that was killed when it had just given the file its name
                    part.unlink()
                part.write_bytes(data)
                _rename(part, target, force)
            except BaseException:
                part.unlink(missing_ok=True)
                raise
    except FileExistsError:  # made by another process meanwhile
        raise _exists(path, option) from None
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None  # not the name of `part`


def part_of(path: Path) -> Path:
    """Return the name under which a file is written before it is complete: if the writer is killed, it stays."""
    return path.with_name(f".{path.name}.part")


def refuse_place(path: Path) -> None:
    """Raise OSError, with the name as it was given, if no file can be written there."""
    if path.exists() and not path.is_file():
        kind = IsADirectoryError(errno.EISDIR, "is a folder", str(path)) if path.is_dir() else None
        raise kind or OSError(errno.EINVAL, "must be a regular file", str(path))
    folder = Path(os.path.realpath(path)).parent if path.is_symlink() else path.parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "is not a folder" if folder.exists() else "no such folder", str(folder))
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "the folder cannot be written to", str(folder))


def _exists(path: Path, option: str) -> FileExistsError:
    return FileExistsError(f"{path}: exists; choose another name, or replace it with {option}")


def _rename(part: Path, target: Path, force: bool) -> None:
    """Give a file its name; FileExistsError if that exists and `force` is false."""
    if not force:
        try:
            os.link(part, target)
            part.unlink()
            return
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if target.exists():
                raise FileExistsError from None
    os.replace(part, target)


def is_same(one: Path, other: Path) -> bool:
    """Return True if two paths name one file, which need not exist: by links, or by `..`, or by their spelling."""
    if one.exists() and other.exists():
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def open_regular(path: Path) -> IO[bytes]:
    """Open a file to read; OSError if it is a pipe or a device, which may have no end, or a folder."""
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "must be a regular file", str(path))
    return path.open("rb")


def read(path: Path, most: int = MOST_BYTES) -> bytes:
    """Return the content of a regular file; OSError if there is none, or it holds more than `most` bytes."""
    with open_regular(path) as file:
        content = file.read(most + 1 if os.fstat(file.fileno()).st_size > most else -1)
    if len(content) > most:
        raise OSError(errno.EFBIG, f"holds more than {most:,} bytes", str(path))
    return content


@contextlib.contextmanager
def decoding(*kept: type[Exception]) -> Iterator[None]:
    """Turn any error in the block into a ValueError with its reason in one line, but not those of the kinds `kept`.

    Decoders of archives, arrays and pictures raise errors of over a dozen kinds when bytes are damaged.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (MemoryError, *kept)):
            raise
        words = getattr(error, "strerror", None) or str(error) or type(error).__name__
        words = f"it has no {words}" if isinstance(error, KeyError) else words
        raise ValueError(" ".join(words.split())) from None


def read_array_head(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Return the shape and the type that the head of an array (.npy) declares; the array itself is not read."""
    version = np.lib.format.read_magic(file)
    read_head = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _, dtype = read_head(file)
    if dtype.hasobject or any(type(n) is not int or n < 0 for n in shape):
        raise ValueError(f"an array of shape {shape} and type {dtype}")
    return shape, dtype


def pack(meta: Any, arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return values that JSON can hold, and arrays by name, as one archive of NumPy (.npz)."""
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **{META: as_array(json.dumps(meta).encode()), **arrays})
    return out.getvalue()


def unpack(content: bytes) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the values and the arrays of an archive of `pack`; ValueError if it is not one."""
    try:
        with decoding(), zipfile.ZipFile(io.BytesIO(content)) as archive:
            arrays = {entry.filename.removesuffix(".npy"): _unpack(archive, entry) for entry in archive.infolist()}
            return json.loads(arrays.pop(META).tobytes()), arrays
    except ValueError:
        raise ValueError("it is damaged, or not an archive of toygan") from None


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> np.ndarray:
    """Return one array of an archive; ValueError, before any memory is taken, if it declares more than is there."""
    with archive.open(entry) as file:
        shape, dtype = read_array_head(file)
        if entry.compress_type or math.prod(shape) * dtype.itemsize > entry.file_size:
            raise ValueError(f"an array of shape {shape} and type {dtype}")
    with archive.open(entry) as file:
        array: np.ndarray = np.lib.format.read_array(file, allow_pickle=False)
        return array


def as_array(content: bytes) -> np.ndarray:
    """Return bytes as an array, to be packed with others."""
    return np.frombuffer(content, np.uint8)
