"""The recent past of one run: means, swings and trends of its metrics, beside what true samples score."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from toygan.parts.metrics import METRICS
from toygan.parts.metrics.reference import Band, reference_band
from toygan.recipe import Recipe
from toygan.runs.history import History

WINDOW = 1000  # iterations that count as recently, or the newer half of a run where that is less
START = 800  # iterations in which most runs wander, and a D of the default rate has not learned much
FEWEST = 4  # measurements without which nothing is said


class Recent:
    """One run's metrics, each `(T,)`, at the iterations `(T,)` at which they were taken, from n samples each."""

    def __init__(
        self, recipe: Recipe, steps: np.ndarray, metrics: Mapping[str, np.ndarray], diverged_at: int = -1, n: int = 2500
    ) -> None:
        self.recipe, self.diverged_at, self.n = recipe, diverged_at, n
        since = steps[-1] - min(WINDOW, steps[-1] // 2) if len(steps) else 0
        first = max(0, min(int(np.searchsorted(steps, since)), len(steps) - FEWEST))
        self.steps = steps[first:]
        self._whole = {name: np.asarray(values, dtype=float) for name, values in metrics.items()}
        self._first = first

    @staticmethod
    def of(history: History, member: int) -> Recent:
        """One member of a history, since its recipes last changed; ValueError where it holds no snapshot."""
        if history.last is None:
            raise ValueError("history: holds no snapshot yet")
        last, first = history.last, int(np.searchsorted(history.steps, history.since))
        metrics = {name: history.metric(name)[first:, member] for name in METRICS}
        n = last.samples.shape[1]
        return Recent(last.recipes[member], history.steps[first:], metrics, int(last.diverged_at[member]), n)

    @property
    def k(self) -> int:
        """Modes of the data; 0 where it has none."""
        return len(self.recipe.distribution.modes)

    def course(self, metric: str) -> np.ndarray:
        """Its finite values, in order; none where it was never taken."""
        x = self._whole.get(metric, np.empty(0))[self._first :]
        finite: np.ndarray = x[np.isfinite(x)]
        return finite

    def lost(self, metric: str) -> bool:
        """Whether it was a number once and is none any more."""
        x = np.isfinite(self._whole.get(metric, np.empty(0)))
        return bool(x.any() and not x[-1])

    def mean(self, metric: str) -> float:
        """Its mean; NaN where it was never taken, and no comparison holds for that."""
        x = self.course(metric)
        return float(x.mean()) if len(x) else float("nan")

    def now(self, metric: str) -> float:
        """The mean of its newer half."""
        x = self.course(metric)
        return float(x[len(x) // 2 :].mean()) if len(x) else float("nan")

    def swing(self, metric: str) -> float:
        """Its standard deviation about a straight line through its course: what is left without the trend."""
        x = self.course(metric)
        if len(x) < FEWEST:
            return float("nan")
        t = np.arange(len(x))
        return float((x - np.polyval(np.polyfit(t, x, 1), t)).std())

    def rise(self, metric: str) -> float:
        """Mean of its newer half minus mean of its older half."""
        x = self.course(metric)
        middle = len(x) // 2
        return float(x[middle:].mean() - x[:middle].mean()) if middle else float("nan")

    def true(self, metric: str) -> Band | None:
        """What as many true samples score."""
        return reference_band(metric, self.recipe.data, self.n)

    def of_true(self, metric: str) -> float:
        """Its mean in units of what true samples score."""
        band = self.true(metric)
        return self.mean(metric) / band.mean if band and band.mean else float("nan")

    @property
    def started(self) -> bool:
        """Whether the first iterations are over."""
        return len(self.steps) > 0 and bool(self.steps[-1] >= START)

    @property
    def guess(self) -> float:
        """D's accuracy over both kinds of samples: 0.5 is guessing."""
        return (self.mean("accuracy-real") + self.mean("accuracy-fake")) / 2

    @property
    def sure(self) -> float:
        """D's accuracy on the kind of samples on which it is worse."""
        return min(self.mean("accuracy-real"), self.mean("accuracy-fake"))

    def words(self, metric: str) -> str:
        """The metric's mean in words, beside what true samples score."""
        band = self.true(metric)
        beside = f" (true samples {_written(metric, band.mean)})" if band else ""
        return f"{metric} {_written(metric, self.mean(metric))}{beside}"


def _written(metric: str, value: float) -> str:
    return f"{value:.0%}" if METRICS[metric].unit == "share" else f"{value:.3g}"
