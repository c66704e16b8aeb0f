"""A grid of recipes: every combination of the values of some axes."""

from __future__ import annotations

from typing import Any

import numpy as np

from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.sweeps.design import Axes, build_recipes, count_cells


class Grid:
    """The cells of a grid, numbered along the last axis first.

    Args:
        axes: The values of each axis, by the field of a recipe or "regularizers.r1".
        base: The recipe that the cells change.
    Raises:
        RecipeError: If a cell is not a valid recipe, if two cells are equal, or if there is no axis.
    Example:
        >>> from toygan.sweeps.grid import Grid
        >>> grid = Grid({"lr_g": [1e-3, 1e-2], "width": [4, 6, 8]})
        >>> grid.shape, grid.values(4)
        ((2, 3), {'lr_g': 0.01, 'width': 6})
    """

    def __init__(self, axes: Axes, base: Recipe = DEFAULT) -> None:
        count = count_cells(axes)
        if not axes:
            raise RecipeError("grid", {}, "must hold at least one axis")
        self.cells = build_recipes(axes, base)
        self.axes = {name: list(values) for name, values in axes.items()}
        if len(self.cells) < count:
            allowed = f"cells but only {len(self.cells)} distinct recipes; list each value once"
            raise RecipeError("grid", count, allowed)

    @property
    def shape(self) -> tuple[int, ...]:
        """The number of values of each axis."""
        return tuple(map(len, self.axes.values()))

    def values(self, cell: int) -> dict[str, Any]:
        """Return the values of the axes at a cell, by name."""
        at = np.unravel_index(cell, self.shape)
        return {name: values[i] for (name, values), i in zip(self.axes.items(), at, strict=True)}
