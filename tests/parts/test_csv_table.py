"""CSV files as people have them are read, or refused in one plain line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from toygan import DISTRIBUTIONS, Distribution, Recipe

ROWS = [[1.5, 2.0], [3.0, 4.25], [-5.0, 70.0]]
NAMES = ("x", "y")


def read(folder: Path, content: str | bytes, options: str = "", name: str = "d.csv") -> Distribution:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return DISTRIBUTIONS.make(f"file(path='{folder / name}'{options})")


def refusal(folder: Path, content: str | bytes, options: str = "") -> str:
    with pytest.raises(ValueError, match="=") as error:
        read(folder, content, options)
    (line,) = str(error.value).splitlines()
    return line.replace(str(folder), "").replace("path='/d.csv': ", "")


WILD = {
    "plain": "x,y\n1.5,2\n3,4.25\n-5,70\n",
    "Excel's UTF-8": b"\xef\xbb\xbfx,y\r\n1.5,2\r\n3,4.25\r\n-5,70\r\n",
    "Excel's Unicode text": "x\ty\r\n1.5\t2\r\n3\t4.25\r\n-5\t70\r\n".encode("utf-16"),
    "semicolons": "x;y\n1.5;2\n3;4.25\n-5;70\n",
    "semicolons and decimal commas": "x;y\n1,5;2\n3;4,25\n-5;70\n",
    "Excel's mark of the separator": "sep=;\nx;y\n1,5;2,0\n3,0;4,25\n-5,0;70,0\n",
    "tabs": "x\ty\n1.5\t2\n3\t4.25\n-5\t70\n",
    "bars": "x|y\n1.5|2\n3|4.25\n-5|70\n",
    "blanks": "x  y\n1.5 2\n  3 4.25\n -5   70\n",
    "all quoted": '"x","y"\n"1.5","2"\n"3","4.25"\n"-5","70"\n',
    "the index of pandas": ",x,y\n0,1.5,2\n1,3,4.25\n2,-5,70\n",
    "the index of pandas, saved twice": "Unnamed: 0.1,Unnamed: 0,x,y\n0,0,1.5,2\n1,1,3,4.25\n2,2,-5,70\n",
    "R's write.csv": '"","x","y"\n"1",1.5,2\n"2",3,4.25\n"3",-5,70\n',
    "R's write.table": '"x" "y"\n"1" 1.5 2\n"2" 3 4.25\n"3" -5 70\n',
    "NumPy's savetxt": "# x y\n1.5e0 2e0\n3e0 4.25e0\n-5e0 7e1\n",
    "a trailing comma in each line": "x,y,\n1.5,2,\n3,4.25,\n-5,70,\n",
    "a trailing comma in each row": "x,y\n1.5,2,\n3,4.25,\n-5,70,\n",
    "blank lines": "x,y\n1.5,2\n\n3,4.25\n,\n-5,70\n\n\n",
    "comments": "# of 2026\nx,y\n1.5,2 # first\n# none\n3,4.25\n-5,70\n",
    "blanks beside numbers": "x, y\n 1.5 ,2\n3 , 4.25\n-5,\t70 \n",
    "old line ends": "x,y\r1.5,2\r3,4.25\r-5,70\r",
}  # fmt: skip


@pytest.mark.parametrize("content", WILD.values(), ids=WILD)
def test_a_file_as_people_have_it_is_its_rows_and_names(content: str | bytes, tmp_path: Path) -> None:
    data = read(tmp_path, content)
    assert data.outline.tolist() == ROWS
    assert data.axis_names == NAMES


BESIDE = {
    "dates": "day,x,y\n2024-01-01,1.5,2\n2024-01-02,3,4.25\n,-5,70\n",
    "empty cells": "z,x,y\n,1.5,2\nNA,3,4.25\n1,-5,70\n",
    "quoted text with commas, quotes and line ends": 'z,x,y\n"a, ""b"" c",1.5,2\n"d\n\ne",3,4.25\n"f # g",-5,70\n',
    "a quote that is an inch": "z,x,y\n5'10\",1.5,2\n3.5\" disk,3,4.25\n#1,-5,70\n".replace("#1", "no #1"),
    "letters of an older code": "größe,x,y\nä,1.5,2\nö,3,4.25\nü,-5,70\n".encode("latin-1"),
    "infinite numbers": "z,y,x\ninf,2,1.5\n1e99,4.25,3\n-inf,70,-5\n",
    "a thousand others": "x,y," + ",".join(f"c{i}" for i in range(1000)) + "".join(
        f"\n{x},{y}," + ",".join("a" * 1000) for x, y in ROWS
    ),
}  # fmt: skip


@pytest.mark.parametrize("content", BESIDE.values(), ids=BESIDE)
def test_only_the_columns_that_are_asked_for_need_hold_numbers(content: str | bytes, tmp_path: Path) -> None:
    data = read(tmp_path, content, ",columns='x,y'")
    assert data.outline.tolist() == ROWS
    assert data.axis_names == NAMES
    assert read(tmp_path, content, ",columns='y'").outline.tolist() == [[y] for _, y in ROWS]


@pytest.mark.parametrize(
    "content",
    ["1.5,2\n3,4.25\n-5,70\n", "1,5;2\n3;4,25\n-5;70", "1.5 2\n3 4.25\n-5 70\n", "1.5,2,\n3,4.25,\n-5,70,\n"],
)
def test_a_first_line_of_numbers_is_a_row_and_columns_have_numbers(content: str, tmp_path: Path) -> None:
    data = read(tmp_path, content)
    assert data.outline.tolist() == ROWS
    assert data.axis_names == ()
    assert read(tmp_path, content, ",columns='1,0'").outline.tolist() == [[y, x] for x, y in ROWS]


def test_one_column_of_numbers_needs_no_name(tmp_path: Path) -> None:
    assert read(tmp_path, "1.5\n2.5\n3.5\n").outline.tolist() == [[1.5], [2.5], [3.5]]


def test_the_numbers_that_pandas_gives_columns_are_names(tmp_path: Path) -> None:
    for index in (False, True):
        pd.DataFrame(ROWS).to_csv(tmp_path / "d.csv", index=index)
        data = DISTRIBUTIONS.make(f"file(path='{tmp_path / 'd.csv'}')")
        assert data.outline.tolist() == ROWS
        assert data.axis_names == ("0", "1")


def test_a_name_may_hold_a_comma(tmp_path: Path) -> None:
    content = '"price, EUR",y\n1,2\n3,4\n'
    assert read(tmp_path, content, ",columns='price, EUR'").axis_names == ("price, EUR",)
    assert read(tmp_path, content, """,columns='y,"price, EUR"'""").axis_names == ("y", "price, EUR")


REFUSED = {
    "a text column": (
        "day,x\n2024-01-01,1\n",
        "line 2 of column 'day' holds '2024-01-01', which is not a number; columns='x' leaves it out",
    ),
    "thousands": (
        'x,y\n1,2\n"1,234",3\n',
        "line 3 of column 'x' holds '1,234', which is not a number; columns='y' leaves it out",
    ),
    "a percentage": (
        "x,y\n1,5%\n",
        "line 2 of column 'y' holds '5%', which is not a number; columns='x' leaves it out",
    ),
    "True": (
        "x,y\n1,True\n2,False\n",
        "line 2 of column 'y' holds 'True', which is not a number; categories='y' takes its values as categories, "
        "columns='x' leaves it out",
    ),
    "a missing comma": ("x,y\n1,2\n3\n", "the number of columns is 1 in line 3, and 2 in the header"),
    "a decimal comma in one column": ("x\n1,5\n2,5\n", "the number of columns is 2 in line 2, and 1 in the header"),
    "an endless quote": ('x,y\n1,2\n"3,4\n5,6\n', "the quote that begins in line 3 has no end"),
    "a workbook": (b"PK\x03\x04\x14\0\x06\0", "line 1 is not text: it holds a byte 0"),
    "dates without names": (
        "2024-01-01,5\n2024-01-02,6\n",
        "line 1 must name the columns, and holds '2024-01-01'; put a line of names above it",
    ),
    "words and numbers without names": (
        "a,5.5\nb,6.5\n",
        "line 1 must name the columns, and holds '5.5'; put a line of names above it",
    ),
    "an infinite number": ("x,y\n\n1,2\n1,inf\n", "line 4 of column 'y' is not a finite number"),
}


@pytest.mark.parametrize(("content", "says"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_read_is_refused_with_its_line(content: str | bytes, says: str, tmp_path: Path) -> None:
    assert refusal(tmp_path, content) == says


def test_an_unknown_column_is_refused_with_the_names_there_are(tmp_path: Path) -> None:
    says = refusal(tmp_path, ",height,age\n0,1,2\n", ",columns='heigth'")
    assert says == "columns='heigth': no column 'heigth' (did you mean 'height'?); the file has height, age"


@pytest.mark.parametrize("empty", ["", "NA", "n/a", "NaN", "null", "None", "?", "-", "#N/A", "#DIV/0!", '""', " "])
def test_missing_cells_are_named_with_their_lines_as_an_editor_shows_them(empty: str, tmp_path: Path) -> None:
    content = f'note,x,y\n"a\nb",1.5,2\n\nc,{empty},1\nd,3,4.25\ne,-5,70\nf,1,{empty}\n'
    place = "no number in line 5 of column 'x', line 8 of column 'y'; missing=drop leaves these rows out"
    assert refusal(tmp_path, content, ",columns='x,y'") == place
    assert read(tmp_path, content, ",columns='x,y',missing=drop").outline.tolist() == ROWS


def test_many_missing_cells_are_counted(tmp_path: Path) -> None:
    says = refusal(tmp_path, "x,y\n" + "1,\n" * 100)
    assert says.startswith("no number in line 2 of column 'y', line 3 of column 'y'")
    assert says.endswith("line 5 of column 'y' and 96 more; missing=drop leaves these rows out")
    assert "0 rows of 2 columns" in refusal(tmp_path, "x,y\n" + "1,\n" * 100, ",missing=drop")


def test_an_option_that_is_not_set_is_not_in_the_repr_which_seeds_the_true_samples(tmp_path: Path) -> None:
    data = read(tmp_path, WILD["plain"], ",columns='x'")
    assert repr(data) == f"File(path='{tmp_path / 'd.csv'}', columns='x', sigma=0.0)"
    assert "missing='drop'" in repr(read(tmp_path, WILD["plain"], ",missing=drop"))
    assert "missing='fill': must be 'drop'" in refusal(tmp_path, WILD["plain"], ",missing=fill")


def test_numbers_are_read_exactly_in_blocks(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(70_000, 2))
    np.savetxt(tmp_path / "d.csv", rows, delimiter=",", header="x,y", comments="")
    data = DISTRIBUTIONS.make(f"file(path='{tmp_path / 'd.csv'}')")
    np.testing.assert_array_equal(data.outline.numpy(), rows.astype(np.float32))


@pytest.mark.parametrize(
    "line",
    ['1,2{"," * n}', '"1",2{"," * n}', '1,2 # {"#" * n}', '1,{" " * n}"2"', '1,2{" " * n}', '"{"," * n}",2'],
)
def test_a_long_line_takes_no_longer_than_its_letters(line: str, tmp_path: Path) -> None:
    """A time that grows as the square of the letters would be minutes."""
    n = 10**5
    for part, letter in (('{"," * n}', ","), ('{"#" * n}', "#"), ('{" " * n}', " ")):
        line = line.replace(part, letter * n)
    assert read(tmp_path, f"x,y\n{line}\n", ",columns='y'").outline.tolist() == [[2.0]]


def test_the_path_of_a_file_is_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("heights.csv", "my data (1).CSV", "C:\\Users\\me\\heights.csv", "t.tsv"):
        Path(name).write_text(str(WILD["plain"]))
        recipe = Recipe(data=name)
        assert recipe.parts.data.outline.tolist() == ROWS
        assert Recipe.from_string(recipe.to_string()) == recipe
        assert recipe.parts.data == Recipe(data=f"file(path='{name}')").parts.data
        assert Recipe(data=f"standardised(of='{name}')").parts.data.axis_names == NAMES
    with pytest.raises(ValueError, match="No such file"):
        Recipe(data="other.csv")
