"""The cache: the user's own folder, and nobody else's; bounded in size."""

from __future__ import annotations

import os
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
    monkeypatch.setattr(cache, "MOST_BYTES", 250)
    kept = Cache(tmp_path / "programs")
    for age, key in enumerate(("old", "middle", "new")):
        kept.path(key).write_bytes(bytes(100))
        os.utime(kept.path(key), (1000 + age, 1000 + age))
    kept.find("old")
    kept.tidy()
    assert [kept.find(key) is not None for key in ("old", "middle", "new")] == [True, False, True]


def test_the_folder_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOYGAN_CACHE", str(tmp_path / "named"))
    assert Cache().folder == tmp_path / "named"
