"""Rows of a trained generator: new at every call, the same for the same seed, in the data's units and names."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from toygan import Population, Recipe

SMALL: dict[str, Any] = {"width": 4, "depth": 1, "batch": 8}


def population(data: str = "ring8", **fields: Any) -> Population:
    one = Population(Recipe(data=data, **{**SMALL, **fields}).seeds(2))
    one.run(3)
    return one


def test_rows_are_new_at_every_call_and_the_same_for_the_same_seed() -> None:
    one = population()
    assert not one.table(5).equals(one.table(5))
    assert one.table(5, seed=3).equals(one.table(5, seed=3))
    assert not one.table(5, seed=3).equals(one.table(5, seed=4))
    assert one.table(5, seed=3).equals(one.table(5000, seed=3)[:5])
    assert not one.table(5, seed=3).equals(one.table(5, seed=3, member=1))


def test_drawing_rows_does_not_change_training() -> None:
    one, other = population(), population()
    one.table(100)
    one.run(2)
    other.run(2)
    assert bool((one.generator.theta == other.generator.theta).all())


def test_rows_come_from_the_generator_of_the_member() -> None:
    one = population()
    one.generator.theta = one.generator.theta.clone().zero_()
    one.generator.theta[1] += 1
    assert (one.table(50) == 0).all(axis=None)
    assert (one.table(50, member=1) != 0).any(axis=None)


def test_the_averaged_generator_can_be_taken() -> None:
    one = population(ema=0.9)
    assert not one.table(5, seed=0).equals(one.table(5, seed=0, average=True))


@pytest.mark.parametrize("generator", ["mlp", "batch-norm-mlp"])
@pytest.mark.parametrize("n", [1, 7, 20])
def test_any_number_of_rows_can_be_drawn(generator: str, n: int) -> None:
    rows = population(generator=generator).table(n)
    assert rows.shape == (n, 2)
    assert np.isfinite(rows).all(axis=None)


def test_rows_have_the_units_and_names_of_a_file(tmp_path: Path) -> None:
    held = np.random.default_rng(0).normal([1000, -5], [300, 0.1], (200, 2))
    pd.DataFrame(held, columns=["income", "score"]).to_csv(tmp_path / "d.csv")
    rows = population(f"standardised(of=file(path='{tmp_path / 'd.csv'}'))").table(500)
    assert list(rows) == ["income", "score"]
    assert abs(rows["income"].mean() - 1000) < 3000
    assert abs(rows["score"].mean() + 5) < 1


def test_columns_without_names_are_x_and_y_or_have_numbers() -> None:
    assert list(population().table(1)) == ["x", "y"]
    assert list(population("gaussian1d").table(1)) == ["x"]
    (name, *_, last) = population("digits").table(1)
    assert (name, last) == ("column 1", "column 64")


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"n": 0}, "n=0: must be a whole number from 1"),
        ({"n": 2**20 + 1}, "n=1048577"),
        ({"n": 1, "seed": -1}, "seed=-1"),
        ({"n": 1, "member": 2}, "member=2: must be a whole number from 0 to 1"),
    ],
)
def test_a_number_out_of_range_is_refused(how: dict[str, int], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        population().table(**how)  # type: ignore[arg-type]


def test_a_run_that_has_diverged_gives_no_rows() -> None:
    one = population()
    one.generator.theta = one.generator.theta * float("nan")
    with pytest.raises(ValueError, match="seed 0 has diverged"):
        one.table(5)
