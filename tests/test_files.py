"""Files are read if they are regular, written as a whole, and archives are read if they hold what they declare."""

from __future__ import annotations

import contextlib
import io
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
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


def test_a_place_where_no_file_can_be_is_named_as_it_was_given_before_any_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").write_text("mine")
    Path("folder").mkdir()
    Path("link").symlink_to("nowhere/a")
    for place, named in (
        ("no/a.html", "no"), ("no/such/../a", "no/such/.."), ("file/a", "file"), ("folder", "folder"),
        ("/dev/null", "/dev/null"),
    ):  # fmt: skip
        with pytest.raises(OSError) as error:  # noqa: PT011
            files.write(Path(place), lambda: pytest.fail("it worked"))
        assert error.value.filename == named
    with pytest.raises(FileNotFoundError, match="no such folder"):
        files.write(Path("link"), b"")
    assert Path("/dev/null").is_char_device()
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["file", "folder", "link"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_said_before_any_work(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="the folder cannot be written to"):
        files.write(tmp_path / "a", lambda: pytest.fail("it worked"))


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to("there/a")
    for content in (b"one", b"two"):
        files.write(tmp_path / "link", content)
        assert (tmp_path / "link").is_symlink()
        assert (tmp_path / "there" / "a").read_bytes() == content
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["a"]


def test_a_file_that_came_to_be_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a"

    def slow() -> bytes:
        file.write_bytes(b"mine")
        return b"ours"

    with pytest.raises(FileExistsError, match=r"a: exists; .* with --force"):
        files.write(file, slow, force=False, option="--force")
    assert file.read_bytes() == b"mine"
    files.write(file, slow, force=True)
    assert file.read_bytes() == b"ours"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_a_file_system_without_links_also_keeps_what_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(one: object, other: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    files.write(tmp_path / "a", b"ours", force=False)
    assert (tmp_path / "a").read_bytes() == b"ours"
    with pytest.raises(FileExistsError):
        files.write(tmp_path / "b", lambda: b"x" * (tmp_path / "b").write_bytes(b"mine"), force=False)
    assert (tmp_path / "b").read_bytes() == b"mine"


def test_what_a_killed_writer_left_does_no_harm(tmp_path: Path) -> None:
    file, part = tmp_path / "a", tmp_path / ".a.part"
    files.write(file, b"whole")
    os.link(file, part)  # it was killed between two names
    seen = os.open(file, os.O_RDONLY)
    files.write(file, b"other")
    assert (os.read(seen, 9), file.read_bytes()) == (b"whole", b"other")
    os.close(seen)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="locks are POSIX's")
def test_several_writers_of_one_file_leave_a_whole_one(tmp_path: Path) -> None:
    contents = [bytes([i]) * 300_000 for i in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda content: [files.write(tmp_path / "a", content) for _ in range(8)], contents))
    assert (tmp_path / "a").read_bytes() in contents
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


@pytest.mark.skipif(os.name != "posix", reason="locks are POSIX's")
def test_of_several_writers_that_replace_nothing_one_succeeds(tmp_path: Path) -> None:
    def write(content: bytes) -> bool:
        try:
            files.write(tmp_path / "a", content, force=False)
        except FileExistsError:
            return False
        return True

    contents = [bytes([i]) * 300_000 for i in range(8)]
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(write, contents))
    assert sum(done) == 1
    assert (tmp_path / "a").read_bytes() == contents[done.index(True)]
