"""A grid that can be played, stepped and reset, and of which two axes are shown: a phase diagram without its widget."""

from __future__ import annotations

import time
from collections import Counter

import numpy as np

from toygan.chart import Chart
from toygan.measure.words import score
from toygan.panels.diagram import HEALTHY, Diagram, value_words
from toygan.parts.metrics import METRICS, live_metrics
from toygan.play.session import Clock, live_run
from toygan.recipe import DEFAULT, Recipe, RecipeError
from toygan.runs.run import Run
from toygan.sweeps.design import Axes
from toygan.sweeps.grid import LiveGrid
from toygan.training import Population

FOLLOWED = "sliced-w1"  # whose course is shown beside the share of healthy seeds
USUAL = ("modes-covered-strict", "high-quality", "sliced-w1")  # what a cell tells, beside what colours it


class GridSession:
    """A grid of recipes under some seeds: its first axis goes across, its second up, of others one value each is shown.

    It plays up to iteration `steps`. Raises RecipeError for a grid that `LiveGrid` does not take, or of one axis, and
    for a metric that is none.
    """

    def __init__(
        self, grid: Axes, seeds: int = 1, steps: int = 2000, colour: str = FOLLOWED, base: Recipe = DEFAULT,
        device: str = "cpu", clock: Clock = time.perf_counter,
    ) -> None:  # fmt: skip
        if len(grid) < 2:
            raise RecipeError("grid", list(grid), "must hold two axes, or more")
        if isinstance(steps, bool) or not isinstance(steps, int) or steps < 1:
            raise RecipeError("steps", steps, "must be a whole number, at least 1")
        self.grid = LiveGrid(grid, seeds, base, device, clock)
        self.steps, self.device = steps, device
        self._ends = {name: _end(self.grid.scores(name)) for name in live_metrics()}  # of their scales
        self._key: object = None
        self._charts: list[Chart] = []
        self.playing = self.refused = False
        self.message = ""
        self.chosen: int | None = None
        self.colour = colour
        self.x, self.y, *self.others = self.grid.axes
        self._fixed = dict.fromkeys(self.others, 0)  # which value of each further axis is shown

    @property
    def colours(self) -> list[str]:
        """What may colour the cells: HEALTHY, and the metrics that say which way is better."""
        known = [name for name in live_metrics() if METRICS[name].better]
        return [HEALTHY, *(name for name in known if np.isfinite(self.grid.scores(name)).any())]

    @property
    def colour(self) -> str:
        """What colours the cells; RecipeError for what is none of `colours`."""
        return self._colour

    @colour.setter
    def colour(self, name: str) -> None:
        if name not in self.colours:
            raise RecipeError("colour", name, f"must be one of {', '.join(self.colours)}")
        self._colour = name

    def show(self, axis: str, index: int) -> None:
        """Shows the part of the grid at another value of a further axis."""
        self._fixed[axis] = index
        self.chosen = None

    @property
    def shown(self) -> np.ndarray:
        """The cells that are seen: a row for each value of the second axis, from the first on `(rows, columns)`."""
        cells = np.arange(len(self.grid.cells)).reshape(self.grid.shape)
        for index in reversed(self._fixed.values()):
            cells = cells[..., index]
        return cells.T

    # What plays.

    def play(self, single: bool = False) -> None:
        """From now on `advance` is to be called, until `playing` is False."""
        self.say("" if self.left else "this is its last iteration: reset, or build it with more steps")
        self.playing = self.left

    @property
    def left(self) -> bool:
        """Whether there is anything left to train."""
        return self.grid.iteration < self.steps and self.grid.alive

    def pause(self) -> None:
        """Stops where it is."""
        self.say("")
        self.playing = False

    def advance(self, seconds: float) -> None:
        """Iterations until the time is used up."""
        self.grid.advance(seconds, self.steps)
        self.playing = self.playing and self.left

    def step(self) -> None:
        """One iteration of every member."""
        self.pause()
        if self.left:
            self.grid.step()

    def reset(self) -> None:
        """All of it from iteration 0."""
        self.pause()
        self.chosen = None
        self.grid.start()

    def say(self, message: str, refused: bool = False) -> None:
        """Puts a message where the user sees it, until the next one."""
        self.message, self.refused = message, refused

    def open(self, place: int) -> Run:
        """The run of a cell that is shown, counted row by row, with its seeds as they stand, to be played on."""
        self.chosen = place
        state, record = self.grid.opened(int(self.shown.flat[place]))
        run = live_run(state.recipes, self.device)
        run.population, run.record = Population.restore(state, self.device), record
        run.record.path.add(run.population)
        return run

    # What is seen.

    def charts(self) -> list[Chart]:
        """The diagram and its courses; the same objects until there is a new measurement, or another choice."""
        key = self.grid.measured, self.colour, tuple(self._fixed.values()), self.chosen
        if key != self._key:
            self._key, self._charts = key, self._diagram().charts()
        return self._charts

    def _diagram(self) -> Diagram:
        """The part of the grid that is shown, as its charts want it."""
        grid, shown, told = self.grid, self.shown.ravel(), self.grid.verdicts()
        followed = FOLLOWED if self.colour == HEALTHY else self.colour
        steps, course = grid.course(followed)
        numbers = {name: _mean(grid.scores(name)) for name in dict.fromkeys([followed, *USUAL])}
        means = [told[cell][HEALTHY] / grid.seeds for cell in shown] if self.colour == HEALTHY else numbers[followed]
        gone = grid.diverged() == grid.seeds
        places = [", ".join(f"{name} {value_words(value)}" for name, value in grid.values(c).items()) for c in shown]
        names = tuple(
            "\n".join([place, *_scores(numbers, cell), *_counted(told[cell])])
            for place, cell in zip(places, shown, strict=True)
        )
        return Diagram(
            (self.x, grid.axes[self.x]), (self.y, grid.axes[self.y]), self.colour,
            np.where(gone[shown], np.nan, means if self.colour == HEALTHY else means[shown]), names, tuple(places),
            followed, steps, _mean(course)[:, shown], self._ends[followed], -1 if self.chosen is None else self.chosen,
        )  # fmt: skip

    @property
    def status(self) -> str:
        """Where the grid stands, in one line."""
        grid = self.grid
        healthy = sum(told[HEALTHY] for told in grid.verdicts())
        members = len(grid.cells) * grid.seeds
        gone = int(grid.diverged().sum())
        rest = f" · {gone} diverged" if gone else ""
        return f"iteration {grid.iteration:,} of {self.steps:,} · {healthy} of {members} runs healthy{rest}"

    @property
    def told(self) -> dict[str, str]:
        """The cell that is open, in words: what is diagnosed of its seeds, and its recipe."""
        if self.chosen is None:
            hint = "A click on a cell, or on a line, opens its run below; arrow keys and Enter do the same."
            return {"verdict": "", "evidence": "", "cause": hint, "remedy": ""}
        cell = int(self.shown.flat[self.chosen])
        verdicts = ", ".join(_counted(self.grid.verdicts()[cell]))
        return {"verdict": verdicts, "evidence": "", "cause": self.grid.cells[cell].to_string(), "remedy": ""}


def _end(scores: np.ndarray) -> float:
    """The end of a scale that holds all that there is at the start of runs: later most of it is smaller."""
    return float(np.nanmax(np.where(np.isfinite(scores), scores, 0.0), initial=0.0)) or 1.0


def _mean(values: np.ndarray) -> np.ndarray:
    """The mean over the last axis of what is there; NaN where nothing is."""
    known = np.isfinite(values)
    mean: np.ndarray = np.where(known, values, 0).sum(-1) / np.where(known.any(-1), known.sum(-1), np.nan)
    return mean


def _scores(numbers: dict[str, np.ndarray], cell: int) -> list[str]:
    return [f"{name} {score(name, x[cell])}" for name, x in numbers.items() if np.isfinite(x[cell])]


def _counted(verdicts: Counter[str]) -> list[str]:
    return [f"{count} × {name}" for name, count in verdicts.most_common()]
