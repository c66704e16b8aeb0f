"""A film of a small grid, for the tests of its page."""

from __future__ import annotations

from functools import cache

import numpy as np

from toygan.explore.film import Film, shoot
from toygan.recipe import Recipe
from toygan.sweeps.grid import Grid

SMALL = Recipe(width=4, batch=8)
AXES = {"loss": ["minimax", "hinge"], "lr_d": [1e-4, 1e-3, 1e-2], "lr_g": [1e-3, 1e-2]}
SEEDS, STEPS = 2, 6


@cache
def small_film() -> Film:
    return shoot(Grid(AXES, SMALL), SEEDS, STEPS)


def places(film: Film, picture: int, cell: int, seed: int, axis: int) -> np.ndarray:
    """Where the points of a run are, as shares of an axis."""
    found: np.ndarray = film.points[picture, cell * film.seeds + seed, :, axis].astype(float)
    return found


@cache
def line_film() -> Film:
    return shoot(Grid({"lr_d": [1e-3]}, SMALL.but(data="bimodal")), 1, 2)
