"""The diagnosis on faults made by hand, over all data: which verdict is given for which fault."""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from toygan.measure.diagnosis import diagnose_all
from toygan.measure.tables import Table
from toygan.measure.words import percent
from toygan.parts.distributions import DISTRIBUTIONS, Distribution
from toygan.parts.distributions.base import EXACT
from toygan.parts.metrics import live_metrics, measure
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.statistics import least_cost
from toygan.recipe import Recipe
from toygan.runs.record import Record
from toygan.studies.faults.made import FAULTS, Fault, units
from toygan.studies.gallery.report import confusion_table, describe_confusion
from toygan.studies.progress import Progress, Results
from toygan.text import format_number

SAMPLES = 500  # of each set, as in a run that plays; the exact W1 of more is expensive
WAYS = 16  # directions of projections
TRUE_SETS, QUANTILE = 100, 0.99  # of true samples behind the band that the exact W1 of a fault has to leave
UNLIKE_DATA = (
    "function(low=-10.0,high=10.0)",
    "standardised(of=function(low=-30.0,high=30.0))",
)  # columns of unlike spread
STEPS = (2000, 2100, 2200, 2300, 2400)
# The game of a run that stands still and whose D is right about 70 % of all samples: it names no fault by itself.
GAME = {
    "accuracy-real": 0.7,
    "accuracy-fake": 0.7,
    "loss-d": 1.2,
    "loss-g": 0.7,
    "generator-weight": 0.5,
    "gradient-norm-g": 0.1,
    "gradient-norm-d": 0.1,
    "drift": 0.01,
    "mode-hopping": 0.0,
}
RIGHT: dict[str, tuple[str, ...]] = {name: fault.right for name, fault in FAULTS.items()}


class Made(NamedTuple):
    """One set of samples with a fault made by hand, and the verdict on it."""

    fault: str
    size: float
    seed: int
    verdict: str

    @property
    def right(self) -> bool:
        """True if the verdict is right of the fault."""
        return self.verdict in RIGHT[self.fault]


def record_of(data: str, samples: Tensor) -> Record:
    """Return the record of runs that show the same samples `(P, n, dim)` at every measurement, in a usual game."""
    measured = measure(MetricInputs(samples, DISTRIBUTIONS.make(data)), live_metrics())
    rows = {name: np.tile(values, (len(STEPS), 1)) for name, values in measured.items()}
    rows |= {name: np.full((len(STEPS), len(samples)), value) for name, value in GAME.items()}
    record = Record.from_arrays([Recipe(data=data)] * len(samples), STEPS, rows)
    record.n = samples.shape[1]
    return record


def _distance(data: Distribution, samples: Tensor, enough: float = math.inf) -> float:
    """Compute the exact W1 distance to true samples, in the units of the diagnosis.

    It is at least that of any projection; if that is more than `enough`, it is returned, which is much cheaper. On a
    line it is that of the projection.
    """
    rng, unit = torch.Generator().manual_seed(zlib.crc32(b"true samples")), units(data)
    reference = data.sample(len(samples), rng) / unit
    ways = torch.nn.functional.normalize(torch.randn(data.dim, WAYS, generator=rng), dim=0)
    along, true = ((x @ ways).sort(0).values for x in (samples / unit, reference))
    if (least := float((along - true).abs().mean(0).max())) > enough or data.dim == 1:
        return least
    cost = torch.cdist(samples / unit, reference, compute_mode=EXACT)
    return float(least_cost(cost[None]))


def make_sets(
    data: str, seeds: Sequence[int], faults: Mapping[str, Fault], n: int, tuned_on: bool = False
) -> Iterator[tuple[str, float, int, Tensor]]:
    """Yield the sets of samples with each fault, in each size and under each seed, that the exact W1 tells from true.

    A set whose distance is within that of 99 % of true sets is left out: it has no fault that could be seen.
    """
    distribution, rng = DISTRIBUTIONS.make(data), torch.Generator().manual_seed(2**31)
    true = [_distance(distribution, distribution.sample(n, rng)) for _ in range(TRUE_SETS)]
    bound = np.quantile(true, QUANTILE)
    for name, fault in faults.items():
        for size in fault.tuned_on if tuned_on else fault.sizes:
            for seed in seeds:
                x = fault.make(distribution, n, size, torch.Generator().manual_seed(seed))
                if x is not None and (name == "none" or _distance(distribution, x, bound) > bound):
                    yield name, size, seed, x


def judge(data: str, seeds: Sequence[int], tuned_on: bool = False) -> tuple[Made, ...]:
    """Make the faults on some data, and diagnose them."""
    sets = list(make_sets(data, seeds, FAULTS, SAMPLES, tuned_on))
    found = diagnose_all(record_of(data, torch.stack([x for *_, x in sets])))
    return tuple(
        Made(name, size, seed, diagnosis.verdict) for (name, size, seed, _), diagnosis in zip(sets, found, strict=True)
    )


class MadeFaults(Results[tuple[Made, ...]]):
    """Diagnosed faults that were made by hand, by the data."""

    @property
    def confusion(self) -> dict[str, Counter[str]]:
        """The number of sets by fault and by verdict."""
        table: dict[str, Counter[str]] = {name: Counter() for name in FAULTS}
        for one in self.every:
            table[one.fault][one.verdict] += 1
        return {name: counts for name, counts in table.items() if counts}

    @property
    def every(self) -> list[Made]:
        """The sets of all data."""
        return [one for several in self.values() for one in several]

    @property
    def tables(self) -> list[Table]:
        """The confusion matrix, the sizes of each fault, and what was right and wrong on each data."""
        head = ["data", "wrong", "sets", "right"]
        by_data = Table(head, [_data_cells(data, several) for data, several in self.items()], numbers=2)
        return [confusion_table("made (rows), diagnosed (columns)", self.confusion, RIGHT), self._sizes, by_data]

    @property
    def _sizes(self) -> Table:
        rows = []
        for name, fault in FAULTS.items():
            for size in fault.sizes:
                those = [one for one in self.every if (one.fault, one.size) == (name, size)]
                if those:
                    share = percent(sum(one.right for one in those) / len(those))
                    rows.append([f"**{name}**", fault.words.format(format_number(size)), str(len(those)), share])
        return Table(["fault", "made as", "sets", "right"], rows, numbers=2)

    @property
    def summary(self) -> str:
        """The number of sets that were diagnosed correctly, and wrongly."""
        return f"{describe_confusion(self.confusion, RIGHT)}, on {SAMPLES} samples of each set{self.left}"


def _data_cells(data: str, several: Sequence[Made]) -> list[str]:
    wrong = Counter(f"{one.fault}: {one.verdict}" for one in several if not one.right)
    right = percent(1 - wrong.total() / max(len(several), 1))
    return [f"**{data}**", ", ".join(f"{name} ({n})" for name, n in wrong.most_common()), str(len(several)), right]


def measure_made(seeds: Sequence[int], data: Sequence[str] = (), tuned_on: bool = False) -> MadeFaults:
    """Make and diagnose faults on all data, or on that named, behind a progress bar; an interrupt keeps the rest.

    Args:
        seeds: The seeds, each of a set of samples.
        data: Specs of data [default: all of `DISTRIBUTIONS` that are there, and one whose columns spread unlike].
        tuned_on: True for the sizes on which the rules of the diagnosis were found [default: those of the report].
    """
    every = [name for name, row in DISTRIBUTIONS.items() if row.refuses() is None and row.asks != "path"]
    wanted = list(data) or [*every, *UNLIKE_DATA]

    def results(progress: Progress) -> Iterator[tuple[str, tuple[Made, ...]]]:
        for done, name in enumerate(wanted):
            yield name, judge(name, seeds, tuned_on)
            progress(done + 1, len(wanted))

    return MadeFaults.collect(wanted, results)
