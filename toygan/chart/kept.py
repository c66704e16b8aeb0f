"""Charts as JSON and one array, and back: how a recording is kept while its run goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart
from toygan.chart.marks import Arrows, Band, Bars, Cells, Line, Lines, Points, Surface, Text

KINDS = {kind.__name__: kind for kind in (Chart, Axis, Points, Line, Lines, Band, Bars, Surface, Cells, Arrows, Text)}
KIND, PLACE, SHAPE = "kind", "place", "shape"


def kept(charts: Sequence[Sequence[Chart]]) -> tuple[Any, np.ndarray]:
    """Charts, frame by frame, as what JSON can hold, and all their numbers in one array `(n,)`."""
    arrays: list[np.ndarray] = []
    places: dict[int, int] = {}  # of arrays that several frames share
    length = 0

    def words(value: Any) -> Any:
        nonlocal length
        if isinstance(value, np.ndarray):
            if id(value) not in places:
                places[id(value)] = length
                arrays.append(value.ravel())
                length += value.size
            return {PLACE: places[id(value)], SHAPE: value.shape}
        if type(value).__name__ in KINDS:
            named = {field.name: words(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {KIND: type(value).__name__, **named}
        if isinstance(value, list | tuple):
            return [words(part) for part in value]
        return value.item() if isinstance(value, np.generic) else value

    told = words(charts)
    return told, np.concatenate(arrays) if arrays else np.zeros(0)


def restored(told: Any, numbers: np.ndarray) -> Any:
    """What `kept` kept, sequences as tuples; ValueError, LookupError or TypeError where that was something else."""
    if isinstance(told, list):
        return tuple(restored(part, numbers) for part in told)
    if not isinstance(told, dict):
        return told
    if PLACE in told:
        size = int(np.prod(told[SHAPE], dtype=int))
        return numbers[told[PLACE] : told[PLACE] + size].reshape(told[SHAPE])
    return KINDS[told[KIND]](**{name: restored(value, numbers) for name, value in told.items() if name != KIND})
