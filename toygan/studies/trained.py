"""Recipes trained under the same seeds: what was measured of each, and a look at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import ceil

import numpy as np

from toygan.measure.differences import describe_differences
from toygan.panels.look import Look, Measurement
from toygan.panels.sides import LETTERS, Side, SideCharts, choose_side_panels
from toygan.recipe import Recipe, RecipeError
from toygan.runs.fleet import Fleet
from toygan.runs.record import SAMPLES, Record
from toygan.sweeps.piece import one_thread

MOST_LOOKS = 60  # at the runs on their way, of those that are asked for


@dataclass(frozen=True, eq=False)
class Trained:
    """Two to four recipes that were trained under the same seeds.

    Args:
        recipes: The recipes, each under its first seed.
        panels: The panels that show what was measured.
        steps: Iterations of each run so far.
        records: What was measured of each recipe.
        failures: The errors that have ended its runs, seed by seed, "" for none.
        sides: A look at one seed of each recipe at the end; without those of which every seed has failed.
    """

    recipes: tuple[Recipe, ...]
    panels: tuple[str, ...]
    steps: int
    records: tuple[Record, ...]
    failures: tuple[list[str], ...]
    sides: tuple[Side, ...]


def choose_panels(recipe: Recipe, metric: str) -> tuple[str, ...]:
    """Return the panels of recipes side by side, and one for the metric if none of them shows it."""
    usual = choose_side_panels(recipe)
    return usual if metric in SideCharts(usual).needs else (*usual, metric)


def train_sides(
    recipes: Sequence[Recipe], metric: str, seeds: int, steps: int, every: int, device: str = "cpu",
    seen: Callable[[Trained], None] | None = None,
) -> Trained:  # fmt: skip
    """Train recipes under several seeds, one population each, as a claim does; RecipeError if one has no metric.

    `seen` is called with the runs so far, at up to 60 of the iterations at which they are measured.
    """
    from tqdm.auto import tqdm

    panels = choose_panels(recipes[0], metric)
    metrics = sorted({metric} | SideCharts(panels).needs)
    several = [seed for recipe in recipes for seed in recipe.seeds(seeds)]
    fleet = Fleet(several, device, every, metrics=metrics, limit=None, most=lambda _: seeds, apart=1)
    with one_thread(), tqdm(total=steps, unit=" iterations", unit_scale=True, leave=False, disable=None) as bar:
        fleet.measure()
        for run in fleet.working:
            if metric not in run.record.names:
                raise RecipeError("metric", metric, f"does not apply to the data {run.record.recipes[0].data}")
        for stop in _list_stops(steps, every) if seen else [steps]:
            for _ in fleet.iterate(stop):
                bar.update(fleet.steps - bar.n)
            if seen:
                seen(_take(fleet, recipes, panels, stop))
        return _take(fleet, recipes, panels, steps)


def _list_stops(steps: int, every: int) -> Iterator[int]:
    """Yield iterations at which runs are measured, the first and the last of them and some between."""
    yield from range(0, steps, every * max(1, ceil(steps / every / MOST_LOOKS)))
    yield steps


def _take(fleet: Fleet, recipes: Sequence[Recipe], panels: tuple[str, ...], steps: int) -> Trained:
    """Return what was measured of the members of a fleet, equally many of each recipe."""
    seeds = len(fleet.recipes) // len(recipes)
    members = [range(i * seeds, (i + 1) * seeds) for i in range(len(recipes))]
    records = tuple(_join_record(fleet, one) for one in members)
    failures = tuple([fleet.failures.get(member, "") for member in one] for one in members)
    return Trained(tuple(recipes), panels, steps, records, failures, _look(fleet, recipes, records, failures))


def _join_record(fleet: Fleet, members: Iterable[int]) -> Record:
    """Return the record of some members of a fleet, in which those that failed have no number."""
    numbers = list(members)
    working = [fleet.member(member)[0].record for member in numbers if member not in fleet.failures]
    steps = working[0].steps if working else np.zeros(1, dtype=np.int64)
    names = working[0].names if working else []
    empty = np.full(len(steps), np.nan)
    placed = [fleet.member(member) for member in numbers]
    recipes = [run.population.recipes[at] for run, at in placed]
    gone = [member in fleet.failures for member in numbers]
    columns = {
        name: np.stack(
            [empty if lost else run.record.metric(name)[:, at] for lost, (run, at) in zip(gone, placed, strict=True)], 1
        )
        for name in names
    }
    ends = [-1 if lost else int(run.record.diverged_at[at]) for lost, (run, at) in zip(gone, placed, strict=True)]
    return Record.from_arrays(recipes, steps, columns, ends)


def _look(
    fleet: Fleet, recipes: Sequence[Recipe], records: Sequence[Record], failures: Sequence[Sequence[str]]
) -> tuple[Side, ...]:
    """Return the sides, all at the first seed that no recipe has lost if there is one."""
    lost = np.array([[error != "" for error in errors] for errors in failures])
    gone = lost | np.array([record.diverged_at >= 0 for record in records])
    seeds, shown = lost.shape[1], int((~gone.any(0)).argmax())
    sides = []
    heads = describe_differences(recipes) if len(recipes) == 2 else [""] * len(recipes)  # more have no room for words
    for i, words in enumerate(heads):
        at = shown if not lost[i, shown] else int((~lost[i]).argmax())
        if lost[i, at]:
            continue
        run, number = fleet.member(i * seeds + at)
        look = Look.from_run(run.population, run.record, None, number, None, ())
        names = tuple(f"seed {recipe.seed}" for recipe in records[i].recipes)
        whole = replace(look, member=at, names=names, measurement=_measurement(records[i]))
        sides.append(Side(LETTERS[i], words, whole))
    return tuple(sides)


def _measurement(record: Record) -> Measurement:
    metrics = {name: record.metric(name) for name in record.names}
    newest = {name: values[-1] for name, values in metrics.items()}
    return Measurement(SAMPLES, record.steps.copy(), metrics, newest, record.best_at.copy())
