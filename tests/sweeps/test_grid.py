"""A grid: its cells, their values, and what is refused."""

from __future__ import annotations

import pytest

from toygan import Recipe, RecipeError
from toygan.sweeps.grid import Grid

SMALL = Recipe(width=4, depth=1, batch=6)


def test_cells_are_the_recipes_of_the_grid_by_the_last_axis_first() -> None:
    one = Grid({"lr_g": [1e-3, 1e-2], "width": [4, 6, 8]}, SMALL)
    assert one.shape == (2, 3)
    assert [(r.lr_g, r.width) for r in one.cells] == [(g, w) for g in (1e-3, 1e-2) for w in (4, 6, 8)]
    assert one.values(4) == {"lr_g": 1e-2, "width": 6}


@pytest.mark.parametrize(
    ("axes", "words"),
    [
        ({}, "grid"),
        ({"lr_gg": [1.0]}, "lr_gg"),
        ({"lr_g": []}, "lr_g"),
        ({"lr_g": [-1.0]}, "lr_g=-1"),
        ({"lr_g": [1e-3, 1e-3]}, "2: cells but only 1 distinct recipes"),
    ],
)
def test_bad_grids_are_refused_with_their_reason(axes: dict[str, list[object]], words: str) -> None:
    with pytest.raises(RecipeError, match=words):
        Grid(axes, SMALL)
