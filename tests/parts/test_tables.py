"""Data in files: what is no table of numbers is refused in one line, fast, and before memory is taken for it."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from support.arrays import declare

from toygan import Recipe, RecipeError
from toygan.parts.distributions.csv_text import MOST_LETTERS
from toygan.parts.distributions.tables import LARGEST

ROWS = np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])


def archive(path: Path, **members: bytes) -> None:
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name.replace("_", "."), content)


def rows_of(path: Path | str) -> np.ndarray:
    rows: np.ndarray = Recipe(data=f"file(path='{path}')", width=4).parts.data.outline.numpy()
    return rows


def refused(path: Path | str) -> str:
    with pytest.raises(RecipeError) as error:
        rows_of(path)
    (line,) = str(error.value).splitlines()
    assert line.startswith("data=")
    assert "path=" in line
    return line


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, "holds no array"),
        ({"readme_txt": b"words"}, "holds no array"),
        ({"a_npy": b"words"}, "magic string"),
        ({"a_npy": declare((10**12, 2))}, "1000000000000 rows"),
        ({"a_npy": declare((2**20, 10**6))}, "1048576 rows of 1000000 columns"),
        ({"a_npy": declare((10, 2))}, "expected 160 bytes got 64"),
        ({"a_npy": declare((8,), "<U2")}, "must be numbers"),
        ({"a_npy": declare((8,), "|O")}, "type object"),
        ({"a_npy": declare((2, 2, 2))}, "must be numbers (n,) or (n, columns)"),
        ({"a_npy": declare(())}, "must be numbers (n,) or (n, columns)"),
        ({"a_npy": declare((-1, 8))}, "shape (-1, 8)"),
        ({"a_npy": declare((10**30,))}, "rows of 1 columns"),
        ({"a_npy": declare((8, 0))}, "8 rows of 0 columns"),
        ({"a_npy": declare((0, 8))}, "0 rows of 8 columns"),
    ],
)
def test_what_is_no_table_is_refused_in_an_archive_and_alone(
    members: dict[str, bytes], says: str, tmp_path: Path
) -> None:
    archive(tmp_path / "data.npz", **members)
    assert says in refused(tmp_path / "data.npz")
    for content in members.values():
        (tmp_path / "data.npy").write_bytes(content)
        refused(tmp_path / "data.npy")


def test_the_first_array_of_an_archive_is_taken_whatever_else_is_in_it(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", ROWS)
    archive(tmp_path / "data.npz", readme_txt=b"words", a_npy=(tmp_path / "a.npy").read_bytes(), b_npy=declare((9,)))
    np.testing.assert_array_equal(rows_of(tmp_path / "data.npz"), ROWS)


def test_a_kind_of_file_is_what_its_name_says(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", ROWS)
    np.savez(tmp_path / "archive.npz", ROWS)
    (tmp_path / "array.npy").rename(tmp_path / "data.npz")
    (tmp_path / "archive.npz").rename(tmp_path / "data.npy")
    assert "not a zip file" in refused(tmp_path / "data.npz")
    assert "magic string" in refused(tmp_path / "data.npy")


@pytest.mark.parametrize("number", ["1e300", "-1e300", "1e13", "inf", "-1e400", "nan"])
def test_a_number_that_float32_cannot_compute_with_is_named(number: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(f"x,y\n1,2\n3,{number}\n")
    assert "line 3 of column 'y'" in refused(tmp_path / "data.csv")
    np.save(tmp_path / "data.npy", np.array([1.0, float(number)]))
    assert "row 2 of column 1 is" in refused(tmp_path / "data.npy")


def test_the_largest_number_can_be_trained_on(tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(f"x\n{LARGEST}\n{-LARGEST}\n")
    moments = Recipe(data=f"file(path='{tmp_path / 'data.csv'}')").parts.data.moments
    assert all(np.isfinite(x.numpy()).all() for x in moments)


def test_a_column_whose_numbers_float32_cannot_tell_apart_is_named(tmp_path: Path) -> None:
    rows = np.c_[np.arange(9.0), 1e9 + np.arange(9.0)]
    np.savetxt(tmp_path / "data.csv", rows, delimiter=",", header="x,id", comments="", fmt="%.12g")
    assert "column 'id' is 1,000,000,004 with a spread of 2.58" in refused(tmp_path / "data.csv")
    for kept in (np.c_[rows[:, 0], rows[:, 1] - 1e9 + 1e6], np.c_[rows[:, 0], np.full(9, 1e9 + 0.1)]):
        np.save(tmp_path / "data.npy", kept)
        np.testing.assert_allclose(rows_of(tmp_path / "data.npy"), kept.astype(np.float32))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="POSIX has named pipes")
@pytest.mark.parametrize("kind", ["csv", "npy", "npz"])
def test_a_pipe_a_folder_and_a_device_are_not_opened(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / f"pipe.{kind}")
    (tmp_path / f"folder.{kind}").mkdir()
    (tmp_path / f"device.{kind}").symlink_to("/dev/zero")
    for name in ("pipe", "folder", "device"):
        assert "must be a regular file" in refused(tmp_path / f"{name}.{kind}")
    with pytest.raises(RecipeError, match="must be a regular file"):
        Recipe.from_string(f"data=file(path='{tmp_path}/pipe.{kind}')", outside=True)


@pytest.mark.parametrize(
    "path", ["~nosuchuser/data.csv", "no-such.npy", "\udcff.csv", "n" * 300 + ".csv", "a.csv/b.csv"]
)
def test_a_path_without_a_file_is_refused(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("x\n1\n")
    refused(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("x,y\n1,2\n\n3,4,5\n", "the number of columns is 3 in line 4, and 2 in the header"),
        ("x,y\n" + "1" * MOST_LETTERS + ",2\n", "line 2 has more than 1,048,576 characters"),
        (",".join("x" * 5000) + "\n" + ",".join("1" * 5000) + "\n", "5,000 columns; must be 1 to 64"),
        ("x,y\n1,\x00\n", "line 2 is not text: it holds a byte 0"),
    ],
)
def test_a_table_with_a_wrong_line_is_refused(content: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "data.csv").write_text(content)
    assert says in refused(tmp_path / "data.csv")


def test_blank_lines_comments_and_a_mark_of_byte_order_are_no_rows(tmp_path: Path) -> None:
    content = '\ufeff"x", y\n\n1,2  # the first\n# nothing\n 3 , 4\n5,7'
    (tmp_path / "data.csv").write_text(content, encoding="utf-8")
    np.testing.assert_array_equal(rows_of(tmp_path / "data.csv"), ROWS)
    data = Recipe(data=f"file(path='{tmp_path / 'data.csv'}',columns='y')", width=4).parts.data
    assert data.axis_names == ("y",)


def test_a_file_of_a_terabyte_that_holds_nothing_is_refused_at_once(tmp_path: Path) -> None:
    for kind in ("csv", "npy", "npz"):
        with (tmp_path / f"data.{kind}").open("wb") as file:
            file.truncate(2**40)
        refused(tmp_path / f"data.{kind}")
