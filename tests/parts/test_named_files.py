"""A spec of data names files in its own arguments, and in those of the data that it is made from."""

from __future__ import annotations

from pathlib import Path

import pytest

from toygan.parts.distributions.named_files import find_outside, list_files


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        ("ring8", []),
        ("file", []),
        ("points(x=((0,1),(1,0)))", []),
        ("file(path='d.csv')", ["d.csv"]),
        ("standardised(of=file(path='a b.csv',columns='x'))", ["a b.csv"]),
        ("training-set(n=4,of=standardised(of=file(path=d)))", ["d"]),
        ("""standardised(of='file(path="q.csv")')""", ["q.csv"]),
        ("file(path='odd(.csv',columns='a(')", ["odd(.csv"]),
        ("file(path='d.csv'", []),
        ("file(path=3)", []),
        ("my d (1).csv", ["my d (1).csv"]),
        ("training-set(of='standardised(of=\"../d.npy\")')", ["../d.npy"]),
        ("file(path='d.csv',columns='e.csv')", ["d.csv"]),
    ],
)
def test_the_paths_of_a_spec(spec: str, paths: list[str]) -> None:
    assert list_files(spec) == paths


def test_what_lies_outside_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "here"
    (here / "sub").mkdir(parents=True)
    monkeypatch.chdir(here)
    (here / "link").symlink_to(tmp_path)
    inside = ["d.csv", "./sub/d.csv", "sub/../d.csv", str(here / "d.csv"), str(here / "sub/d.csv")]
    outside = ["../d.csv", "sub/../../d.csv", "/etc/passwd", "~/d.csv", str(tmp_path / "here2/d.csv"), "link/d.csv"]
    assert [find_outside(f"file(path='{path}')") for path in inside] == [None] * len(inside)
    assert [find_outside(f"standardised(of=file(path='{path}'))") for path in outside] == outside
