"""A film: the runs of a grid under some seeds, trained and recorded thinly, all at the same iterations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch

from toygan.explore.detail import FRAMES, POINTS, SIDE
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.shares import describe
from toygan.panels.look import Look, find_d_output
from toygan.panels.look import grid as make_grid
from toygan.parts.metrics import live_metrics
from toygan.recipe import RecipeError, check_count
from toygan.runs.fleet import Fleet
from toygan.runs.run import Run
from toygan.sweeps.grid import Grid
from toygan.sweeps.piece import MEMBERS, largest

SAMPLES = 500  # of each measurement
MOST_MEMBERS = 4096  # which train side by side
OUTSIDE = 0.02  # of an axis, beyond either end: samples farther away are not drawn
# The metrics that a page holds, of those that the data has: each of all runs at all frames.
SHOWN = (
    "sliced-w1", "modes-covered-strict", "modes-covered", "high-quality", "total-variation", "gaps", "loss-d", "loss-g",
)  # fmt: skip
FAILED = "failed"

Proceed = Callable[[int], object]  # is called with the iterations that have just been trained, of one member


@dataclass(frozen=True, eq=False)
class Film:
    """R runs, the seeds of each cell of a grid one after the other, at F iterations.

    Args:
        grid: The grid of recipes.
        seeds: Seeds of each cell.
        steps: The iterations of the frames `(F,)`.
        points: Places of POINTS generated samples as shares of the window, from the same noise in every frame
            `(F, R, n, 2)`; infinite for one far outside. Data on a line has twice as many, the second half in the
            second column. A run that has diverged keeps its last ones.
        field: D's output over the window `(F, R, SIDE, SIDE)`, from 0 to 1; on a line at SIDE * SIDE places, in order;
            NaN for data of more than two dimensions.
        metrics: Metrics `(F, R)` by name.
        words: The diagnosis of each run at its end, as texts by name.
        diverged_at: The iteration at which each run left the finite numbers, or -1 `(R,)`.
        looks: A look at the last iteration of the first seed of each cell; None if an error has ended it.
    """

    grid: Grid
    seeds: int
    steps: np.ndarray
    points: np.ndarray
    field: np.ndarray
    metrics: dict[str, np.ndarray]
    words: list[dict[str, str]]
    diverged_at: np.ndarray
    looks: list[Look | None]


def list_frames(steps: int) -> np.ndarray:
    """Return the iterations of the frames, evenly from 0 to `steps`."""
    return np.unique(np.linspace(0, steps, FRAMES).round().astype(int))


def check_grid(grid: Grid, seeds: int) -> None:
    """Raise RecipeError if a page cannot show a grid: its data are images, or its runs too many."""
    check_count("seeds", seeds, MOST_MEMBERS)
    if (count := len(grid.cells) * seeds) > MOST_MEMBERS:
        raise RecipeError("seeds", seeds, f"{count:,} runs; at most {MOST_MEMBERS:,} in one page")
    for recipe in grid.cells:
        if recipe.parts.data.picture:
            raise RecipeError("data", recipe.data, "are images, which such a page does not show")


def shoot(grid: Grid, seeds: int, steps: int, device: str = "cpu", proceed: Proceed = lambda count: None) -> Film:
    """Train all runs of a grid up to iteration `steps`, and record them.

    Runs of one shape train in one population. An error ends only the run that meets it. Raises RecipeError if the runs
    need more memory than is allowed, or if every run fails.
    """
    members = [member for cell in grid.cells for member in cell.seeds(seeds)]
    fleet = Fleet(
        members, device, steps + 1, SAMPLES, live_metrics(), None, lambda recipe: largest(recipe, MEMBERS), apart=1
    )
    for run in fleet.runs:
        run.end = steps
    at = list_frames(steps)
    frames = [_shoot_frame(fleet, int(step), proceed) for step in at]
    if not fleet.working:
        raise RecipeError("grid", list(grid.axes), f"every run failed: {next(iter(fleet.failures.values()))}")
    points = keep_last(np.stack([frame.points for frame in frames]))
    field = keep_last(np.stack([frame.field for frame in frames]))
    nothing = np.full(len(members), np.nan)
    metrics = {
        name: np.stack([frame.metrics.get(name, nothing) for frame in frames])
        for name in SHOWN
        if any(name in frame.metrics for frame in frames)
    }
    words = fleet.gather_working(_diagnose, _no_words(FAILED))
    for number, error in fleet.failures.items():
        words[number] = {**_no_words(FAILED), "cause": error}
    looks = [_look(fleet, cell * seeds) for cell in range(len(grid.cells))]
    return Film(grid, seeds, at, points, field, metrics, words, fleet.diverged_at, looks)


class Frame(NamedTuple):
    """All runs at one iteration, as `Film` describes them."""

    points: np.ndarray
    field: np.ndarray
    metrics: dict[str, np.ndarray]


def _shoot_frame(fleet: Fleet, step: int, proceed: Proceed) -> Frame:
    """Train up to an iteration; return the points, D's output and the metrics there, of every member."""
    for run in fleet.iterate(step):
        proceed(len(run.population.recipes))
    if not step:
        fleet.measure()
    points = fleet.gather_working(_place, np.full((POINTS, 2), np.nan))
    field = fleet.gather_working(_field, np.full((SIDE, SIDE), np.nan))
    names = set.intersection(*(set(run.record.names) for run in fleet.working)) if fleet.working else set()
    metrics = {name: fleet.scores(name) for name in names.intersection(SHOWN)}
    return Frame(np.stack(points).astype(np.float16), np.stack(field).astype(np.float16), metrics)


def _place(run: Run) -> np.ndarray:
    """Return some samples of every member as shares of the window `(P, n, 2)`, as `Film` holds them."""
    data = run.population.recipes[0].parts.data
    line = data.dim == 1
    drawn = run.population.generate(2 * POINTS) if line else run.look().samples[:, :POINTS, :2]
    samples = drawn.cpu().numpy().astype(np.float64)
    low, high = np.array(data.extent[:2]).T
    shares: np.ndarray = (samples - low) / (high - low)
    outside = ~((shares > -OUTSIDE) & (shares < 1 + OUTSIDE)).all(-1)
    shares[outside] = np.where(np.isfinite(samples[outside]).all(-1, keepdims=True), np.inf, np.nan)
    return shares.reshape(len(shares), 2, POINTS).swapaxes(1, 2) if line else shares


def _field(run: Run) -> np.ndarray:
    """Return D's output over the window of every member `(P, SIDE, SIDE)`, NaN for more than two dimensions."""
    probe = run.population.probe()
    if probe.data.dim > 2:
        return np.full((len(probe.recipes), SIDE, SIDE), np.nan)
    cells = make_grid(probe.data.extent, SIDE ** (3 - probe.data.dim))
    with torch.no_grad():
        output = find_d_output(probe, cells, probe.real(SAMPLES), probe.generate(SAMPLES))
    return output.reshape(len(output), SIDE, SIDE)


def keep_last(frames: np.ndarray) -> np.ndarray:
    """Return frames `(F, R, a, b)` in which a run that is no longer finite keeps its last finite frame."""
    kept = frames.copy()
    for before, now in pairwise(kept):
        lost = np.isnan(now).all((-2, -1))
        now[lost] = before[lost]
    return kept


def _look(fleet: Fleet, member: int) -> Look | None:
    """Return a look at a member at its present iteration; None if an error has ended it."""
    run, number = fleet.member(member)
    if member in fleet.failures:
        return None
    return Look.from_run(run.population, run.record, member=number, n=POINTS, metrics=())


def _diagnose(run: Run) -> list[dict[str, str]]:
    return [describe([diagnosis]) for diagnosis in diagnose_all(run.record)]


def _no_words(verdict: str) -> dict[str, str]:
    return {"verdict": verdict, "evidence": "", "cause": "", "remedy": "", "terms": ""}
