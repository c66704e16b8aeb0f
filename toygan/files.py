"""Files that are complete at every moment, and archives of arrays that cannot run code."""

from __future__ import annotations

import contextlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

META = "words"  # the name of the JSON in an archive


def write(path: Path, content: bytes | Callable[[], bytes], force: bool = True, option: str = "force=True") -> None:
    """Write a file as a whole: a reader finds all of it, or what was there before.

    Raises FileExistsError, before a `content` that is a function is called, if the file exists and `force` is false.
    Its message names `option` as the way to replace the file.
    """
    if not force and path.exists():
        raise FileExistsError(f"{path}: exists; choose another name, or replace it with {option}")
    data, part = content() if callable(content) else content, path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from None  # not the name of `part`
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def is_same(one: Path, other: Path) -> bool:
    """Return True if two paths name one file, which need not exist: by links, or by `..`, or by their spelling."""
    if one.exists() and other.exists():
        return os.path.samefile(one, other)
    return os.path.realpath(one) == os.path.realpath(other)


def pack(meta: Any, arrays: Mapping[str, np.ndarray]) -> bytes:
    """Return values that JSON can hold, and arrays by name, as one archive of NumPy (.npz)."""
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **{META: as_array(json.dumps(meta).encode()), **arrays})
    return out.getvalue()


def unpack(content: bytes) -> tuple[Any, dict[str, np.ndarray]]:
    """Return the values and the arrays of an archive of `pack`; ValueError if it is not one."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = dict(archive)
        return json.loads(arrays.pop(META).tobytes()), arrays
    except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, RecursionError, zipfile.BadZipFile):
        raise ValueError("it is damaged, or not an archive of toygan") from None


def as_array(content: bytes) -> np.ndarray:
    """Return bytes as an array, to be packed with others."""
    return np.frombuffer(content, np.uint8)
