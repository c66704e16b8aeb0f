"""A published experiment that does not exist."""

from __future__ import annotations

from toygan.recipe import Recipe
from toygan.studies.experiment import Method, Published, Reported

SMALL = Recipe(width=4, depth=1, batch=8)


TOY = Published(
    about="a toy",
    source="Nobody 2024",
    methods={"one": Method(SMALL, {"modes-covered": Reported(6.3, 0.5)}), "two": Method(SMALL.but(loss="hinge"))},
    iterations=1000,
    budget=10,
    runs=4,
    quantities=("modes-covered", "high-quality"),
    differences=("It does not exist.",),
    samples=50,
)
