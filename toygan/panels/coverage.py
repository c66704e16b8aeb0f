"""Mode coverage: scores over the iterations, and how the samples share themselves among the modes."""

from __future__ import annotations

from math import ceil

import numpy as np

from toygan.chart import Axis, Band, Bars, Chart, Line, Lines
from toygan.chart.limits import doubled, grow_to_decades
from toygan.panels.curves import curve, iterations
from toygan.panels.look import Look
from toygan.panels.panel import Panel
from toygan.parts.metrics.reference import reference_shares
from toygan.recipe import Recipe

SEED_BANDS = ("all seeds", "half of the seeds")
HALF_BAR = 0.38  # half of a bar's width, its mode's number in the middle


def bands(values: np.ndarray, at: tuple[float, ...]) -> np.ndarray:
    """Quantiles over the last axis `(len(at), T)` of values `(T, P)`, NaN left out; NaN where nothing is left."""
    ordered = np.sort(values, axis=-1)  # NaN come last
    last = np.isfinite(ordered).sum(-1) - 1
    place = np.outer(at, last).clip(0)
    below = place.astype(int)
    above = np.minimum(below + 1, last.clip(0))
    low, high = (np.take_along_axis(ordered.T, index, axis=0) for index in (below, above))
    quantiles: np.ndarray = low + (place - below) * (high - low)
    return quantiles


def true_samples(x: np.ndarray | None, low: np.ndarray, mean: np.ndarray, high: np.ndarray) -> tuple[Band, Line]:
    """What 90 % of sets of true samples score, and their mean, each `(n,)`: the same in every panel."""
    band = Band("true samples", "real", x, low, high, opacity=0.22, end_label="true\nsamples")
    return band, Line("mean of true samples", "real", x, mean, width=1.2)


class ModesPanel(Panel):
    """A panel about modes, for data that has some."""

    measured = True

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.has_modes else f"{recipe.data} has no modes to count"


class Score(ModesPanel):
    """A metric of one member, in front of the range and the inner half of all members, upon that of true samples."""

    def chart(self, look: Look) -> Chart:
        (metric,), label = self.needs, "iteration"
        scores = look.metrics.get(metric, look.metric(metric)[:, None])
        marks: list[Band | Line | Lines] = []
        if reference := look.reference(metric):
            marks += true_samples(None, *(np.array([score]) for score in reference))
        if scores.shape[1] > 1:
            low, lower, upper, high = bands(scores, (0, 0.25, 0.75, 1))
            marks += [
                Band(SEED_BANDS[0], "generated", look.steps, low, high, opacity=0.15),
                Band(SEED_BANDS[1], "generated", look.steps, lower, upper, opacity=0.3),
                Lines("seeds", "generated", look.steps, scores, look.names, opacity=0.6, instead_of=SEED_BANDS),
            ]
            label += f"  (line: this run, band: {scores.shape[1]} seeds)"
        marks.append(curve("this run", "generated", look, look.metric(metric), width=2.2))
        return Chart(self.title, iterations(look.steps, label), self.y(look, scores), tuple(marks))

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        """The vertical axis for the scores `(T, P)`."""
        raise NotImplementedError


class Coverage(Score):
    """Modes covered."""

    title, needs = "Modes covered", ("modes-covered",)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        k = len(look.recipe.parts.data.modes)
        return Axis("", 0, 1.08 * k, ticks=tuple(sorted({0, k // 2, k})))


class Quality(Score):
    """Share of samples within 3 sigmas of a mode."""

    title, needs = "High-quality samples", ("high-quality",)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        return Axis("", 0, 1.08, ticks=(0, 0.5, 1), format="percent")


class ReverseKL(Score):
    """Reverse KL over modes, in decades: it cannot come below what chance leaves of true samples."""

    title, needs = "Reverse KL over modes", ("reverse-kl",)

    def refuses(self, recipe: Recipe) -> str | None:
        one = len(recipe.parts.data.modes) == 1
        return super().refuses(recipe) or (f"{recipe.data} has one mode" if one else None)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        low, high = grow_to_decades((1e-3, 1e1), scores)
        return Axis("", low, high, log=True, intervals=4, grows=True)


class Modes(ModesPanel):
    """Share of the samples that each mode gets, in front of what it gets of true samples."""

    title = "Share per mode"

    def chart(self, look: Look) -> Chart:
        data = look.recipe.parts.data
        k, high = len(data.modes), min(1.1, 2.2 * float(data.weights.max()))
        marks: list[Band | Line | Bars] = []
        if look.shares is not None:
            shares, mode = look.shares[:k], np.arange(1, k + 1)
            edges = np.stack([mode - 0.5, mode + 0.5], axis=-1).ravel()  # a step for each mode
            band, mean = true_samples(
                edges, *(np.repeat(s, 2) for s in reference_shares(look.recipe.data, look.measured))
            )
            marks = [band, Bars("this run", "generated", mode - HALF_BAR, mode + HALF_BAR, shares), mean]
            high = min(1.1, doubled(high, float(np.nanmax(shares, initial=0))))
        ticks = tuple(range(1, k + 1, ceil(k / 13)))
        x = Axis("mode", 0.4, 1.1 * k + 0.5, ticks=ticks, words=tuple(data.mode_names[tick - 1] for tick in ticks))
        return Chart(self.title, x, Axis("", 0, high, intervals=3, format="percent", grows=True), tuple(marks))


PANELS: dict[str, tuple[Panel, ...]] = {
    "coverage": (Coverage(),),
    "modes": (Modes(),),
    "quality": (Quality(),),
    "reverse-kl": (ReverseKL(),),
}
