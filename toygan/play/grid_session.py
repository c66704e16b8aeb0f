"""A grid of recipes that can be played, stepped and reset: a phase diagram without its widget."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from toygan.chart import Chart
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.words import score
from toygan.panels.diagram import HEALTHY, Diagram, Scale, find_scale, value_words
from toygan.parts.metrics import METRICS, live_metrics
from toygan.play import session
from toygan.play.alone import alone
from toygan.play.fleet_session import FleetSession, Interval
from toygan.play.settings import describe_value
from toygan.recipe import DEFAULT, Recipe, RecipeError, check_count
from toygan.runs.fleet import Clock, Fleet
from toygan.runs.run import Run
from toygan.sweeps.design import Axes, count_cells
from toygan.sweeps.grid import Grid
from toygan.sweeps.piece import MEMBERS, largest

FOLLOWED = "sliced-w1"  # the metric whose course is shown beside the share of healthy seeds
USUAL = ("modes-covered-strict", "high-quality", "sliced-w1")  # the numbers of a cell, beside the one that colours it
FAILED = "failed"  # the verdict on a run that an error has ended
MOST = 8192  # members that train side by side; a sweep takes more
SAMPLES = 500  # of each measurement
ROWS = 200  # of the history of each member
INTERVAL = Interval(per=10, soonest=20, latest=100)


class GridSession(FleetSession):
    """A grid of recipes under some seeds, as two axes: the first across, the second up; one value of each further axis.

    It plays up to iteration `steps`. Raises RecipeError for a grid of fewer than two axes, or of more than MOST
    members, and for an unknown metric; also if every run fails as it begins.
    """

    def __init__(
        self, grid: Axes, seeds: int = 1, steps: int = 2000, colour: str = FOLLOWED, base: Recipe = DEFAULT,
        device: str = "cpu", clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        check_count("steps", steps, 10**9)
        check_count("seeds", seeds, MOST)
        if (count := count_cells(grid) * seeds) > MOST:
            raise RecipeError("grid", count, f"members; at most {MOST:,} train side by side, and a sweep takes more")
        if len(grid) < 2:
            raise RecipeError("grid", list(grid), "must hold two axes, or more")
        if colour not in (known := [HEALTHY, *_colours()]):
            raise RecipeError("colour", colour, f"must be one of {', '.join(known)}")
        self.grid, self.seeds, self.end = Grid(grid, base), seeds, steps
        members = [member for cell in self.grid.cells for member in cell.seeds(seeds)]
        self.chosen: int | None = None  # the cell that is open, as shown
        super().__init__(
            Fleet(
                members, device, INTERVAL, SAMPLES, live_metrics(), ROWS, clock=clock,
                most=lambda recipe: seeds * largest(recipe, max(1, MEMBERS // seeds)), apart=seeds,
            )
        )  # fmt: skip
        if not self.fleet.working:
            raise RecipeError("grid", list(grid), f"every run failed: {next(iter(self.fleet.failures.values()))}")
        self._tallies: tuple[object, list[Counter[str]]] = (None, [])
        self._starts = {name: self._scores(name) for name in live_metrics()}  # the scores at iteration 0
        self._scales: dict[str, Scale] = {}
        self._key: object = None
        self._charts: list[Chart] = []
        self.colour = colour
        self.x, self.y, *self.others = self.grid.axes
        self._fixed = dict.fromkeys(self.others, 0)  # the value of each further axis that is shown

    @property
    def colours(self) -> list[str]:
        """The names that can colour the cells: "healthy", and the metrics of which high or low is better."""
        return [HEALTHY, *(name for name in _colours() if np.isfinite(self._scores(name)).any())]

    @property
    def colour(self) -> str:
        """The name that colours the cells; RecipeError for a name that is not in `colours`."""
        return self._colour

    @colour.setter
    def colour(self, name: str) -> None:
        if name not in self.colours:
            raise RecipeError("colour", name, f"must be one of {', '.join(self.colours)}")
        self._colour = name

    @alone
    def show(self, axis: str, index: int) -> None:
        """Show the part of the grid at another value of a further axis."""
        self._fixed[axis] = index
        self.chosen = None

    @property
    def shown(self) -> np.ndarray:
        """The cells that are shown `(rows, columns)`, a row for each value of the second axis, lowest first."""
        cells = np.arange(len(self.grid.cells)).reshape(self.grid.shape)
        for index in reversed(self._fixed.values()):
            cells = cells[..., index]
        return cells.T

    @property
    def focus(self) -> int:
        return self.chosen or 0

    @property
    def choices(self) -> int:
        return self.shown.size

    @alone
    def reset(self) -> None:
        """Put every member at iteration 0 again."""
        self.chosen = None
        before = [recipe.distribution.digest for recipe in self.fleet.recipes]
        super().reset()
        if before != [recipe.distribution.digest for recipe in self.fleet.recipes]:  # other rows of a file
            self._starts, self._scales = {name: self._scores(name) for name in live_metrics()}, {}

    @alone
    def open(self, place: int) -> Run:
        """Return a run of the seeds of a cell, counted row by row as shown, from the present iteration on.

        Raises ValueError for a number that no cell has, RecipeError if an error has ended one
        of these seeds, or parted them.
        """
        if type(place) is not int or not 0 <= place < self.choices:
            raise ValueError(f"focus={place!r}: must be a whole number from 0 to {self.choices - 1}")
        self.chosen, cell = place, int(self.shown.flat[place])
        if error := self._error(cell):
            raise RecipeError("cell", self.grid.values(cell), f"failed: {error}")
        (run, first), *others = [self.fleet.member(cell * self.seeds + i) for i in range(self.seeds)]
        if any(other is not run for other, _ in others):
            raise RecipeError(
                "cell", self.grid.values(cell), "an error has separated its seeds; reset the grid to open it"
            )
        return run.select(range(first, first + self.seeds), session.INTERVAL, session.SAMPLES, live_metrics())

    # What was measured, by cell.

    def _scores(self, metric: str) -> np.ndarray:
        """Return the newest value of every cell and seed `(cells, seeds)`; NaN if it has no value or diverged."""
        return self.fleet.scores(metric).reshape(-1, self.seeds)

    def _error(self, cell: int) -> str:
        """Return the error of the first seed of a cell that failed, or ""."""
        first = cell * self.seeds
        return next((error for i, error in self.fleet.failures.items() if first <= i < first + self.seeds), "")

    def _verdicts(self) -> list[Counter[str]]:
        """Count the verdicts on the seeds of every cell, FAILED among them, once for each measurement."""
        measured = self.fleet.measured
        if self._tallies[0] != measured:
            names = self.fleet.gather_working(lambda run: [d.verdict for d in diagnose_all(run.record)], FAILED)
            cells = [Counter(names[i : i + self.seeds]) for i in range(0, len(names), self.seeds)]
            self._tallies = measured, cells
        return self._tallies[1]

    # What is seen.

    def charts(self) -> list[Chart]:
        """Return the diagram and its courses; the same objects until a new measurement, or another choice."""
        key = self.fleet.measured, self.colour, tuple(self._fixed.values()), self.chosen
        if key != self._key:
            self._key, self._charts = key, self._diagram().charts()
        return self._charts

    def _diagram(self) -> Diagram:
        """Return the shown part of the grid, as its charts need it."""
        grid, shown, verdicts = self.grid, self.shown.ravel(), self._verdicts()
        followed = FOLLOWED if self.colour == HEALTHY else self.colour
        steps, course = self.fleet.course(followed)
        numbers = {name: _mean(self._scores(name)) for name in dict.fromkeys([followed, *USUAL])}
        failed = np.array([verdicts[cell][FAILED] for cell in shown])
        healthy = np.array([verdicts[cell][HEALTHY] for cell in shown]) / np.maximum(self.seeds - failed, 1)
        means = healthy if self.colour == HEALTHY else numbers[followed][shown]
        diverged = (self.fleet.diverged_at.reshape(-1, self.seeds)[shown] >= 0).sum(-1)
        places = [", ".join(f"{name} {value_words(value)}" for name, value in grid.values(c).items()) for c in shown]
        scores = [[f"{name} {score(name, x[c])}" for name, x in numbers.items() if np.isfinite(x[c])] for c in shown]
        scores = [[*lines, f"of {SAMPLES:,} samples of each seed"] if lines else lines for lines in scores]
        names = tuple(
            "\n".join([place, *lines, *_verdict_lines(verdicts[cell]), *filter(None, [self._error(cell)])])
            for place, lines, cell in zip(places, scores, shown, strict=True)
        )
        return Diagram(
            (self.x, grid.axes[self.x]), (self.y, grid.axes[self.y]), self.colour,
            np.where(diverged + failed == self.seeds, np.nan, means), names, tuple(places), followed, steps,
            _mean(course.reshape(len(steps), -1, self.seeds))[:, shown], self._scale(followed),
            -1 if self.chosen is None else self.chosen,
        )  # fmt: skip

    def _scale(self, metric: str) -> Scale:
        """Return the scale of a metric, the same until the end."""
        if metric not in self._scales:
            data = {recipe.data: recipe.distribution for recipe in self.fleet.recipes}
            self._scales[metric] = find_scale(metric, data.values(), SAMPLES, self._starts[metric])
        return self._scales[metric]

    @property
    def title(self) -> str:
        return f"{' x '.join(self.grid.axes)} · {describe_value(self.grid.cells[0], 'data')}"

    @property
    def about(self) -> str:
        return f"{self.seeds} seed{'s' * (self.seeds > 1)} a cell, {SAMPLES:,} samples of each"

    @property
    def share(self) -> str:
        return ""

    @property
    def status(self) -> str:
        """The grid in one line."""
        diverged = self.fleet.diverged_at >= 0
        healthy = sum(verdicts[HEALTHY] for verdicts in self._verdicts())
        rest = f" · {diverged.sum()} diverged" if diverged.any() else ""
        rest += f" · {len(self.fleet.failures)} failed" if self.fleet.failures else ""
        return f"iteration {self.iteration:,} of {self.end:,} · {healthy} of {len(diverged)} runs healthy{rest}"

    @property
    def words(self) -> dict[str, str]:
        """The verdicts on the seeds of the open cell, and its recipe."""
        if self.chosen is None:
            hint = "Click on a cell or on a line to open its run below; arrow keys and Enter do the same."
            return {"verdict": "", "evidence": "", "cause": hint, "remedy": ""}
        cell = int(self.shown.flat[self.chosen])
        verdicts = ", ".join(_verdict_lines(self._verdicts()[cell]))
        recipe = self.grid.cells[cell].to_string()
        return {"verdict": verdicts, "evidence": self._error(cell), "cause": recipe, "remedy": ""}

    @property
    def lines(self) -> list[str]:
        return [self.status] if self.chosen is None else super().lines


def _colours() -> list[str]:
    return [name for name in live_metrics() if METRICS[name].better]


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean over the last axis without NaN; NaN if nothing is left."""
    known = np.isfinite(values)
    mean: np.ndarray = np.where(known, values, 0).sum(-1) / np.where(known.any(-1), known.sum(-1), np.nan)
    return mean


def _verdict_lines(verdicts: Counter[str]) -> list[str]:
    return [f"{count} × {name}" for name, count in verdicts.most_common()]
