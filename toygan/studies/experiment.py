"""An experiment of the literature: methods as recipes, their published numbers, and the differences to ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from toygan.recipe import Recipe


class Reported(NamedTuple):
    """A published mean over runs, and its standard error if the paper gives one."""

    mean: float
    error: float | None = None


@dataclass(frozen=True)
class Method:
    """One method of an experiment: the recipe nearest to it, and its published numbers by metric."""

    recipe: Recipe
    published: Mapping[str, Reported] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """An experiment of the literature; `runs` is the number behind each mean, 0 if none is given."""

    about: str
    source: str
    methods: Mapping[str, Method]
    iterations: int
    budget: int  # iterations for a first look
    quantities: tuple[str, ...]  # metrics
    differences: tuple[str, ...]
    runs: int = 0
    samples: int = 2500  # of each seed, at its last iterate

    @property
    def seeds(self) -> int:
        """The number of published runs, or 16 if it is not given."""
        return self.runs or 16
