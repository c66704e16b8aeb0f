"""Mode coverage: scores over the iterations, and the share of the samples at each mode."""

from __future__ import annotations

from math import ceil

import numpy as np

from toygan.chart import Axis, Band, Bars, Chart, Line
from toygan.chart.limits import double_to, grow_to_decades
from toygan.measure import words
from toygan.panels.look import Look
from toygan.panels.panel import Panel
from toygan.panels.score import Score, true_samples
from toygan.parts.metrics.reference import reference_shares
from toygan.recipe import Recipe

HALF_BAR = 0.38  # half of a bar's width, its mode's number in the middle


class ModesPanel(Panel):
    """A panel about modes, for data with modes."""

    def refuses(self, recipe: Recipe) -> str | None:
        return None if recipe.parts.data.has_modes else f"{recipe.data} has no modes to count"


class Coverage(ModesPanel, Score):
    """Modes covered."""

    about = (
        "The number of modes, or clusters, that G reaches with at least one good sample. "
        "A line far below the blue band of true samples is mode collapse."
    )
    title, needs = words.title("modes-covered"), ("modes-covered",)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        k = len(look.recipe.parts.data.modes)
        return Axis("", 0, 1.08 * k, ticks=tuple(sorted({0, k // 2, k})))


class Quality(ModesPanel, Score):
    """Share of samples within 3 sigmas of a mode."""

    about = (
        "The share of generated samples that lie within three standard deviations of a mode. "
        "The blue band shows what true samples score."
    )
    title, needs = words.title("high-quality"), ("high-quality",)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        return Axis("", 0, 1.08, ticks=(0, 0.5, 1), format="percent")


class ReverseKL(ModesPanel, Score):
    """Reverse KL over modes, on a log scale; sampling error keeps it above 0 even for true samples."""

    about = (
        "How unevenly G shares its samples among the modes it reaches: 0 if the shares are right. "
        "It rises if G visits some modes far more often than the data does."
    )
    title, needs = words.title("reverse-kl"), ("reverse-kl",)

    def refuses(self, recipe: Recipe) -> str | None:
        one = len(recipe.parts.data.modes) == 1
        return super().refuses(recipe) or (f"{recipe.data} has one mode" if one else None)

    def y(self, look: Look, scores: np.ndarray) -> Axis:
        low, high = grow_to_decades((1e-3, 1e1), scores)
        return Axis("", low, high, log=True, intervals=4, grows=True)


class Modes(ModesPanel):
    """Share of the samples at each mode, of those that are drawn, in front of its share of as many true samples."""

    about = (
        "The share of the generated samples at each mode; the blue band is what true samples of this number vary by. "
        "A bar of 0 is a mode that G has lost."
    )
    title = "Share per mode"

    def chart(self, look: Look) -> Chart:
        data = look.recipe.parts.data
        k, high = len(data.modes), min(1.1, 2.2 * float(data.weights.max()))
        marks: list[Band | Line | Bars] = []
        if look.shares is not None:
            shares, mode = look.shares[:k], np.arange(1, k + 1)
            edges = np.stack([mode - 0.5, mode + 0.5], axis=-1).ravel()  # a step for each mode
            band, mean = true_samples(
                edges, *(np.repeat(s, 2) for s in reference_shares(look.recipe.distribution, len(look.generated)))
            )
            marks = [band, Bars("this run", "generated", mode - HALF_BAR, mode + HALF_BAR, shares), mean]
            high = min(1.1, double_to(high, float(np.nanmax(shares, initial=0))))
        ticks = tuple(range(1, k + 1, ceil(k / 13)))
        x = Axis("mode", 0.4, 1.1 * k + 0.5, ticks=ticks, words=tuple(data.mode_names[tick - 1] for tick in ticks))
        return Chart(self.title, x, Axis("", 0, high, intervals=3, format="percent", grows=True), tuple(marks))


PANELS: dict[str, tuple[Panel, ...]] = {
    "coverage": (Coverage(),),
    "modes": (Modes(),),
    "quality": (Quality(),),
    "reverse-kl": (ReverseKL(),),
}
