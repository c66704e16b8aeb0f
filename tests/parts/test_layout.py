"""Columns of text, booleans or codes are categories: an axis for each level inside, the name of the largest outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from support.shell import toygan

from toygan import DISTRIBUTIONS, Population, Recipe, evaluate, points
from toygan.parts.distributions import Distribution

TABLE = pd.DataFrame(
    {
        "age": [30.5, 41.0, 22.0, 63.0],
        "color": ["red", "blue", "red", "dark, green"],
        "married": [True, False, False, True],
        "stars": [10, 2, 10, 1],
    }
)
AXES = ("age", "color=blue", "color=dark, green", "color=red", "married=False", "married=True", "stars=1", "stars=2")
ROWS = [[30.5, 0, 0, 1, 0, 1, 0, 0, 1], [41, 1, 0, 0, 1, 0, 0, 1, 0], [22, 0, 0, 1, 1, 0, 0, 0, 1],
        [63, 0, 1, 0, 0, 1, 1, 0, 0]]  # fmt: skip
ALL = ",categories='color,married,stars'"


def spec(folder: Path, options: str = ALL, table: pd.DataFrame = TABLE) -> str:
    table.to_csv(folder / "t.csv", index=False)
    return f"file(path='{folder / 't.csv'}'{options})"


def make(folder: Path, options: str = ALL, table: pd.DataFrame = TABLE) -> Distribution:
    return DISTRIBUTIONS.make(spec(folder, options, table))


def test_each_level_has_an_axis_in_the_order_of_words_or_of_numbers(tmp_path: Path) -> None:
    data = make(tmp_path)
    assert data.axis_names == (*AXES, "stars=10")
    assert data.outline.tolist() == ROWS


def test_a_generated_row_has_the_level_of_the_largest_number(tmp_path: Path) -> None:
    layout = make(tmp_path).layout
    assert layout is not None
    soft = [[7.5, 0.2, 0.1, 0.3, -1.0, -2.0, 0.0, 5.0, 0.9]]
    assert pd.DataFrame(layout.decode(np.array(soft))).to_dict("records") == [
        {"age": 7.5, "color": "red", "married": "False", "stars": "2"}
    ]


def test_rows_of_a_run_have_the_columns_and_levels_of_the_file(tmp_path: Path) -> None:
    recipe = Recipe(data=f"standardised(of={spec(tmp_path)})", width=4, batch=8)
    rows = Population(recipe).table(20, seed=0)
    assert list(rows) == list(TABLE)
    assert rows["age"].dtype.kind == "f"
    for name in ("color", "married", "stars"):
        assert set(rows[name]) <= set(TABLE[name].astype(str))


def test_the_shell_writes_levels_back(tmp_path: Path) -> None:
    run, out = tmp_path / "run", tmp_path / "rows.csv"
    toygan("train", "--data", spec(tmp_path), "--steps", "4", "--width", "4", "--out", run)
    toygan("sample", run, "--n", "9", "--out", out)
    rows = pd.read_csv(out)
    assert (len(rows), list(rows)) == (9, list(TABLE))
    assert set(rows["color"]) <= set(TABLE["color"])


def test_combinations_of_levels_are_modes_with_their_shares_and_names(tmp_path: Path) -> None:
    data = make(tmp_path, ",columns='color,married',categories='color,married'")
    shares = dict(zip(data.mode_names, data.weights.tolist(), strict=True))
    assert shares == {"red, True": 0.25, "blue, False": 0.25, "red, False": 0.25, "dark, green, True": 0.25}
    assert data.has_modes


def test_a_table_is_measured_by_the_names_of_its_columns_and_levels(tmp_path: Path) -> None:
    data = spec(tmp_path)
    same = evaluate(TABLE[["stars", "married", "color", "age"]], data, ["level-error", "mean-offset"])
    assert same["level-error"] == pytest.approx(0, abs=1e-6)
    assert same["mean-offset"] == pytest.approx(0, abs=1e-6)
    some = TABLE.assign(color="red")
    scores = [evaluate(rows, data, ["level-error"])["level-error"] for rows in (some, some[::-1])]
    assert scores[0] == pytest.approx(scores[1]) != 0
    red = evaluate(TABLE.assign(color="RED", stars=10.0), data, ["level-error"])
    assert red["level-error"] == pytest.approx(0.5), "half of the rows should have other colours, and other stars"
    read_back = pd.read_csv(tmp_path / "t.csv")
    assert evaluate(read_back, data, ["level-error"])["level-error"] == pytest.approx(0, abs=1e-6)


def test_soft_samples_count_for_the_level_of_the_largest_number(tmp_path: Path) -> None:
    soft = 0.4 * torch.tensor(ROWS) + 0.1
    assert evaluate(soft, spec(tmp_path), ["level-error"])["level-error"] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"color": "pink"}, "samples: column 'color' holds 'pink'; must be one of blue, dark, green, red"),
        ({"stars": 3}, "samples: column 'stars' holds 3; must be one of 1, 2, 10"),
        ({"color": None}, "samples: column 'color' holds None; must be one of blue, dark, green, red"),
        (
            {"age": np.nan},
            "samples: no number in row 1 and 3 more of column 'age'; samples.dropna() leaves such rows out",
        ),
    ],
)
def test_a_cell_that_is_no_level_is_refused(change: dict[str, object], says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="samples") as error:
        evaluate(TABLE.assign(**change), spec(tmp_path))
    assert str(error.value) == says


def test_a_column_that_lacks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="samples: must have one column 'age'"):
        evaluate(TABLE[["color", "married", "stars"]], spec(tmp_path))


@pytest.mark.parametrize("metric", ["log-likelihood-gap", "nearest-training", "high-quality", "loss-d"])
def test_a_metric_without_meaning_for_categories_refuses(metric: str, tmp_path: Path) -> None:
    many = pd.concat([TABLE] * 40).assign(age=np.linspace(0, 1, 160))
    data = spec(tmp_path, table=many)
    with pytest.raises(ValueError, match=f"metrics='{metric}': does not apply to 160 samples of data with categories"):
        evaluate(many, data, [metric])
    assert metric not in evaluate(many, data)


NO_NUMBER = "line 2 of column '{}' holds '{}', which is not a number; categories='{}' takes its values as categories"
READ = "the columns that are read are"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ("", NO_NUMBER.format("color", "red", "color") + ", columns='age,married,stars' leaves it out"),
        (
            ",categories='color'",
            NO_NUMBER.format("married", "True", "married") + ", columns='age,color,stars' leaves it out",
        ),
        (",columns='color'", NO_NUMBER.format("color", "red", "color")),
        (
            ",categories='colour'",
            f"categories='colour': no column 'colour' (did you mean 'color'?); {READ} age, color, married, stars",
        ),
        (",columns='age',categories='color'", f"categories='color': no column 'color'; {READ} age"),
    ],
)
def test_a_column_of_text_says_how_it_can_be_read(options: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="=") as error:
        make(tmp_path, options)
    assert str(error.value).removeprefix(f"path='{tmp_path / 't.csv'}': ") == says


def test_missing_levels_are_missing_cells(tmp_path: Path) -> None:
    gaps = TABLE.astype({"color": object}).assign(color=["red", None, "NA", "blue"])
    with pytest.raises(ValueError, match="line 3 of column 'color', line 4 of column 'color'; missing=drop"):
        make(tmp_path, table=gaps)
    data = make(tmp_path, ALL + ",missing=drop", gaps)
    assert data.axis_names == ("age", "color=blue", "color=red", "married=True", "stars=1", "stars=10")


def test_too_many_levels_are_refused(tmp_path: Path) -> None:
    names = pd.DataFrame({"name": [f"n{i}" for i in range(51)], "town": [f"t{i % 40}" for i in range(51)]})
    with pytest.raises(ValueError, match="column 'name' has more than 50 values, too many for categories"):
        make(tmp_path, ",categories='name'", names)
    with pytest.raises(ValueError, match="categories='name,town': 80 axes, one a level; must be 1 to 64"):
        make(tmp_path, ",categories='name,town'", names[:40])


def test_an_array_has_no_categories(tmp_path: Path) -> None:
    np.save(tmp_path / "d.npy", np.ones((3, 2)))
    with pytest.raises(ValueError, match="an array holds numbers; categories are read from a CSV file"):
        DISTRIBUTIONS.make(f"file(path='{tmp_path / 'd.npy'}',categories='0')")


def test_text_in_an_array_of_pandas_says_where_categories_are_read() -> None:
    with pytest.raises(ValueError, match=r"array: column 'color' must hold numbers.*categories='color'"):
        points(TABLE[["color"]])


def test_other_categories_are_other_data(tmp_path: Path) -> None:
    one, other = make(tmp_path), make(tmp_path, ",categories='color,married'")
    assert one != other
    assert one.digest != other.digest
    assert "categories=" not in repr(make(tmp_path, ",columns='age'")), "it seeds the true samples of files without"
