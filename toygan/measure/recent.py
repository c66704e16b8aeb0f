"""The recent past of one run: means, swings and trends of its metrics, beside the scores of true samples."""

from __future__ import annotations

import math
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch

from toygan.measure.words import score
from toygan.parts.distributions import Distribution
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.columns import read_as
from toygan.parts.metrics.reference import ReferenceBand, reference_band
from toygan.parts.metrics.samples import spread_of
from toygan.runs.record import Record

WINDOW_ITERATIONS = 1000  # that count as recent, or the newer half of a shorter run
START_STEPS = 800  # of each player, in which most runs wander, and a D of the default rate has not learned much
FEWEST_MEASUREMENTS = 4  # for a diagnosis
CHANGE_ITERATIONS = 300  # that a run is given after a change of its settings, before it is judged again
BETWEEN = 0.25  # mean distance of any number from the nearest whole one
OF_COLUMN = ("worst-column", "column-w1", "column-offset", "column-spread")  # what is measured of one column


class Column(NamedTuple):
    """A column of generated samples beside that of the data, in spreads of the latter."""

    name: str
    w1: float  # the Wasserstein-1 distance between both
    offset: float  # the difference of their means
    spread: float  # the ratio of their standard deviations
    varies: bool  # False if the column of the data is constant


class OfData:
    """What is known of the data alone, computed once for all members that have it.

    Args:
        data: The data.
        n: Samples behind each measurement.
        per_axis: True if the metrics that are read are those per standardised axis.
    """

    def __init__(self, data: Distribution, n: int, per_axis: bool) -> None:
        self.data, self.per_axis, self._n = data, per_axis, n
        self._bands: dict[str, ReferenceBand | None] = {}

    def band(self, metric: str) -> ReferenceBand | None:
        """Return the scores of as many true samples, or None if the metric has no reference."""
        if metric not in self._bands:
            self._bands[metric] = reference_band(metric, self.data, self._n)
        return self._bands[metric]

    @cached_property
    def spread(self) -> float:
        """The root mean square distance of the data from its mean."""
        return spread_of(self.data, per_axis=self.per_axis)

    @cached_property
    def seen_mean_and_spread(self) -> tuple[float, float]:
        """The distance of the data from 0, and its spread, as the players see it."""
        mean, spread = self.data.moments
        ends = self.data.players_see(torch.stack([mean, mean + spread]))
        return float(ends[0].norm()), float((ends[1] - ends[0]).norm())


class Recent:
    """The newest iterations `(T,)` of one member of a record, at most those since its recipe last changed.

    If another member of the record has the same data, `beside` is its recent past: what it knows is used again.
    """

    def __init__(self, record: Record, member: int = 0, beside: Recent | None = None) -> None:
        self.recipe, self.diverged_at = record.recipes[member], int(record.diverged_at[member])
        self.data = self.recipe.parts.data
        self._record, self._member = record, member
        self.since = record.since
        self._settled = int(np.searchsorted(record.steps, record.since))
        steps = record.steps[self._settled :]
        since = steps[-1] - min(WINDOW_ITERATIONS, steps[-1] // 2) if len(steps) else 0
        first = max(0, min(int(np.searchsorted(steps, since)), len(steps) - FEWEST_MEASUREMENTS))
        self.steps = steps[first:]
        self._courses: dict[str, np.ndarray] = {}  # they are asked for again and again
        per_axis = self._name("sliced-w1") != "sliced-w1"
        same = beside is not None and beside.data is self.data
        known = beside._of_data if beside is not None and same else None
        self._of_data: OfData = known or OfData(self.data, record.n, per_axis)

    @property
    def samples(self) -> int:
        """The number of samples behind a measurement."""
        return self._record.n

    @property
    def judged_from(self) -> int:
        """The iteration from which on a run whose settings have changed is judged."""
        return self.since + CHANGE_ITERATIONS

    @property
    def changed(self) -> bool:
        """True if the settings changed during the run."""
        return self._settled > 0

    @property
    def changed_lately(self) -> bool:
        """True if the settings changed during the run, and it has not been given its time since."""
        newest = int(self._record.steps[-1]) if len(self._record) else 0
        return self.changed and newest < self.judged_from

    @cached_property
    def k(self) -> int:
        """The number of modes of the data, 0 if it has none of some width."""
        return len(self.data.modes) if self.data.has_modes else 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, or "column 1" and so on."""
        return self.data.axis_names or tuple(f"column {i + 1}" for i in range(self.data.dim))

    @cached_property
    def counts(self) -> tuple[str, ...]:
        """The names of the columns of counts, between whose numbers samples lie; none if samples are rounded."""
        return () if self.data.rounds else tuple(self.columns[i] for i in self.data.counts)

    @property
    def grain(self) -> float:
        """The distance from a number to the nearest whole one, in the mean, of all columns of counts, in spreads."""
        if not self.counts:
            return 0.0
        units = self.data.scales if self.data.per_axis or self._of_data.per_axis else torch.ones(self.data.dim)
        return float((BETWEEN / units[list(self.data.counts)]).square().sum().sqrt()) / self.spread

    @property
    def spread(self) -> float:
        """The root mean square distance of the data from its mean, in the units of the metrics that are read."""
        return self._of_data.spread

    @property
    def seen_mean_and_spread(self) -> tuple[float, float]:
        """The distance of the data from 0, and its spread, as the players see it."""
        return self._of_data.seen_mean_and_spread

    def _name(self, metric: str) -> str:
        """Return the metric that is read: the standardised one if columns differ in size and it was measured."""
        read = read_as(metric, self.data)
        return read if read in self._record.names else metric

    def course(self, metric: str) -> np.ndarray:
        """Return the finite values of a metric, in order; none if it was never measured.

        If the columns of the data differ in size, this and all that follows read the metric per standardised axis.
        """
        if metric not in self._courses:
            x = self._record.metric(self._name(metric))[len(self._record) - len(self.steps) :, self._member]
            self._courses[metric] = x[np.isfinite(x)]
        return self._courses[metric]

    def first(self, metric: str) -> float:
        """Return the first finite value of a metric in the whole record, or NaN."""
        return self._first(self._name(metric))

    def _first(self, name: str) -> float:
        x = self._record.metric(name)[:, self._member]
        finite = x[np.isfinite(x)]
        return float(finite[0]) if len(finite) else math.nan

    @property
    def size_for_players(self) -> tuple[float, float]:
        """The spread of the data and its first distance to the samples, both in the units that the players see."""
        return self.seen_mean_and_spread[1], self._first("sliced-w1")

    def became_nonfinite(self, metric: str) -> bool:
        """Return True if a metric was finite once, under this recipe, and is not any more."""
        x = np.isfinite(self._record.metric(self._name(metric))[self._settled :, self._member])
        return bool(x.any() and not x[-1])

    def mean(self, metric: str) -> float:
        """Return the mean of a metric; NaN, for which no comparison holds, if it was never measured."""
        x = self.course(metric)
        return float(x.mean()) if len(x) else math.nan

    def late_mean(self, metric: str) -> float:
        """Return the mean of the newer half of a metric's values."""
        x = self.course(metric)
        return float(x[len(x) // 2 :].mean()) if len(x) else math.nan

    def low(self, metric: str) -> float:
        """Return the value below which one in ten of a metric's values are."""
        x = self.course(metric)
        return float(np.quantile(x, 0.1)) if len(x) else math.nan

    def swing(self, metric: str) -> float:
        """Return the standard deviation of a metric about a straight line through its course."""
        x = self.course(metric)
        if len(x) < FEWEST_MEASUREMENTS:
            return math.nan
        t = np.arange(len(x)) - (len(x) - 1) / 2
        return float((x - (t @ x) / (t @ t) * t).std())

    def amplitude(self, metric: str) -> float:
        """Return how far a metric swings from a straight line through its course, to either side if it is a wave."""
        return math.sqrt(2) * self.swing(metric)

    def rise(self, metric: str) -> float:
        """Return the mean of the newer half of a metric's values minus that of the older half."""
        x = self.course(metric)
        middle = len(x) // 2
        return float(x[middle:].mean() - x[:middle].mean()) if middle else math.nan

    def reference(self, metric: str) -> ReferenceBand | None:
        """Return the scores of as many true samples, or None if the metric has no reference."""
        return self._of_data.band(self._name(metric))

    def relative_to_true(self, metric: str) -> float:
        """Return the mean of a metric in units of the mean score of true samples."""
        band = self.reference(metric)
        return self.mean(metric) / band.mean if band and band.mean else math.nan

    def beyond_true(self, metric: str) -> float:
        """Return the mean of a metric minus the largest score of nine in ten sets of true samples."""
        band = self.reference(metric)
        return self.mean(metric) - band.high if band else math.nan

    @property
    def apart(self) -> float:
        """The sliced Wasserstein distance to the data beyond that of true samples, in spreads of the data."""
        return self.beyond_true("sliced-w1") / self.spread

    @property
    def started(self) -> bool:
        """True once both players have taken their first steps."""
        each = min(self.recipe.g_steps, self.recipe.d_steps)
        return len(self.steps) > 0 and bool(each * self.steps[-1] >= START_STEPS)

    @property
    def mean_accuracy(self) -> float:
        """The accuracy of D over both kinds of samples: 0.5 is guessing."""
        return (self.mean("accuracy-real") + self.mean("accuracy-fake")) / 2

    @property
    def min_accuracy(self) -> float:
        """The accuracy of D on the kind of samples on which it is worse."""
        return min(self.mean("accuracy-real"), self.mean("accuracy-fake"))

    def describe(self, metric: str, healthy_to: float | None = None) -> str:
        """Return the mean of a metric as text, beside the mean score of true samples, and what is still healthy."""
        band = self.reference(metric)
        way = "from" if METRICS[metric].better == "high" else "to"
        bound = "" if healthy_to is None else f"; healthy {way} {score(metric, healthy_to)}"
        beside = f" (true samples {score(metric, band.mean)}{bound})" if band else ""
        return f"{self._name(metric)} {score(metric, self.mean(metric))}{beside}"

    @property
    def worst_link(self) -> tuple[str, str]:
        """The two columns whose link differs most from the data's: of two columns, these."""
        first, second = divmod(int(number[-1]), self.data.dim) if len(number := self.course("worst-link")) else (0, 1)
        return self.columns[first], self.columns[second]

    @cached_property
    def worst_column(self) -> Column | None:
        """The column that differs most from the data's, at the newest measurement; None if there are no columns."""
        newest = {name: self.course(name)[-1:] for name in OF_COLUMN}
        if not all(map(len, newest.values())):
            return None
        number, w1, offset, spread = (float(x[0]) for x in newest.values())
        i = int(number) - 1
        return Column(self.columns[i], w1, offset, spread, bool(self.data.varies[i]))
