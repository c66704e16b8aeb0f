"""Files are read if they are regular, and archives if they hold what they declare."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.arrays import declare

from toygan import files


def test_a_file_is_read_up_to_a_size(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    assert files.read(file) == files.read(file, 5) == b"12345"
    with pytest.raises(OSError, match="holds more than 4 bytes"):
        files.read(file, 4)
    with pytest.raises(FileNotFoundError):
        files.read(tmp_path / "b")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX has named pipes")
def test_what_may_have_no_end_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(OSError, match="must be a regular file"):
            files.read(path)


def archive(content: bytes, how: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", how) as file:
        file.writestr("words.npy", content)
    return out.getvalue()


def array(value: object) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(value))
    return out.getvalue()


def damaged(content: bytes) -> bool:
    """Whether an archive is refused."""
    with contextlib.suppress(ValueError):
        files.unpack(content)
        return False
    with pytest.raises(ValueError, match=r"^it is damaged, or not an archive of toygan$"):
        files.unpack(content)
    return True


def test_an_archive_that_declares_more_than_it_holds_takes_no_memory() -> None:
    for content in (declare((10**12,)), declare((9,)), declare((8,), "|O"), b"words"):
        assert damaged(archive(content))
    assert damaged(archive(array(np.zeros(10**6)), zipfile.ZIP_DEFLATED))


def test_an_archive_with_any_byte_changed_gives_values_or_one_error() -> None:
    whole = files.pack({"a": 1}, {"x": np.arange(3.0)})
    found = [damaged(whole[:i] + bytes([whole[i] ^ 0xFF]) + whole[i + 1 :]) for i in range(len(whole))]
    assert sum(found) > len(whole) / 3
    assert not damaged(whole)
