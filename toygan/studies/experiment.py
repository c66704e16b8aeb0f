"""What an experiment of the literature is: methods as recipes, their published numbers, and what differs here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from toygan.recipe import Recipe


class Reported(NamedTuple):
    """A published mean over runs, and its standard error where the paper gives one."""

    mean: float
    error: float | None = None


@dataclass(frozen=True)
class Method:
    """One method of an experiment: the recipe nearest to it, and its published numbers by metric."""

    recipe: Recipe
    published: Mapping[str, Reported] = field(default_factory=dict)


@dataclass(frozen=True)
class Published:
    """An experiment of the literature; `runs` is how many stand behind each of its numbers, 0 where none are given."""

    about: str
    source: str
    methods: Mapping[str, Method]
    iterations: int
    budget: int  # iterations after which a first answer is there
    quantities: tuple[str, ...]  # metrics
    differences: tuple[str, ...]
    runs: int = 0
    samples: int = 2500  # of each seed, at its last iterate

    @property
    def seeds(self) -> int:
        """As many as they ran, or 16 where they do not say."""
        return self.runs or 16
