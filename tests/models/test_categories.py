"""The contract of `fit` on tables with categories and whole numbers: rows come out as they went in."""

from __future__ import annotations

import datetime
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import toygan

N = 200
RNG = np.random.default_rng(0)
COLOR = RNG.choice(["red", "deep, blue"], N, p=[0.7, 0.3])
TABLE = pd.DataFrame(
    {
        "color": COLOR,
        "size": np.where(COLOR == "red", 3.0, -1.0) + 0.3 * RNG.normal(size=N),
        "visits": RNG.poisson(7, N),
        "member": RNG.random(N) < 0.3,
        "kind": pd.Categorical(RNG.integers(0, 2, N)),
    },
    index=range(5, 5 + N),
)
FEW: dict[str, Any] = {"iterations": 20, "compiled": False}


@pytest.fixture(scope="module", autouse=True)
def _one_look() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importlib.import_module("toygan.models.fit"), "LOOKS", 1)
        yield


@pytest.fixture(scope="module")
def model(_one_look: None) -> toygan.Model:
    return toygan.fit(TABLE, **FEW)


def test_rows_have_the_values_and_the_types_of_the_table(model: toygan.Model) -> None:
    rows = model.sample(300, seed=1)
    assert list(rows) == list(TABLE)
    assert rows["color"].dtype == TABLE["color"].dtype
    assert [rows[name].dtype.name for name in ("member", "kind", "visits")] == ["bool", "category", "int64"]
    assert rows["size"].dtype.kind == "f"
    assert not (rows["size"] == rows["size"].round()).all()
    for name in ("color", "member", "kind"):
        assert set(rows[name]) <= set(TABLE[name])


def test_a_loaded_model_has_categories_as_text_and_equal_numbers(model: toygan.Model, tmp_path: Path) -> None:
    model.save(tmp_path / "model")
    loaded = toygan.load(tmp_path / "model")
    expected = model.sample(20, seed=1).astype({"member": str, "kind": str})
    pd.testing.assert_frame_equal(loaded.sample(20, seed=1), expected, check_dtype=False)
    assert str(loaded.report()) == str(model.report())


def test_a_report_has_a_row_for_each_level_and_no_link_within_a_category(model: toygan.Model) -> None:
    report = model.report()
    levels = ["color=deep, blue", "color=red", "member=False", "member=True", "kind=0", "kind=1"]
    assert sorted(report.columns.index) == sorted([*levels, "size", "visits"])
    assert report.columns.loc["color=red", "held-out mean"] == pytest.approx(0.7, abs=0.15)
    assert "color=red, size" in report.links.index
    assert "member=False, member=True" not in report.links.index


def test_labels_that_no_file_holds_are_kept_beside_categories() -> None:
    table = TABLE[["color", "size"]].set_axis(pd.Index([2019, ("a", 1)], tupleize_cols=False), axis=1)
    model = toygan.fit(table, iterations=1, compiled=False)
    assert list(model.sample(2).columns) == [2019, ("a", 1)]
    assert "2019=red" in model.report().columns.index


@pytest.mark.parametrize(
    ("column", "says"),
    [
        (pd.Timestamp("2024-01-05"), "table: column 'new' holds dates; leave it out, or give numbers"),
        (datetime.date(2024, 1, 5), "table: column 'new' holds dates"),
        ("2024-01-05", "table: column 'new' holds dates"),
        ("12:30", "table: column 'new' holds dates"),
        ([f"n{i}" for i in range(N)], "table: column 'new' has more than 50 values, too many for categories"),
        (["a", None] * (N // 2), "table: no value in row 2 and 99 more of column 'new'; table.dropna"),
        (["a", "NA"] * (N // 2), "table: column 'new' holds 'NA', which a file cannot; rename it"),
        (["a", 1.5] * (N // 2), "table: column 'new' must hold numbers, not object"),
    ],
    ids=["times", "dates", "text of dates", "text of times", "names", "missing", "read as missing", "both"],
)
def test_what_is_neither_number_nor_category_is_refused_in_one_line(column: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}") as error:
        toygan.fit(TABLE.assign(new=column), **FEW)
    assert "\n" not in str(error.value)


def test_text_in_a_file_is_categories_and_whole_numbers_are_rounded(tmp_path: Path) -> None:
    file = tmp_path / "t.csv"
    TABLE.assign(day="2024-01-05").to_csv(file, index=False)
    model = toygan.fit(file, columns="color,visits,size", **FEW)
    rows = model.sample(100, seed=0)
    assert list(rows) == ["color", "visits", "size"]
    assert set(rows["color"]) <= {"red", "deep, blue"}
    assert rows["visits"].dtype.kind == "i"
    with pytest.raises(ValueError, match="column 'day' holds '2024-01-05', which is not a number"):
        toygan.fit(file, **FEW)


@pytest.mark.slow
def test_shares_of_levels_and_their_link_with_a_number_are_those_of_the_table() -> None:
    model = toygan.fit(TABLE[["color", "size"]], iterations=2000, compiled=False)
    report = model.report()
    near = report.columns["distance"] <= report.columns["rows to"]
    assert near[["color=red", "color=deep, blue"]].all()
    rows = model.sample(2000, seed=0)
    means = rows.groupby("color")["size"].mean()
    assert means["red"] == pytest.approx(3, abs=0.4)
    assert means["deep, blue"] == pytest.approx(-1, abs=0.4)
