"""Pins: the curves of earlier runs, which stay grey behind those of later ones."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from toygan.measure.differences import describe_differences
from toygan.recipe import Recipe
from toygan.runs.record import Record

MOST_PINS = 4  # each has a dash of its own; the oldest leaves
MOST_MEMBERS = 64  # whose curves a pin keeps
MOST_ROWS, FEWEST_ROWS = 500, 50  # of a curve
MOST_BYTES = 4 * 2**20  # of a pin, as long as there are more than the fewest rows
SAME = "same settings"


@dataclass(frozen=True, eq=False)
class Pin:
    """The curves of a run that was pinned.

    Args:
        recipe: The recipe of its first member when it was pinned.
        metrics: For each metric the iterations `(T,)` and the values `(T, P)`.
        words: How its settings differ from those of now, such as "lr_d = 0.01".
    Example:
        >>> from toygan import Population, Recipe
        >>> from toygan.panels.pins import Pin
        >>> from toygan.runs.record import Record
        >>> population, record = Population(Recipe(width=4, batch=8, lr_d=0.01)), Record()
        >>> record.add(population.snapshot(100))
        >>> pin = Pin.from_record(record, population.recipes[0])
        >>> pin.described(Recipe(width=4, batch=8)).words
        'lr_d = 0.01'
    """

    recipe: Recipe
    metrics: dict[str, tuple[np.ndarray, np.ndarray]] = field(repr=False)
    words: str = SAME

    @staticmethod
    def from_record(record: Record, recipe: Recipe, members: Sequence[int] | None = None) -> Pin:
        """Copy the curves of some members of a record, by number, or of all, thinned if they are long."""
        chosen = list(range(len(record.recipes)) if members is None else members)[:MOST_MEMBERS]
        rows = MOST_BYTES // max(1, 4 * len(chosen) * len(record.names))
        rows = min(max(rows, FEWEST_ROWS), MOST_ROWS)
        metrics = {}
        for name in record.names:
            steps, values = record.course(name)
            kept = np.unique(np.linspace(0, len(steps) - 1, min(rows, len(steps))).round().astype(int))
            metrics[name] = steps[kept], values[kept][:, chosen].astype(np.float32)
        return Pin(recipe, metrics)

    def described(self, recipe: Recipe, taken: Container[str] = ()) -> Pin:
        """Return this pin with words on how its settings differ from another recipe, other than those taken."""
        several = describe_differences([self.recipe, recipe])[0] or SAME
        words = next(w for w in _numbered(several) if w not in taken)
        return self if words == self.words else replace(self, words=words)

    def steps(self, metric: str) -> np.ndarray:
        """Return the iterations of the curves of a metric `(T,)`; none if it was not measured."""
        return self.metrics[metric][0] if metric in self.metrics else np.zeros(0)

    def values(self, metric: str) -> np.ndarray:
        """Return the curves of a metric `(T, P)`; `(0, 1)` if it was not measured."""
        return self.metrics[metric][1] if metric in self.metrics else np.zeros((0, 1))

    def curve(self, metric: str, member: int) -> np.ndarray:
        """Return the curve of one member `(T,)`, of the first if there are fewer."""
        values = self.values(metric)
        return values[:, member if member < values.shape[1] else 0]

    @property
    def nbytes(self) -> int:
        """The bytes that its curves take."""
        return sum(steps.nbytes + values.nbytes for steps, values in self.metrics.values())


class Pins:
    """The pins of a session, the oldest first: at most `MOST_PINS`."""

    def __init__(self, pins: Sequence[Pin] = ()) -> None:
        self._pins = list(pins)
        self._seen: tuple[Pin, ...] = ()

    def __len__(self) -> int:
        return len(self._pins)

    def copy(self) -> Pins:
        """Return a collection of the same pins."""
        return Pins(self._pins)

    def add(self, pin: Pin) -> None:
        """Add a pin; if there are too many, the oldest leaves."""
        self._pins = [*self._pins, pin][-MOST_PINS:]

    def remove(self) -> None:
        """Remove the newest pin, if there is one."""
        del self._pins[-1:]

    def beside(self, recipe: Recipe) -> tuple[Pin, ...]:
        """Return the pins with words on how they differ from a recipe: the same object until one of them changes."""
        words: list[str] = []
        for i, pin in enumerate(self._pins):
            self._pins[i] = pin.described(recipe, words)
            words.append(self._pins[i].words)
        if self._seen != tuple(self._pins):
            self._seen = tuple(self._pins)
        return self._seen


def unnamed(pins: Sequence[Pin]) -> tuple[Pin, ...]:
    """Return pins without words, for charts beside one whose legend names them."""
    return tuple(replace(pin, words="") for pin in pins)


def _numbered(words: str) -> Iterator[str]:
    """Return the words, and then the words with numbers from 2 on."""
    yield words
    yield from (f"{words} ({i})" for i in count(2))
