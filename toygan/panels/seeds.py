"""All seeds at once: the samples of each in a cell of one chart, and how many seeds have each verdict."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import ceil, sqrt

import numpy as np
import torch

from toygan.chart import Arrows, Axis, Band, Cells, Chart, Line, Mark, Points, Surface, Text
from toygan.chart.axis import Role
from toygan.measure.words import label, score
from toygan.panels import samples
from toygan.panels.columns import true_shares
from toygan.panels.look import Look
from toygan.panels.panel import Panel, note
from toygan.panels.samples import MOST_STRETCH, Images
from toygan.parts.distributions import Distribution
from toygan.recipe import Recipe
from toygan.runs.record import DISTANCE

ALL_SEEDS = ("seeds", "one-seed", "verdicts")  # the panels of a picture of all seeds, beside the one in focus
MOST_CELLS = 64
SORTS: dict[str, tuple[str, int]] = {"seed": ("", 1), "distance": (DISTANCE, 1), "modes covered": ("modes-covered", -1)}
"""The orders of seeds: the metric, and 1 if the least comes first or -1 if the largest does."""

HEALTHY = "healthy"
PAD, HEAD = 0.06, 0.17  # of the side of a cell, around the samples, and for the words above them
FULL = 0.94  # of the height that is left for a density, of the highest one
MANY_COLUMNS = 5  # whose cells are so small that points and words are smaller, too
BINS = 40  # of a density
REAL_POINTS = 60  # behind the samples of each seed, of data without modes
LETTERS, SHORTEST = 54, 17  # of all words in a row of cells, and of a verdict that is written into them
LEAST_ROWS = 4  # of verdicts, for bars of a usual height
BAR, WORDS_UP = (0.12, 0.5), 0.72  # the ends of a bar, and its words, as a share of a row
NONE = tuple[float, ...]()


def sorts(recipe: Recipe) -> list[str]:
    """Return what the seeds of a recipe can be sorted by."""
    return [name for name in SORTS if name != "modes covered" or recipe.parts.data.has_modes]


def order(look: Look) -> list[int]:
    """Return the numbers of the members in the order of their cells, the best first; one that diverged is last."""
    metric, sign = SORTS.get(look.sort, SORTS["seed"])
    if metric not in look.scores:
        return list(range(len(look.names)))
    values = sign * look.scores[metric]
    return [int(i) for i in np.argsort(np.where(np.isfinite(values), values, np.inf), kind="stable")]


@dataclass(frozen=True)
class Tiling:
    """Square cells in rows, the first at the upper left; cells of the last row may be left over."""

    cells: int

    @property
    def columns(self) -> int:
        """The number of columns."""
        return ceil(sqrt(self.cells))

    @property
    def rows(self) -> int:
        """The number of rows."""
        return ceil(self.cells / self.columns)

    @property
    def corners(self) -> np.ndarray:
        """The lower left corner of each cell `(cells, 2)`."""
        i = np.arange(self.cells)
        return np.stack([i % self.columns, self.rows - 1 - i // self.columns], axis=-1).astype(float)

    def place(self, shares: np.ndarray) -> np.ndarray:
        """Return places in the chart of shares `(cells, n, 2)` of the width and height of each cell's inner part."""
        inner = np.array([1 - 2 * PAD, 1 - PAD - HEAD])
        placed: np.ndarray = self.corners[:, None] + PAD * np.array([1.0, 0.5]) + inner * shares
        return placed

    def table(self, values: list[float]) -> np.ndarray:
        """Return one value a cell as a table `(rows, columns)`, the lowest row first; 0 in cells that are left over."""
        table = np.zeros(self.rows * self.columns)
        table[: self.cells] = values
        return table.reshape(self.rows, self.columns)[::-1]

    def numbers(self, values: list[int]) -> tuple[int, ...]:
        """Return one number a cell, row by row from the lowest; -1 in cells that are left over."""
        table = np.full(self.rows * self.columns, -1)
        table[: self.cells] = values
        return tuple(int(x) for x in table.reshape(self.rows, self.columns)[::-1].ravel())


class EverySeed(Panel):
    """The newest samples of each seed in a cell of its own, the true modes faint behind them."""

    about = (
        "Each cell holds the samples of one seed (orange) in front of the data (blue), tinted if the seed is healthy. "
        "If seeds look alike the recipe decides what happens, and if they differ chance does."
    )
    title, asks = "All seeds", ("each", "verdicts")

    def chart(self, look: Look) -> Chart:
        if not len(look.each):
            return note(self.title, "nothing to show: the look holds the samples of one seed")
        members = order(look)[:MOST_CELLS]
        grid = Tiling(len(members))
        marks: list[Mark] = [self._cells(look, grid, members), *_samples(look, grid, look.each[members])]
        marks.sort(key=lambda mark: not isinstance(mark, Surface))  # it covers what is behind it
        x, y = Axis("", 0, grid.columns, ticks=NONE), Axis("", 0, grid.rows, ticks=NONE)
        left = len(look.names) - len(members)
        sort = f", by {look.sort}" if look.sort != "seed" else ""
        title = (f"{len(members)} of {len(look.names):,} seeds" if left else self.title) + sort
        return Chart(title, x, y, (*marks, self._heads(look, grid, members)), aspect=1)

    def _cells(self, look: Look, grid: Tiling, members: list[int]) -> Cells:
        """Return the cells, tinted if the seed is healthy, with the name of each."""
        numbers = grid.numbers(members)
        healthy = grid.table([float(_verdict(look, i) == HEALTHY) for i in members])
        names = tuple(_describe(look, i) if i >= 0 else "" for i in numbers)
        chosen = numbers.index(look.member) if look.member in members else -1
        return Cells("cells", "real", healthy, names, opacity=0.16, chosen=chosen, numbers=numbers)

    def _heads(self, look: Look, grid: Tiling, members: list[int]) -> Text:
        """Return the seed of each cell above its samples, with the verdict if there is room for it."""
        room = LETTERS // grid.columns
        words = tuple(_head(look, i, room) for i in members)
        x, y = grid.corners.T + np.array([[PAD / 2], [1 - HEAD / 2]])
        return Text("seeds", "muted", words, x, y, anchor="left", size=6.5 if grid.columns >= MANY_COLUMNS else 7.5)


class OneSeed(Panel):
    """The samples of the seed in focus, without a legend: it stands beside all seeds."""

    about = (
        "The samples and the discriminator output of the seed in focus. "
        "A click on another cell, or arrow keys and Enter, takes its seed into focus."
    )
    title, asks = "Seed in focus", ("verdicts",)

    def chart(self, look: Look) -> Chart:
        panel = next(panel for panel in samples.PANELS["samples"] if panel.refuses(look.recipe) is None)
        chart = panel.chart(look)
        marks = tuple(
            replace(mark, label="", key=0.0) if isinstance(mark, Arrows) else _unlabelled(mark) for mark in chart.marks
        )
        title = _describe(look, look.member).partition("\n")[0].capitalize() if len(look.names) > 1 else self.title
        return replace(chart, title=title, marks=marks, legend=(), layers=(), note="")


class Verdicts(Panel):
    """The number of seeds that have each verdict, as bars."""

    about = (
        "The number of seeds with each diagnosis, as last measured. "
        "One seed proves little, so judge a recipe by how many of its seeds are healthy."
    )
    title, asks = "Verdicts", ("verdicts",)
    measured = True

    def chart(self, look: Look) -> Chart:
        counts = Counter(look.verdicts).most_common()
        if not counts:
            return note(self.title, "nothing to show: nothing was measured yet")
        seeds, rows = len(look.names), max(LEAST_ROWS, len(counts))
        base = rows - 1 - np.arange(len(counts))
        marks: list[Mark] = []
        roles: tuple[tuple[Role, bool], ...] = (("real", True), ("generated", False))
        for role, good in roles:
            of_role = [i for i, (verdict, _) in enumerate(counts) if (verdict == HEALTHY) == good]
            x = [[0, counts[i][1], np.nan] for i in of_role]
            low, high = (np.repeat(base[of_role] + up, 3) for up in BAR)
            marks.append(Band("healthy" if good else "others", role, np.ravel(x), low, high, opacity=0.6))
        words = tuple(f"{verdict} {n}" for verdict, n in counts)
        marks.append(Text("names", "ink", words, np.zeros(len(words)), base + WORDS_UP, anchor="left", size=9.5))
        title = f"{self.title} on {seeds:,} seeds" if seeds > 1 else self.title
        return Chart(title, Axis("", 0, seeds, ticks=NONE), Axis("", 0, rows, ticks=NONE), tuple(marks), frame=False)


def _unlabelled(mark: Mark) -> Mark:
    if isinstance(mark, Arrows):
        return replace(mark, label="", key=0.0)
    return replace(mark, label="") if mark.label else mark


def _verdict(look: Look, member: int) -> str:
    return look.verdicts[member] if look.verdicts else ""


def _describe(look: Look, member: int) -> str:
    """Return the name of a cell: its seed and verdict, and below them its scores."""
    verdict = _verdict(look, member)
    first = f"{look.names[member]}: {verdict}" if verdict else look.names[member]
    known = [metric for metric, _ in SORTS.values() if metric in look.scores]
    scores = [f"{label(metric)} {score(metric, look.scores[metric][member])}" for metric in known]
    return "\n".join([first, *scores])


def _head(look: Look, member: int, letters: int) -> str:
    number, verdict = look.names[member].removeprefix("seed "), _verdict(look, member)
    words = f"{number}: {verdict}" if verdict and letters >= SHORTEST else number
    return words if len(words) <= letters else f"{words[: letters - 1].rstrip()}…"


def _samples(look: Look, grid: Tiling, x: np.ndarray) -> list[Mark]:
    """Return marks for the samples `(cells, n, dim)` of each cell, and for the data behind them."""
    data = look.recipe.parts.data
    if data.picture:
        return [_pictures(grid, x, data.picture)]
    return _densities(data, grid, x) if data.dim == 1 else _points(look, grid, x)


def _points(look: Look, grid: Tiling, x: np.ndarray) -> list[Mark]:
    """Return the samples along the first two axes, in front of the modes, or else of real samples."""
    data = look.recipe.parts.data
    low, high = np.array(data.extent[:2]).T
    size = high - low
    if size.max() < MOST_STRETCH * size.min():  # else columns of a table in other units: each has all of its axis
        size = np.full(2, size.max())
    truth = data.modes.double().numpy() if len(data.modes) else look.real[:REAL_POINTS]

    def place(samples: np.ndarray) -> np.ndarray:
        with np.errstate(invalid="ignore", over="ignore"):  # of a seed that diverged
            shares = (samples[..., :2] - (low + high) / 2) / size + 0.5
            shares = np.where(((shares >= 0) & (shares <= 1)).all(-1, keepdims=True), shares, np.nan)
        return grid.place(shares).reshape(-1, 2).T

    small = grid.columns >= MANY_COLUMNS
    size_of_real = (3.5 if small else 6) if len(data.modes) else 2.5
    every = np.broadcast_to(truth, (grid.cells, *truth.shape))
    return [
        Points("real", "real", *place(every), size=size_of_real, opacity=0.5, label="real"),
        Points("generated", "generated", *place(x), size=2.5 if small else 3.5, label="generated"),
    ]


def _densities(data: Distribution, grid: Tiling, x: np.ndarray) -> list[Mark]:
    """Return the share of the samples in each bin of a line, in front of that of the data."""
    ((low, high),) = data.extent
    edges, real = np.linspace(low, high, BINS + 1), true_shares(data, BINS)[0]
    if data.has_density:
        middles = torch.from_numpy((edges[1:] + edges[:-1]) / 2)
        real = data.log_prob(middles[:, None]).exp().numpy() * np.diff(edges)
    shares = np.stack([np.histogram(one[np.isfinite(one)], edges)[0] / len(one) for one in x[..., 0]])
    unit = FULL / max(1.25 * float(real.max()), 1e-9)
    steps = np.repeat(np.linspace(0, 1, BINS + 1), 2)[1:-1]

    def outline(heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the steps of heights `(cells, bins)`, with a gap after each cell."""
        up = np.minimum(unit * np.repeat(heights, 2, axis=-1), 1)
        placed = grid.place(np.stack([np.broadcast_to(steps, up.shape), up], axis=-1))
        x, y = np.pad(placed, ((0, 0), (0, 1), (0, 0)), constant_values=np.nan).reshape(-1, 2).T
        return x, y

    at, top = outline(shares)
    base = outline(np.zeros_like(shares))[1]
    return [
        Band("generated", "generated", at, base, top, opacity=0.6, label="generated"),
        Line("real", "real", *outline(np.broadcast_to(real, shares.shape)), width=1.4, label="real"),
    ]


class _Tile(Images):
    """The first images of a seed."""

    rows, columns = 2, 2


def _pictures(grid: Tiling, x: np.ndarray, size: tuple[int, int]) -> Surface:
    """Return some generated images of each cell."""
    tiles = [_Tile().mosaic(one, size) for one in x]
    height, width = tiles[0].shape
    side = ceil(max(height / (1 - PAD - HEAD), width / (1 - 2 * PAD)))
    values = np.full((grid.rows * side, grid.columns * side), 0.5)
    for tile, (column, row) in zip(tiles, grid.corners.astype(int), strict=True):
        bottom, left = row * side + round(side * PAD / 2), column * side + (side - width) // 2
        values[bottom : bottom + height, left : left + width] -= 0.5 * tile
    return Surface("images", "ink", values)


PANELS: dict[str, tuple[Panel, ...]] = {"seeds": (EverySeed(),), "one-seed": (OneSeed(),), "verdicts": (Verdicts(),)}
