"""Several recipes side by side: the samples of each, and each measured number of all of them in one chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from toygan.chart import Arrows, Axis, Band, Chart, Line, Mark, Surface, Text
from toygan.chart.axis import Role, shorten
from toygan.chart.limits import keep_axes
from toygan.chart.marks import Dash
from toygan.panels import PANELS
from toygan.panels.charts import Charts
from toygan.panels.curves import pinned_line, whole_course
from toygan.panels.look import Look, Measurement
from toygan.panels.panel import note
from toygan.panels.pins import unnamed
from toygan.panels.score import Named, Score, bands, true_samples
from toygan.recipe import Recipe

LETTERS = "ABCD"
STYLES: tuple[tuple[Role, Dash], ...] = (
    ("generated", ""),
    ("second", "dashed"),
    ("third", "dotted"),
    ("ink", "dashdot"),
)
LOSSES = (Named("loss-d"), Named("loss-g"))  # in place of one chart with both
TITLE_LETTERS = 100  # of the titles of all sides
WITH_MODES = ("samples", "losses", "coverage", "sliced-w1")
WITHOUT_MODES = ("samples", "losses", "gaps", "sliced-w1")


@dataclass(frozen=True, eq=False)
class Side:
    """One of the recipes: its letter, how it differs in words, and a look at one of its members."""

    letter: str
    words: str
    look: Look


def choose_side_panels(recipe: Recipe) -> tuple[str, ...]:
    """Return the panels for recipes side by side that the data of the first can fill."""
    return WITH_MODES if recipe.parts.data.has_modes else WITHOUT_MODES


def select_members(look: Look, members: Sequence[int], before: Look | None = None) -> Look:
    """Return a look with the measurements of some members only, by number; the member of the look is among them.

    The measurement of an earlier look is shared if there is no newer one.
    """
    chosen, whole = list(members), look.measurement
    if before is not None and _stems_from(before.measurement, whole):
        measurement = before.measurement
    else:
        metrics = {name: values[:, chosen] for name, values in whole.metrics.items()}
        scores = {name: values[chosen] for name, values in whole.scores.items()}
        best_at = whole.best_at[chosen] if len(whole.best_at) else whole.best_at
        verdicts = tuple(whole.verdicts[i] for i in chosen) if whole.verdicts else ()
        measurement = PartOfMeasurement(whole.n, whole.steps, metrics, scores, best_at, verdicts, whole=whole)
    names = tuple(look.names[i] for i in chosen)
    each = look.each[chosen] if len(look.each) else look.each
    return replace(look, member=chosen.index(look.member), names=names, measurement=measurement, each=each)


@dataclass(frozen=True, eq=False)
class PartOfMeasurement(Measurement):
    """The measurements of some of the members of another measurement."""

    whole: Measurement = field(kw_only=True)


def _stems_from(part: Measurement, whole: Measurement) -> bool:
    return isinstance(part, PartOfMeasurement) and part.whole is whole


class SideCharts:
    """Panels by name, of one to four sides, look by look: a chart of each side for what is drawn, one for a number.

    `needs` are the metrics that the panels show, `asks` the fields of a look that only some show. Raises
    ValueError for an unknown panel, or if none is given.
    """

    def __init__(self, panels: Sequence[str]) -> None:
        kinds = PANELS.select(panels)
        if not panels:
            raise ValueError(f"panels: none; choose from {', '.join(PANELS)}")
        self._drawn = [name for name, kind in kinds.items() if not _scores_of(name, kind)]
        self._scores = [score for name, kind in kinds.items() for score in _scores_of(name, kind)]
        self.needs = {name for score in self._scores for name in score.needs}
        self.needs |= {metric for name in self._drawn for panel in kinds[name] for metric in panel.needs}
        self.asks = {field for name in self._drawn for panel in kinds[name] for field in panel.asks}
        self._sides: list[Charts] = []
        self._key: object = None
        self._step = -1
        self._compared: list[Chart] = []

    def update(self, sides: Sequence[Side]) -> list[Chart]:
        """Return the charts of new looks; those of measurements stay the same objects until there are new ones."""
        if len(sides) != len(self._sides):
            self._sides, self._key = [Charts(self._drawn) if self._drawn else Charts(["samples"]) for _ in sides], None
        drawn = [self._draw(charts, side) for charts, side in zip(self._sides, sides, strict=True)]
        leading = [chart for several in zip(*drawn, strict=True) for chart in several]
        return [*leading, *self._compare(sides)]

    def _draw(self, charts: Charts, side: Side) -> list[Chart]:
        if not self._drawn:  # nothing but numbers, which have one chart for all sides
            return []
        found = charts.update(side.look)
        words = shorten(side.words, TITLE_LETTERS // len(self._sides))
        title = f"{side.letter} · {words}" if words else side.letter
        heads = [title, *(f"{side.letter} · {chart.title}" for chart in found[1:])]
        brief = [tuple(_shorten_words(mark) for mark in chart.marks) for chart in found]
        return [
            replace(chart, title=head, marks=marks, lead=True)
            for chart, head, marks in zip(found, heads, brief, strict=True)
        ]

    def _compare(self, sides: Sequence[Side]) -> list[Chart]:
        key = [(side.look.measurement, side.look.diverged_at, side.look.pins) for side in sides]
        if key == self._key:
            return self._compared
        plain = [replace(side, look=replace(side.look, pins=unnamed(side.look.pins))) for side in sides]
        charts = [compare_sides(score, plain if i else sides) for i, score in enumerate(self._scores)]
        step = sides[0].look.step
        if self._key is not None and step >= self._step:
            charts = [keep_axes(old, new) for old, new in zip(self._compared, charts, strict=True)]
        self._key, self._step, self._compared = key, step, charts
        return charts


def _shorten_words(mark: Mark) -> Mark:
    """Return a mark whose words have room beside those of other sides."""
    if isinstance(mark, Surface):
        return replace(mark, unit="")
    if isinstance(mark, Text) and mark.name == "remark":
        return replace(mark, words=tuple(words.replace(" of generated samples", "") for words in mark.words))
    return replace(mark, label="where G's loss pushes") if isinstance(mark, Arrows) and mark.label else mark


def _scores_of(name: str, kind: Sequence[object]) -> list[Score]:
    """Return the numbers that a panel shows over the iterations, if it shows only these."""
    if name == "losses":
        return list(LOSSES)
    return [panel for panel in kind if isinstance(panel, Score)][:1]


def compare_sides(score: Score, sides: Sequence[Side]) -> Chart:
    """Return the chart of a metric: for each side the mean of its seeds, and the band of their inner half."""
    looks = [side.look for side in sides]
    shown = [score.shows(look) for look in looks]
    lacks = [name for name, look in zip(shown, looks, strict=True) if look.measured and name not in look.metrics]
    if (reason := score.refuses(looks[0].recipe)) or lacks:
        return note(score.title, f"nothing to show: {reason or f'{lacks[0]} is not measured here'}")
    marks: list[Mark] = []
    if reference := looks[0].reference(shown[0]):
        marks += true_samples(None, *(np.array([value]) for value in reference))
    curves = [look.metrics.get(name, np.zeros((0, len(look.names)))) for name, look in zip(shown, looks, strict=True)]
    styles = [STYLES[LETTERS.index(side.letter)] for side in sides]
    for side, values, (role, _) in zip(sides, curves, styles, strict=True):
        if values.shape[1] > 1:
            low, high = bands(values, (0.25, 0.75))
            marks.append(Band(f"half of {side.letter}", role, side.look.steps, low, high, opacity=0.18))
    behind = [
        pinned_line(pin, i, shown[0], _mean(pin.values(shown[0]))) for i, pin in enumerate(looks[0].pins)
    ]  # fmt: skip
    marks += behind
    for side, values, (role, dash) in zip(sides, curves, styles, strict=True):
        end = side.letter if len(values) and np.isfinite(values[-1]).any() else ""
        mean = _mean(values)
        marks.append(Line(side.letter, role, side.look.steps, mean, width=2.2, dash=dash, end_label=end))
    longest = max(looks, key=lambda look: len(look.steps))
    across = whole_course(replace(longest, pins=looks[0].pins), shown[0])
    up = _axis(score, looks[0], [*curves, *(line.y for line in behind)])
    return Chart(score.title_of(looks[0]), across, up, tuple(marks), about=score.about)


def _axis(score: Score, look: Look, curves: Sequence[np.ndarray]) -> Axis:
    return score.y(look, np.concatenate([values.ravel() for values in curves])[:, None])


def _mean(values: np.ndarray) -> np.ndarray:
    """Return the mean `(T,)` over members `(T, S)` that are finite; NaN if none is."""
    known = np.isfinite(values)
    mean: np.ndarray = np.where(known, values, 0).sum(-1) / np.where(known.any(-1), known.sum(-1), np.nan)
    return mean
