"""A claim: a sentence about methods, with the recipes, the seeds and the relation that decide if it holds."""

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
from toygan.text import format_number


@dataclass(frozen=True, repr=False)
class Claim:
    """A sentence that holds if the quantity of each recipe exceeds that of the next by more than a margin.

    Seeds are paired: equal seeds share data, noise and, if the networks agree, initial weights. The 95 % interval of
    each mean difference, bootstrapped over seeds, must lie above the margin.

    Args:
        sentence: The sentence, without its full stop.
        recipes: Two or more recipes by the names that a table prints, the one with the largest quantity first.
        quantity: The quantity that is compared.
        margin: The margin, in the unit of the quantity [default: 0].
        within: If given, the claim is that nothing differs: every interval must lie between -within and within.
        steps: Iterations of each run [default: 2000].
        every: Iterations from one measurement to the next [default: 100].
        seeds: Seeds of each recipe [default: 16].
        quick: True if every run of the tests measures it [default: False].
        folklore: A common belief that the measurement contradicts [default: none].
        metrics: The metrics that the runs measure [default: the default ones].
    Example:
        >>> from toygan import Recipe, claims
        >>> ring = Recipe(width=4, batch=8)
        >>> lowest = claims.Quantity("lowest loss of D", lambda record: record.metric("loss-d").min(0))
        >>> claim = claims.Claim("A faster D gets a lower loss", {"1e-3": ring, "1e-2": ring.but(lr_d=1e-2)}, lowest)
        >>> claim.setting
        '16 seeds, 2,000 iterations, batch=8 width=4'
    """

    sentence: str
    recipes: Mapping[str, Recipe]
    quantity: Quantity
    margin: float = 0.0
    within: float | None = None
    steps: int = 2000
    every: int = 100
    seeds: int = 16
    quick: bool = False
    folklore: str = ""
    metrics: tuple[str, ...] | None = None

    def __repr__(self) -> str:
        relation = " > " if self.within is None else " = "
        of = f"{self.quantity.words} of {relation.join(self.recipes)}"
        return f"Claim({self.sentence!r}: {of}, {self.setting})"

    def pieces(self, first_seed: int = 0) -> dict[str, Piece]:
        """Return the runs to measure, by the names of the recipes, under seeds from `first_seed` on."""
        return {
            name: Piece.seeds(recipe.but(seed=first_seed), self.seeds, self.steps, self.every)._replace(
                metrics=self.metrics
            )
            for name, recipe in self.recipes.items()
        }

    def check(self, first_seed: int = 0, jobs: int | None = 1, store: Store | None = None) -> Finding:
        """Measure the claim behind a progress bar.

        Args:
            first_seed: The first seed; another one tells if the claim holds for seeds on which it was never tried
                [default: 0].
            jobs: Processes [default: 1]; None is one for each core.
            store: A `toygan.sweeps.Store` of results: only what has changed since is trained [default: none].
        Returns:
            The finding, which prints as three lines.
        Raises:
            GroupsFailed: If an error has ended a run.
        Example:
            >>> from toygan import Recipe, claim
            >>> ring = Recipe(width=4, batch=8)
            >>> claim("All is one", a=ring, b=ring.but(loss="minimax"), within=9, steps=0, seeds=4).check(100)
            All is one: holds
            modes-covered: a 0, b 0; a minus b +0 [+0, +0], needed: within ±9
            seeds 100 to 103, 0 iterations, batch=8 width=4
        """
        from tqdm.auto import tqdm

        with tqdm(unit=" recipes", leave=False, disable=None) as bar:

            def progress(done: int, in_all: int) -> None:
                bar.total = in_all
                bar.update(done - bar.n)

            ((_, finding),) = check({"claim": self}, first_seed, jobs, store, progress)
        return finding

    @property
    def setting(self) -> str:
        """The number of seeds and iterations, and the fields that all recipes share and the default has not."""
        first, *others = self.recipes.values()
        same = [name for name in KNOBS if all(getattr(r, name) == getattr(first, name) for r in others)]
        shared = unquote(Recipe(**{name: getattr(first, name) for name in same}).to_string().replace("&", " "))
        return ", ".join(filter(None, [f"{self.seeds} seeds", f"{self.steps:,} iterations", shared]))

    @property
    def needed(self) -> str:
        """The bound on every difference, as text."""
        return f"above {format_number(self.margin)}" if self.within is None else f"within ±{format_number(self.within)}"


class Finding(NamedTuple):
    """A measured claim.

    Args:
        claim: The claim.
        values: The quantity of each seed `(S,)`, by the names of the recipes.
        differences: Of each recipe minus the next: the mean, and the low and high end of its 95 % interval.
        first_seed: The first of the seeds [default: 0].
    Example:
        >>> import numpy as np
        >>> from toygan import claims
        >>> claim = claims.CLAIMS["a-leak-keeps-more-of-the-ring"]
        >>> values = {"leaky-relu": np.array([7.0, 8.0]), "relu": np.array([2.0, 3.0])}
        >>> finding = claims.Finding(claim, values, [(5.0, 4.5, 5.5)])
        >>> finding.holds, finding.means, claim.needed
        (True, ['leaky-relu: 7.5', 'relu: 2.5'], 'above 1')
    """

    claim: Claim
    values: dict[str, np.ndarray]
    differences: list[tuple[float, float, float]]
    first_seed: int = 0

    def __repr__(self) -> str:
        names, last = list(self.values), self.first_seed + self.claim.seeds - 1
        means = ", ".join(mean.replace(":", "") for mean in self.means)
        gaps = [f"{a} minus {b} {effect}" for (a, b), effect in zip(pairwise(names), self.effects, strict=True)]
        setting = self.claim.setting.partition(" seeds, ")[2]
        lines = [
            f"{self.claim.sentence}: {'holds' if self.holds else 'does not hold'}",
            f"{self.claim.quantity.words}: {means}; {', '.join(gaps)}, needed: {self.claim.needed}",
            f"seeds {self.first_seed} to {last}, {setting}",
        ]
        lost = {name: int((~np.isfinite(values)).sum()) for name, values in self.values.items()}
        return "\n".join(lines + [f"{name}: {n} of {self.claim.seeds} seeds diverged" for name, n in lost.items() if n])

    @property
    def holds(self) -> bool:
        """True if every interval meets the bound; a seed without a number, because it diverged, makes it False."""
        c = self.claim
        if c.within is not None:
            return all(-c.within < low and high < c.within for _, low, high in self.differences)
        return all(low > c.margin for _, low, _ in self.differences)

    @property
    def means(self) -> list[str]:
        """The mean of the quantity of every recipe, as text."""
        return [f"{name}: {format_number(values.mean())}" for name, values in self.values.items()]

    @property
    def effects(self) -> list[str]:
        """The difference of every recipe and the next, with its interval, as text."""
        return ["{} [{}, {}]".format(*map(_signed, ends)) for ends in self.differences]


def _signed(x: float) -> str:
    return "+" * (x >= 0) + format_number(x, 2)


def find(claim: Claim, records: Mapping[str, Record]) -> Finding:
    """Return the finding of a claim from the records of its recipes."""
    values = {name: claim.quantity.compute(records[name]) for name in claim.recipes}
    gaps = [a - b for a, b in pairwise(values.values())]
    first = next(iter(records.values())).recipes[0].seed
    return Finding(claim, values, [(float(gap.mean()), *mean_interval(gap)) for gap in gaps], first)


def check(
    claims: Mapping[str, Claim],
    first_seed: int = 0,
    jobs: int | None = 1,
    store: Store | None = None,
    progress: Callable[[int, int], None] | None = None,
    device: str = "cpu",
) -> Iterator[tuple[str, Finding]]:
    """Measure claims, and yield each finding as soon as its runs are finished.

    A recipe that several claims name is trained once.

    Args:
        claims: Claims by name.
        first_seed: The first seed; another one tells if a claim holds for seeds on which it was never tried
            [default: 0].
        jobs: Processes [default: 1]; None is one for each core.
        store: A `toygan.sweeps.Store` of results: only what has changed since is trained [default: none].
        progress: A function that is called with the number of recipes that are finished and the number of all.
        device: The device of torch [default: "cpu"].
    Returns:
        An iterator over names and findings.
    Raises:
        RecipeError: If a claim asks for a number of seeds or iterations that is not allowed.
        GroupsFailed: After the other findings, if an error has ended a run of a claim; its `reasons` name each.
    Example:
        >>> from toygan import Recipe, claims
        >>> tiny = Recipe(data="gaussian1d", width=4, batch=8)
        >>> norm = claims.Quantity("gradient of G", lambda record: record.metric("gradient-norm-g")[0])
        >>> recipes = {"small": tiny, "large": tiny.but(width=5)}
        >>> claim = claims.Claim("All is one", recipes, norm, within=9.0, steps=1, seeds=2)
        >>> [(name, finding.holds) for name, finding in claims.check({"mine": claim})]
        [('mine', True)]
    """
    groups = {name: list(claim.pieces(first_seed).values()) for name, claim in claims.items()}
    for name, records in measure_groups(groups, jobs, store, progress, device):
        yield name, find(claims[name], dict(zip(claims[name].recipes, records, strict=True)))
