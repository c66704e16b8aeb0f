"""How often a remedy is found: failing recipes of the gallery, as people report them, and at random."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import chain, islice, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toygan.files import read, write
from toygan.measure.advice import describe_changes
from toygan.measure.intervals import share_interval
from toygan.measure.tables import Table
from toygan.measure.words import percent
from toygan.recipe import KNOBS, Recipe
from toygan.remedy import RemedySearch, judge
from toygan.remedy.budget import SEEDS
from toygan.remedy.found import HEALTHY_SHARE, is_healthy
from toygan.studies.gallery.cases import GALLERY
from toygan.studies.gallery.random import recipes
from toygan.studies.progress import Progress, Results
from toygan.sweeps.piece import one_thread
from toygan.text import format_number, load_json, round_to
from toygan.training import Population

COUNT, RANDOM_SEED = 60, 5000  # recipes that fail; the seed of the random ones
SECONDS, CORES = 60.0, 2  # that a search may take
SPENT_ASIDE = 20.0  # seconds of a core for the start of workers and the exact distances
STEPS = 2000  # of a run, if its source does not say it
TRIED, WARM = 30, 3  # iterations by which a rate is measured, after so many
TIMES = 5  # that it is measured: the fastest one counts, since others share the machine
FAILS = 0.5  # share of the seeds that may be healthy in a recipe that fails
FIRST_ADVICE, NOTHING = "first_advice.json", "nothing helped"
FIELDS = tuple(name for name in KNOBS if name != "seed")

# Recipes that people reported as failing, by a name, in this toolkit's words.
REPORTED = {
    "far-mean": "data=gaussian1d(mean=400.0,sigma=1.25)&width=32",
    "five-tanh-units": "data=gaussian1d(mean=4.0,sigma=1.25)&generator=mlp(width=5,depth=2,activation='tanh')"
    "&discriminator=mlp(width=10,depth=2,activation='sigmoid')&latent=1&batch=500&optimizer=sgd&momentum=0.9&lr_g=0.02"
    "&lr_d=0.02",
    "uniform-and-linear": "data=uniform(low=5.0,high=7.0,dim=1)&loss=wasserstein&generator=mlp(depth=0)"
    "&discriminator=mlp(width=2,depth=1,activation='tanh')&latent=1&optimizer=sgd&lr_g=0.05&lr_d=0.05",
    "one-point": "data=points(x=(1.0,))&generator=mlp(depth=0)&discriminator=mlp(width=2,depth=1,activation='tanh')"
    "&latent=1&batch=64&lr_g=0.01&lr_d=0.01",
    "weights-of-zero": "generator=mlp(init='normal',gain=1e-06)&discriminator=mlp(init='normal',gain=1e-06)",
    "a-ring-of-radius-50": "data=ring(radius=50.0,sigma=1.0)",
    "four-corners": "data=points(x=((0,0),(1,1),(0,1),(1,0)))",
    "three-values": "data=points(x=(-3.0,1.5,3.2),shares=(0.3,0.6,0.1))&loss=wasserstein"
    "&regularizers=gradient-penalty:0.1&d_steps=5&width=12&depth=3&activation=softplus&latent=1&batch=64&beta2=0.9",
    "r1-and-r2-of-10": "loss=relativistic&regularizers=r1:10,r2:10",
    "loss-of-16": "loss=probability-cross-entropy&lr_d=0.02&lr_g=0.0002",
    "normal-and-linear-d": "data=gaussian1d(mean=0.0,sigma=1.0)&generator=linear&discriminator=linear&latent=1"
    "&optimizer=sgd&lr_g=0.1&lr_d=0.1",
    "clipped-at-0.01": "loss=wasserstein&regularizers=weight-clipping(relative=False):0.01&optimizer=rmsprop"
    "&lr_g=0.0001&lr_d=0.0001&depth=3",
}


class Failing(NamedTuple):
    """A recipe that is thought to fail, and the iterations of its runs."""

    recipe: Recipe
    steps: int


LATER = ("round-noise-for-a-slanted-cloud", "above-the-range-of-tanh")  # cases that are younger than the first advice


def failing_recipes() -> dict[str, Failing]:
    """Return the recipes by name, the three sources in turns: any number of the first ones is a fair part of all."""
    known = {
        name: Failing(c.recipe, c.steps) for name, c in GALLERY.items() if "steps" not in c.remedy and name not in LATER
    }
    reported = {name: Failing(Recipe.from_string(words), STEPS) for name, words in REPORTED.items()}
    left = COUNT + COUNT // 4 - len(known) - len(reported)
    drawn = {f"random {i}": Failing(one, STEPS) for i, one in enumerate(islice(recipes(RANDOM_SEED), left))}
    turns = zip_longest(known.items(), drawn.items(), reported.items())
    return dict(pair for pair in chain.from_iterable(turns) if pair is not None)


class Outcome(NamedTuple):
    """What was found for one recipe: healthy seeds as it is, with the first advice and with the best remedies."""

    recipe: str  # a share string
    steps: int
    iterations: int  # of the search
    seconds: float  # that it took, of one core
    as_it_is: int  # healthy seeds, of SEEDS
    advice: str  # the change that the diagnosis advised first, "" for none
    advised: int  # healthy seeds with it
    remedy: str  # the best change, "" if nothing helped
    healthy: int  # healthy seeds with it

    @property
    def fails(self) -> bool:
        """True if at most half of the seeds are healthy without any change."""
        return self.as_it_is <= FAILS * SEEDS

    @property
    def found(self) -> bool:
        """True if the remedy that was found is healthy."""
        return is_healthy(np.arange(SEEDS) < self.healthy)

    @property
    def advised_rightly(self) -> bool:
        """True if the first advice of the diagnosis is healthy."""
        return is_healthy(np.arange(SEEDS) < self.advised)


class Shares(Results[Outcome]):
    """The outcomes of searches by the names of their recipes."""

    @property
    def failing(self) -> list[Outcome]:
        """The outcomes of recipes that do fail."""
        return [one for one in self.values() if one.fails][:COUNT]

    @property
    def tables(self) -> list[Table]:
        """A row for each recipe."""
        head = ["recipe", "healthy as it is", "first advice", "then", "remedy that was found", "then"]
        rows = [
            [
                name,
                str(one.as_it_is),
                one.advice or "–",
                str(one.advised),
                one.remedy or "nothing helped",
                str(one.healthy),
            ]
            for name, one in self.items()
            if one.fails
        ]
        return [Table(head, rows)]

    @property
    def summary(self) -> str:
        """Both shares, with their Wilson intervals, and how many recipes are measured."""
        failing = self.failing
        seconds = sum(one.seconds for one in failing) / max(1, len(failing))
        skipped = sum(not one.fails for one in self.values())
        healthy = f"; {skipped} more are healthy as they are" * bool(skipped)
        most = math.ceil(HEALTHY_SHARE * SEEDS)
        found = _share([one.found for one in failing])
        advised = _share([one.advised_rightly for one in failing])
        return (
            f"{len(failing)} of {COUNT} recipes measured{healthy}. Found for {found}: a remedy that is healthy by the "
            f"exact distance, in at least {most} of {SEEDS} seeds that did not choose it. The first advice of the "
            f"diagnosis, before there was a search, is one for {advised}. A search took {format_number(seconds, 2)} "
            f"seconds of a core{self.left}"
        )


def _share(happened: list[bool]) -> str:
    if not happened:
        return "none"
    low, high = share_interval(sum(happened), len(happened))
    share = sum(happened) / len(happened)
    return f"{sum(happened)} of {len(happened)} ({percent(share)} [{percent(low)}, {percent(high)}])"


def measure_remedies(
    wanted: Mapping[str, Failing], store: Path | None = None, times: int = 1, jobs: int = 0, only_held: bool = False
) -> Shares:
    """Search for a remedy of each recipe behind a progress bar; an interrupt keeps those that are finished.

    Args:
        wanted: The recipes by name.
        store: A file that keeps the outcomes; those that it holds are not measured again [default: none].
        times: The budget, as a multiple of SECONDS on CORES cores [default: 1].
        jobs: Worker processes, 0 for none [default: 0].
        only_held: True measures nothing: it returns the outcomes of the store [default: False].
    Returns:
        The outcomes, with their shares.
    """
    held = _read(store)
    advice = read_first_advice()

    def results(progress: Progress) -> Iterator[tuple[str, Outcome]]:
        for number, (name, one) in enumerate(wanted.items()):
            key = f"{name}, {times} x"
            known = held.get(key)
            if known is None or (known.recipe, known.steps) != (one.recipe.to_string(), one.steps):
                if only_held:
                    continue
                held[key] = _search(one, times, jobs)
                _write(store, held)
            if not held[key].advice and advice.get(name) and not only_held:
                held[key] = _advise(held[key], one, Recipe.from_string(advice[name] or ""), jobs)
                _write(store, held)
            progress(number + 1, len(wanted))
            yield name, held[key]

    return Shares.collect(wanted, results)


def read_first_advice() -> dict[str, str | None]:
    """Return the recipes with the first advice of the diagnosis, as share strings, None for no advice.

    It was asked after a run of each recipe at commit 3ce07c1, before there was a search.
    """
    advice: dict[str, str | None] = json.loads(
        files("toygan.studies").joinpath(FIRST_ADVICE).read_text(encoding="utf-8")
    )
    return advice


def _search(one: Failing, times: int, jobs: int) -> Outcome:
    start = time.process_time()
    iterations = count_iterations(one.recipe, times)
    search = RemedySearch(one.recipe, iterations=iterations, fields=FIELDS, steps=one.steps, jobs=jobs)
    found = search.run()
    if found.stopped is not None:
        raise KeyboardInterrupt
    best, seconds = found.best, round(time.process_time() - start, 1)
    own = int(found.healthy.sum())
    words, healthy = ("", own) if best is None else (best.words, int(best.healthy.sum()))
    return Outcome(one.recipe.to_string(), one.steps, iterations, seconds, own, "", own, words, healthy)


def _advise(outcome: Outcome, one: Failing, advised: Recipe, jobs: int) -> Outcome:
    """Return the outcome with the healthy seeds of the recipe that was advised."""
    healthy = int(judge(one.recipe, advised, one.steps, jobs).sum())
    return outcome._replace(advice=describe_changes(one.recipe, advised, "was"), advised=healthy)


def count_iterations(recipe: Recipe, times: int) -> int:
    """Return the iterations of a recipe under SEEDS seeds that the budget buys, by the time that a core takes."""
    with one_thread():
        population = Population(recipe.seeds(SEEDS))
        population.run(WARM)
        each = min(_time(population) for _ in range(TIMES))
    return max(1, int(round_to(times * (SECONDS * CORES - SPENT_ASIDE) / each, 2)))


def _time(population: Population) -> float:
    """Return the seconds of a core that an iteration takes."""
    start = time.thread_time()
    population.run(TRIED)
    return (time.thread_time() - start) / TRIED


def _read(store: Path | None) -> dict[str, Outcome]:
    """Return the outcomes in a file, none if there is no file; ValueError if it holds something else."""
    if store is None or not store.exists():
        return {}
    try:
        rows: dict[str, Any] = load_json(read(store).decode())
        return {name: Outcome(**row) for name, row in rows.items()}
    except (ValueError, TypeError, AttributeError):
        raise ValueError(f"{store}: is not a file of outcomes") from None


def _write(store: Path | None, held: Mapping[str, Outcome]) -> None:
    if store is None:
        return
    write(store, (json.dumps({name: one._asdict() for name, one in held.items()}, indent=1) + "\n").encode())
