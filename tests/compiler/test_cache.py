"""The cache: the user's own folder, and nobody else's; bounded in size."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from toygan.compiler import cache
from toygan.compiler.cache import Cache, CacheError

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs the rights and locks of POSIX")


def test_a_new_folder_is_the_users_own(tmp_path: Path) -> None:
    assert Cache(tmp_path / "a" / "b").folder.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o755, 0o770, 0o701])
def test_a_folder_that_others_can_enter_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CacheError, match="mode 700"):
        Cache(folder)


def test_a_file_in_its_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(CacheError, match="cannot be made"):
        Cache(tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"


def test_the_least_recently_used_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 2500)
    kept = Cache(tmp_path / "programs")
    for age, key in enumerate(("old", "middle", "new")):
        kept.path(key).write_bytes(bytes(1000))
        kept.seal(key)
        for path in kept.folder.glob(f"{key}.*"):
            os.utime(path, (1000 + age, 1000 + age))
    kept.find("old")
    kept.tidy()
    assert [kept.find(key) is not None for key in ("old", "middle", "new")] == [True, False, True]


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "named"))
    assert Cache().folder == tmp_path / "named"


def test_what_the_compiler_leaves_is_bounded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "MOST_BYTES", 100)
    kept = Cache(tmp_path / "programs")
    for name in ("torch/ab/left.cpp", "killed.part", "other.lock"):
        path = kept.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(101))
    kept.tidy()
    assert [path for path in kept.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("damage", [lambda whole: whole[:50], lambda whole: b"", lambda whole: bytes(len(whole))])
def test_a_damaged_library_is_not_found(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    kept = Cache(tmp_path / "programs")
    kept.path("key").write_bytes(b"library" * 100)
    assert kept.find("key") is None  # whoever wrote it has not come to its end
    kept.seal("key")
    assert kept.find("key") == kept.path("key")
    kept.path("key").write_bytes(damage(b"library" * 100))
    assert kept.find("key") is None


def test_a_lock_is_left_behind_by_no_failure(tmp_path: Path) -> None:
    kept = Cache(tmp_path / "programs")
    with pytest.raises(RuntimeError), kept.lock("key"):
        raise RuntimeError
    assert list(kept.folder.iterdir()) == []
