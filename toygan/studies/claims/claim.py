"""A claim: a sentence about methods with the recipes, the seeds and the relation by which it stands or falls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np

from toygan.measure.intervals import mean_interval
from toygan.measure.quantities import Quantity
from toygan.recipe import KNOBS, Recipe
from toygan.runs.record import Record
from toygan.sweeps.groups import measure_groups
from toygan.sweeps.piece import Piece
from toygan.sweeps.store import Store


@dataclass(frozen=True)
class Claim:
    """A sentence that holds where the quantity of each recipe exceeds that of the next, over seeds, by over `margin`.

    Seeds are paired (equal seeds share data, noise and, where networks agree, initial weights); the interval of each
    mean difference, bootstrapped over seeds, must lie above the margin. With `within`, the claim is that nothing
    differs: every interval must lie between minus and plus that.
    """

    sentence: str
    recipes: Mapping[str, Recipe]  # two or more by the names that a table prints, the largest quantity first
    quantity: Quantity
    margin: float = 0.0
    within: float | None = None
    steps: int = 2000
    every: int = 100  # iterations from one measurement of a run to the next
    seeds: int = 16
    quick: bool = False  # cheap enough for every run of the tests
    folklore: str = ""  # what is commonly said, where the measurement says otherwise

    def pieces(self, first_seed: int = 0) -> dict[str, Piece]:
        """What has to be measured, by name."""
        return {
            name: Piece.seeds(recipe.but(seed=first_seed), self.seeds, self.steps, self.every)
            for name, recipe in self.recipes.items()
        }

    @property
    def setting(self) -> str:
        """Seeds, iterations, and what all recipes have and the default recipe has not, as fields."""
        first, *others = self.recipes.values()
        same = [name for name in KNOBS if all(getattr(r, name) == getattr(first, name) for r in others)]
        shared = unquote(Recipe(**{name: getattr(first, name) for name in same}).to_string().replace("&", " "))
        return f"{self.seeds} seeds, {self.steps:,} iterations" + (f", {shared}" if shared else "")

    @property
    def needed(self) -> str:
        """What every difference has to be, in words."""
        return f"above {self.margin:g}" if self.within is None else f"within ±{self.within:g}"


class Finding(NamedTuple):
    """What was measured: the quantity of every recipe `(S,)`, and the interval of each difference in a row."""

    claim: Claim
    values: dict[str, np.ndarray]
    differences: list[tuple[float, float, float]]  # mean, and the low and high end of its 95 % interval

    @property
    def holds(self) -> bool:
        """Whether every interval bears the claim out; a seed without a number (it diverged) makes it fail."""
        c = self.claim
        if c.within is not None:
            return all(-c.within < low and high < c.within for _, low, high in self.differences)
        return all(low > c.margin for _, low, _ in self.differences)

    @property
    def means(self) -> list[str]:
        """Every recipe by its name in the table, with the mean of its quantity."""
        return [f"{name}: {values.mean():.3g}" for name, values in self.values.items()]

    @property
    def effects(self) -> list[str]:
        """Every difference, each recipe less the next, with its interval."""
        return [f"{mean:+.2g} [{low:+.2g}, {high:+.2g}]" for mean, low, high in self.differences]


def find(claim: Claim, records: Mapping[str, Record]) -> Finding:
    """The claim held against the records of its recipes."""
    values = {name: claim.quantity.compute(records[name]) for name in claim.recipes}
    gaps = [a - b for a, b in pairwise(values.values())]
    return Finding(claim, values, [(float(gap.mean()), *mean_interval(gap)) for gap in gaps])


def check(
    claims: Mapping[str, Claim], first_seed: int = 0, jobs: int | None = 1, store: Store | None = None,
    progress: Callable[[int, int], None] | None = None, device: str = "cpu",
) -> Iterator[tuple[str, Finding]]:  # fmt: skip
    """Every claim measured anew, each as soon as its runs are there; a recipe that several claims name is trained once.

    Other first seeds than 0 ask whether a claim also holds for seeds on which it was never tried. Of a `store` only
    what has changed since is trained. `progress` is told the recipes done and those in all.
    """
    groups = {name: list(claim.pieces(first_seed).values()) for name, claim in claims.items()}
    for name, records in measure_groups(groups, jobs, store, progress, device):
        yield name, find(claims[name], dict(zip(claims[name].recipes, records, strict=True)))
