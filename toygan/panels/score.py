"""A metric over the iterations: one run among its seeds, beside the scores of true samples."""

from __future__ import annotations

import numpy as np

from toygan.chart import Axis, Band, Chart, Line, Lines, Mark
from toygan.chart.limits import grow_to, grow_to_decades
from toygan.measure.words import title
from toygan.panels.curves import best_mark, curve, measured_at, pinned, whole_course
from toygan.panels.look import Look
from toygan.panels.panel import Panel, note
from toygan.parts.metrics import METRICS
from toygan.parts.metrics.columns import STANDARDISED, read_as

TRUE_SAMPLES = "The bold line is this run, the pale ones are all seeds, and the blue band is what true samples score."
SEED_BANDS = ("all seeds", "half of the seeds")


def bands(values: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Return quantiles `(len(at), T)` of values `(T, P)` over the members, without NaN; NaN if nothing is left.

    They equal those of `np.nanquantile`, which takes 34 ms for a run on the screen; this takes .4 ms.
    """
    ordered = np.sort(values, axis=-1)  # NaN come last
    last = np.isfinite(ordered).sum(-1) - 1
    place = np.outer(at, last).clip(0)
    below = place.astype(int)
    above = np.minimum(below + 1, last.clip(0))
    low, high = (np.take_along_axis(ordered.T, index, axis=0) for index in (below, above))
    quantiles: np.ndarray = low + (place - below) * (high - low)
    return quantiles


def true_samples(x: np.ndarray | None, low: np.ndarray, mean: np.ndarray, high: np.ndarray) -> tuple[Band, Line]:
    """Return the band of 90 % of sets of true samples, and their mean, each `(n,)`: the same in every panel."""
    band = Band("true samples", "real", x, low, high, opacity=0.22, end_label="real")
    return band, Line("mean of true samples", "real", x, mean, width=1.2)


class Score(Panel):
    """A metric of one member, in front of the range and the inner half of all members and the band of true samples."""

    measured = True

    def chart(self, look: Look) -> Chart:
        metric, label = self.shows(look), "iteration"
        scores = look.metrics.get(metric, look.metric(metric)[:, None])
        marks: list[Mark] = []
        if reference := look.reference(metric):
            marks += true_samples(None, *(np.array([score]) for score in reference))
        if scores.shape[1] > 1:
            low, lower, upper, high = bands(scores, (0, 0.25, 0.75, 1))
            marks += [
                Band(SEED_BANDS[0], "generated", look.steps, low, high, opacity=0.15),
                Band(SEED_BANDS[1], "generated", look.steps, lower, upper, opacity=0.3),
                Lines("seeds", "generated", look.steps, scores, look.names, opacity=0.6, instead_of=SEED_BANDS),
            ]
            label += f"  (bold: this run, pale: {scores.shape[1]} seeds)"
        behind = pinned(look, (metric,))
        marks += behind
        marks.append(curve("this run", "generated", look, look.metric(metric), width=2.2))
        marks += best_mark(look, look.metric(metric)[None])
        marks.append(measured_at(look))
        if behind:
            scores = np.append(scores, np.concatenate([line.y for line in behind]))[:, None]
        return Chart(self.title_of(look), whole_course(look, metric, label), self.y(look, scores), tuple(marks))

    def shows(self, look: Look) -> str:
        """Return the metric that is shown."""
        return self.needs[0]

    def title_of(self, look: Look) -> str:
        """Return the words above the axes."""
        return self.title

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        """Return the vertical axis for the scores `(T, P)`."""
        raise NotImplementedError


class AnyMetric(Score):
    """A metric as a panel under its own name."""

    def __init__(self, metric: str) -> None:
        self._name, self._metric = metric, METRICS[metric]
        self.about = f"{self._metric.help}. {TRUE_SAMPLES}"
        self.title, self.needs = self._with(self._metric.unit), (metric,)

    def _with(self, unit: str) -> str:
        return self._name if unit in ("", "share") else f"{self._name} ({unit})"

    def title_of(self, look: Look) -> str:
        return self._with(self._metric.unit_for(look.recipe.parts.data))

    def chart(self, look: Look) -> Chart:
        metric = self.shows(look)
        if look.measured and metric not in look.metrics:
            why = "it takes too long" if self._metric.expensive else f"{look.recipe.data} lacks what it needs"
            return note(self.title, f"nothing to show: {metric} is not measured here, {why}")
        return super().chart(look)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        """Return percent for shares, a log axis for distances and ratios if true samples are above 0, or from 0 on."""
        unit, better, band = self._metric.unit, self._metric.better, look.reference(self.shows(look))
        if unit == "share":
            return Axis("", 0, 1.08, ticks=(0, 0.5, 1), format="percent")
        values, in_decades = np.append(scores, band or ()), better == "low" or not unit + better  # a ratio has neither
        log = bool(in_decades and band and band.low > 0)
        low, high = grow_to_decades((1e-2, 1e0), values) if log else grow_to((0, 1), values)
        return Axis("", low, high, log=log, intervals=4, grows=True)


class Named(AnyMetric):
    """A metric as a panel under its words for people.

    If columns differ in size it shows what the diagnosis reads, the metric per standardised axis, and says so.
    """

    def __init__(self, metric: str) -> None:
        super().__init__(metric)
        self.title = title(metric)
        if STANDARDISED + metric in METRICS:
            self.needs = (metric, STANDARDISED + metric)

    def shows(self, look: Look) -> str:
        metric = self.needs[0]
        read = read_as(metric, look.recipe.parts.data)
        return read if read in look.metrics or not look.measured else metric

    def title_of(self, look: Look) -> str:
        return title(self.shows(look))


PANELS: dict[str, tuple[Panel, ...]] = {
    "gaps": (Named("gaps"),),
    "off-data": (Named("off-data"),),
    "sliced-w1": (Named("sliced-w1"),),
}
