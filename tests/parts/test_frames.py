"""A DataFrame is accepted where an array is, with the names of its columns."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from toygan import DISTRIBUTIONS, Look, Population, Recipe, evaluate, points
from toygan.panels import render
from toygan.runs.record import Record

TABLE = pd.DataFrame({"height": [1.5, 2.0, 7.0], "age": [3, 4, 5]}, index=[10, 11, 12])


def test_points_of_a_table_keep_the_names_of_its_columns() -> None:
    spec = points(TABLE)
    assert spec == "points(x=[[1.5,3.0],[2.0,4.0],[7.0,5.0]],names=['height','age'])"
    recipe = Recipe(data=spec)
    assert Recipe.from_string(recipe.to_string()) == recipe
    assert recipe.parts.data.axis_names == ("height", "age")
    assert recipe.parts.data.outline.tolist() == TABLE.to_numpy().tolist()
    assert points(TABLE["age"], sigma=0.5) == "points(x=[3.0,4.0,5.0],sigma=0.5,names=['age'])"
    assert points(pd.DataFrame(TABLE.to_numpy())) == points(TABLE.to_numpy())


@pytest.mark.parametrize("name", ["it's", 'a "b"', "größe, cm", "(x", "a&b=c", "\\n", "True", "5"])
def test_any_name_of_a_column_can_be_in_a_spec(name: str) -> None:
    recipe = Recipe(data=points(pd.DataFrame({name: [1.0, 2.0]})))
    assert recipe.parts.data.axis_names == (name.replace("'", "’"),)
    assert Recipe.from_string(recipe.to_string()) == recipe


def test_names_reach_the_axes_of_a_panel_and_the_rows_of_a_generator() -> None:
    population, record = Population(Recipe(data=points(TABLE), width=4, batch=8)), Record()
    record.add(population.snapshot(20))
    chart = render("samples", Look.from_run(population, record))
    assert (chart.x.label, chart.y.label) == ("height", "age")
    assert list(population.table(3)) == ["height", "age"]


def test_names_do_not_change_what_points_without_names_are() -> None:
    assert (
        repr(DISTRIBUTIONS.make("points(x=((0,0),(1,1)))"))
        == "Points(x=((0.0, 0.0), (1.0, 1.0)), sigma=0.0, shares=())"
    )
    for names in ("('a',)", "('a','b','c')", "(1,2)", "True"):
        with pytest.raises(ValueError, match="names"):
            DISTRIBUTIONS.make(f"points(x=((0,0),(1,1)),names={names})")


def test_columns_are_taken_by_the_names_of_the_data_or_else_in_order(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal([0, 50], [1, 9], (200, 2))
    frame = pd.DataFrame(rows, columns=["a", "b"])
    frame.to_csv(tmp_path / "d.csv", index=False)
    data = f"file(path='{tmp_path / 'd.csv'}')"
    score = evaluate(rows, data, ["sliced-w1"])
    swapped = frame[["b", "a"]].assign(note="words")
    assert evaluate(swapped, data, ["sliced-w1"]) == score
    assert evaluate(frame.rename(columns={"a": "x", "b": "y"}), data, ["sliced-w1"]) == score
    with pytest.raises(ValueError, match="samples: must have one column 'b'; it has a, z"):
        evaluate(frame.rename(columns={"b": "z"}), data)


def test_a_table_scores_as_its_numbers_do() -> None:
    samples = DISTRIBUTIONS["ring8"].sample(100, torch.Generator().manual_seed(0))
    names = ["modes-covered", "sliced-w1"]
    assert evaluate(pd.DataFrame(samples.numpy()), "ring8", names) == evaluate(samples.double(), "ring8", names)


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE.assign(age=["a", "b", "c"]), r"column 'age' must hold numbers, not "),
        (TABLE.assign(age=[1, np.nan, np.nan]), r"no number in row 2 and 1 more of column 'age'; \w+.dropna\(\)"),
        (TABLE.assign(age=pd.array([1, None, 2], dtype="Int64")), r"no number in row 2 of column 'age'"),
        (TABLE.assign(age=pd.Timestamp("2024-01-01")), r"column 'age' must hold numbers, not datetime"),
        (TABLE.assign(third=1), "shape"),
    ],
)
def test_a_table_that_does_not_hold_the_numbers_is_refused_in_one_line(table: pd.DataFrame, says: str) -> None:
    for accept in (points, lambda table: evaluate(table, "ring8")):
        with pytest.raises(ValueError, match=says) as error:
            accept(table)
        assert "\n" not in str(error.value)
