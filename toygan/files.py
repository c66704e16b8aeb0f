"""Files that are whole at every moment, and arrays in them that cannot run code."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

WORDS = "words"  # the name of what is no array


def write(path: Path, content: bytes) -> None:
    """The file at `path`, or what was there before: never a part of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def packed(words: Any, arrays: Mapping[str, np.ndarray]) -> bytes:
    """What JSON can hold, and arrays by name, as one archive of NumPy (.npz)."""
    out = io.BytesIO()
    np.savez(out, allow_pickle=False, **{WORDS: as_array(json.dumps(words).encode()), **arrays})
    return out.getvalue()


def unpacked(content: bytes) -> tuple[Any, dict[str, np.ndarray]]:
    """What `packed` packed; ValueError where the content is no such archive."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = dict(archive)
        return json.loads(arrays.pop(WORDS).tobytes()), arrays
    except (ValueError, LookupError, TypeError, AttributeError, OSError, EOFError, RecursionError, zipfile.BadZipFile):
        raise ValueError("it is damaged, or no archive of toygan") from None


def as_array(content: bytes) -> np.ndarray:
    """Bytes as an array, to be packed beside others."""
    return np.frombuffer(content, np.uint8)
