"""What a search has found: a short ranked list of remedies, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from toygan.limits import cost
from toygan.measure.advice import describe_changes
from toygan.measure.intervals import mean_interval
from toygan.measure.tables import Table, describe_values
from toygan.recipe import Recipe
from toygan.remedy.budget import SEEDS
from toygan.runs.record import DISTANCE
from toygan.text import format_number

HEALTHY_SHARE = 0.75  # of the seeds, from which on a recipe counts as healthy
NOTHING = "Nothing helped within this budget"


@dataclass(frozen=True, eq=False)
class TriedRemedy:
    """A change of a recipe, judged on seeds that were not used to choose it.

    Args:
        before: The recipe as it was.
        recipe: The recipe with the change.
        live: True if the run continues with it from where it stands, False if it starts again.
        distances: The distance to the data at the end of a run, by seed `(S,)`.
        distances_before: The same without the change `(S,)`.
        healthy: True for a seed whose samples are as near the data as true ones, by exact distance `(S,)`.
    Example:
        >>> import numpy as np
        >>> from toygan import Recipe, TriedRemedy
        >>> near, far, yes = np.array([0.1, 0.2]), np.array([1.0, 0.9]), np.array([True, True])
        >>> tried = TriedRemedy(Recipe(), Recipe(lr_g=0.01), False, near, far, yes)
        >>> tried.words, tried.helps, tried.is_healthy
        ('lr_g = 0.01 (was 0.001)', True, True)
    """

    before: Recipe
    recipe: Recipe
    live: bool
    distances: np.ndarray
    distances_before: np.ndarray
    healthy: np.ndarray

    @property
    def words(self) -> str:
        """The change in words."""
        return describe_changes(self.before, self.recipe, "was")

    @property
    def time(self) -> float:
        """The time of an iteration, as a multiple of that without the change: an estimate."""
        return cost(self.recipe, SEEDS).time / cost(self.before, SEEDS).time

    @property
    def helps(self) -> bool:
        """True if the samples are nearer to the data than without it, by the 95 % interval of the difference."""
        return mean_interval(self.distances - self.distances_before)[1] < 0

    @property
    def is_healthy(self) -> bool:
        """True if at least three of four seeds are healthy."""
        return is_healthy(self.healthy)

    @property
    def start(self) -> str:
        """From where it was tried: "from here" or "from the start"."""
        return "from here" if self.live else "from the start"

    @property
    def cells(self) -> list[str]:
        """The row of the ranked list."""
        healthy = f"{self.healthy.sum()} of {len(self.healthy)}"
        return [self.words, self.start, describe_values(self.distances), healthy, f"{format_number(self.time, 2)} x"]


def is_healthy(seeds: np.ndarray) -> bool:
    """Return True if three of four seeds are, at least."""
    return bool(len(seeds) and seeds.mean() >= HEALTHY_SHARE)


@dataclass(frozen=True, eq=False)
class FoundRemedies:
    """The ranked list that a search ends with; a notebook shows it as a table.

    Args:
        recipe: The recipe that was asked about.
        steps: The iterations of a run.
        rows: The changes that were judged, the best first.
        distances: The distance of the recipe itself at the end of a run, by seed `(S,)`; empty if it was not judged.
        healthy: True for each seed of the recipe itself that is healthy `(S,)`.
        closest: The best changes on the seeds that choose, in words, for a search that was stopped before it judged.
        tried: The number of changes that were tried.
        spent: The iterations that were spent, of the recipe under 16 seeds at once.
        stopped: The reason if it ended before its budget was spent, or None.
    Example:
        >>> from toygan import FoundRemedies, Recipe
        >>> FoundRemedies(Recipe(), 2000, rows=[]).summary.partition("(")[0]
        'Nothing was judged within this budget; it is too small to try a change '
    """

    recipe: Recipe
    steps: int
    rows: Sequence[TriedRemedy]
    distances: np.ndarray = field(default_factory=lambda: np.zeros(0))
    healthy: np.ndarray = field(default_factory=lambda: np.zeros(0, dtype=bool))
    closest: Sequence[str] = ()
    tried: int = 0
    spent: float = 0.0
    stopped: str | None = None

    @property
    def helping(self) -> list[TriedRemedy]:
        """The changes that help, the best first."""
        return [row for row in self.rows if row.helps]

    @property
    def best(self) -> TriedRemedy | None:
        """The best change that helps, or None."""
        return next(iter(self.helping), None)

    @property
    def summary(self) -> str:
        """The result in one line."""
        tried = f"{self.tried:,} changes tried, {self.spent:,.0f} iterations of {SEEDS} seeds spent"
        ended = "" if self.stopped is None else f"; stopped before the end{self.stopped and f' ({self.stopped})'}"
        return f"{self._result} ({tried}{ended})."

    @property
    def _result(self) -> str:
        best = self.best
        if best is not None:
            healthy = "healthy" if best.is_healthy else "it helps, but is not healthy yet"
            return f"{best.words}, {best.start}: {healthy}"
        if not self.rows:
            if self.closest:
                return f"Nothing was judged; the best so far: {self.closest[0]}"
            reason = "within this budget; it is too small to try a change" if self.stopped is None else "so far"
            return f"Nothing was judged {reason}"
        return f"{NOTHING}; what came closest: {self.rows[0].words}"

    @property
    def table(self) -> Table:
        """The ranked list, below the recipe as it is."""
        columns = ["change", "tried", f"{DISTANCE} after {self.steps:,} iterations", "healthy seeds", "time"]
        own = f"{self.healthy.sum()} of {len(self.healthy)}"
        first = ["as it is", "", describe_values(self.distances), own, "1 x"]
        rows = [first] * bool(len(self.distances)) + [row.cells for row in self.rows]
        return Table(columns, rows)

    @property
    def caption(self) -> str:
        """A line about the numbers."""
        return f"In brackets: 95 % interval over {SEEDS} seeds that were not used to choose."

    def _repr_markdown_(self) -> str:
        shown = f"\n\n{self.table}\n\n*{self.caption}*" if self.rows else ""
        return f"**{self.summary}**{shown}"

    def __repr__(self) -> str:
        return self._repr_markdown_()
