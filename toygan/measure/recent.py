"""The recent past of one run: means, swings and trends of its metrics, beside what true samples score."""

from __future__ import annotations

import math
from functools import cached_property

import numpy as np
import torch

from toygan.measure.words import score
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.parts.metrics.samples import spread_of
from toygan.runs.record import Record

WINDOW = 1000  # iterations that count as recently, or the newer half of a run where that is less
START = 800  # iterations in which most runs wander, and a D of the default rate has not learned much
FEWEST = 4  # measurements without which nothing is said


class Recent:
    """One member of a record over its newest iterations `(T,)`, from when its recipe last changed on at most."""

    def __init__(self, record: Record, member: int = 0) -> None:
        self.recipe, self.diverged_at = record.recipes[member], int(record.diverged_at[member])
        self.data = self.recipe.parts.data
        self._record, self._member = record, member
        self._settled = int(np.searchsorted(record.steps, record.since))
        steps = record.steps[self._settled :]
        since = steps[-1] - min(WINDOW, steps[-1] // 2) if len(steps) else 0
        first = max(0, min(int(np.searchsorted(steps, since)), len(steps) - FEWEST))
        self.steps = steps[first:]

    @cached_property
    def k(self) -> int:
        """Modes of the data; 0 where it has none of some width."""
        return len(self.data.modes) if self.data.has_modes else 0

    @property
    def spread(self) -> float:
        """The data's root mean square distance from its mean."""
        return spread_of(self.data)

    @property
    def seen_mean_and_spread(self) -> tuple[float, float]:
        """How far from 0, and how spread out, the data is as the players see it."""
        mean, spread = self.data.moments
        ends = self.data.players_see(torch.stack([mean, mean + spread]))
        return float(ends[0].norm()), float((ends[1] - ends[0]).norm())

    def course(self, metric: str) -> np.ndarray:
        """Its finite values, in order; none where it was never taken."""
        x = self._record.metric(metric)[len(self._record) - len(self.steps) :, self._member]
        finite: np.ndarray = x[np.isfinite(x)]
        return finite

    def first(self, metric: str) -> float:
        """Its first finite value in the whole record; NaN where there is none."""
        x = self._record.metric(metric)[:, self._member]
        finite = x[np.isfinite(x)]
        return float(finite[0]) if len(finite) else math.nan

    def became_nonfinite(self, metric: str) -> bool:
        """Whether it was a number once, under this recipe, and is none any more."""
        x = np.isfinite(self._record.metric(metric)[self._settled :, self._member])
        return bool(x.any() and not x[-1])

    def mean(self, metric: str) -> float:
        """Its mean; NaN where it was never taken, and no comparison holds for that."""
        x = self.course(metric)
        return float(x.mean()) if len(x) else math.nan

    def late_mean(self, metric: str) -> float:
        """The mean of its newer half."""
        x = self.course(metric)
        return float(x[len(x) // 2 :].mean()) if len(x) else math.nan

    def swing(self, metric: str) -> float:
        """Its standard deviation about a straight line through its course: what is left without the trend."""
        x = self.course(metric)
        if len(x) < FEWEST:
            return math.nan
        t = np.arange(len(x)) - (len(x) - 1) / 2
        return float((x - (t @ x) / (t @ t) * t).std())

    def rise(self, metric: str) -> float:
        """Mean of its newer half minus mean of its older half."""
        x = self.course(metric)
        middle = len(x) // 2
        return float(x[middle:].mean() - x[:middle].mean()) if middle else math.nan

    def reference(self, metric: str) -> ReferenceBand | None:
        """What as many true samples score."""
        return reference_band(metric, self.recipe.data, self._record.n)

    def relative_to_true(self, metric: str) -> float:
        """Its mean in units of what true samples score."""
        band = self.reference(metric)
        return self.mean(metric) / band.mean if band and band.mean else math.nan

    def beyond_true(self, metric: str) -> float:
        """By how much its mean is above what nine of ten sets of true samples score."""
        band = self.reference(metric)
        return self.mean(metric) - band.high if band else math.nan

    @property
    def apart(self) -> float:
        """The sliced distance to the data beyond that of true samples, in spreads of the data."""
        return self.beyond_true("sliced-w1") / self.spread

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
