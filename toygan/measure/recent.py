"""The recent past of one run: means, swings and trends of its metrics, beside what true samples score."""

from __future__ import annotations

import numpy as np

from toygan.measure.words import score
from toygan.parts.metrics.reference import Band, reference_band
from toygan.runs.record import Record

WINDOW = 1000  # iterations that count as recently, or the newer half of a run where that is less
START = 800  # iterations in which most runs wander, and a D of the default rate has not learned much
FEWEST = 4  # measurements without which nothing is said


class Recent:
    """One member of a record over its newest iterations `(T,)`, from when its recipe last changed on at most."""

    def __init__(self, record: Record, member: int = 0) -> None:
        self.recipe, self.diverged_at = record.recipes[member], int(record.diverged_at[member])
        self._record, self._member = record, member
        self._settled = int(np.searchsorted(record.steps, record.since))
        steps = record.steps[self._settled :]
        since = steps[-1] - min(WINDOW, steps[-1] // 2) if len(steps) else 0
        first = max(0, min(int(np.searchsorted(steps, since)), len(steps) - FEWEST))
        self.steps = steps[first:]

    @property
    def k(self) -> int:
        """Modes of the data; 0 where it has none."""
        return len(self.recipe.distribution.modes)

    def course(self, metric: str) -> np.ndarray:
        """Its finite values, in order; none where it was never taken."""
        x = self._record.metric(metric)[len(self._record) - len(self.steps) :, self._member]
        finite: np.ndarray = x[np.isfinite(x)]
        return finite

    def became_nonfinite(self, metric: str) -> bool:
        """Whether it was a number once, under this recipe, and is none any more."""
        x = np.isfinite(self._record.metric(metric)[self._settled :, self._member])
        return bool(x.any() and not x[-1])

    def mean(self, metric: str) -> float:
        """Its mean; NaN where it was never taken, and no comparison holds for that."""
        x = self.course(metric)
        return float(x.mean()) if len(x) else float("nan")

    def late_mean(self, metric: str) -> float:
        """The mean of its newer half."""
        x = self.course(metric)
        return float(x[len(x) // 2 :].mean()) if len(x) else float("nan")

    def swing(self, metric: str) -> float:
        """Its standard deviation about a straight line through its course: what is left without the trend."""
        x = self.course(metric)
        if len(x) < FEWEST:
            return float("nan")
        t = np.arange(len(x)) - (len(x) - 1) / 2
        return float((x - (t @ x) / (t @ t) * t).std())

    def rise(self, metric: str) -> float:
        """Mean of its newer half minus mean of its older half."""
        x = self.course(metric)
        middle = len(x) // 2
        return float(x[middle:].mean() - x[:middle].mean()) if middle else float("nan")

    def reference(self, metric: str) -> Band | None:
        """What as many true samples score."""
        return reference_band(metric, self.recipe.data, self._record.n)

    def relative_to_true(self, metric: str) -> float:
        """Its mean in units of what true samples score."""
        band = self.reference(metric)
        return self.mean(metric) / band.mean if band and band.mean else float("nan")

    @property
    def started(self) -> bool:
        """Whether the first iterations are over."""
        return len(self.steps) > 0 and bool(self.steps[-1] >= START)

    @property
    def mean_accuracy(self) -> float:
        """D's accuracy over both kinds of samples: 0.5 is guessing."""
        return (self.mean("accuracy-real") + self.mean("accuracy-fake")) / 2

    @property
    def min_accuracy(self) -> float:
        """D's accuracy on the kind of samples on which it is worse."""
        return min(self.mean("accuracy-real"), self.mean("accuracy-fake"))

    def words(self, metric: str) -> str:
        """The metric's mean in words, beside what true samples score."""
        band = self.reference(metric)
        beside = f" (true samples {score(metric, band.mean)})" if band else ""
        return f"{metric} {score(metric, self.mean(metric))}{beside}"
