"""Charts as JSON and one array, and back: a recording stays in this form while its run continues."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart, Layer
from toygan.chart.marks import Arrows, Band, Bars, Cells, Line, Lines, Mesh, Points, Surface, Text

MARKS = (Points, Line, Lines, Band, Bars, Surface, Cells, Arrows, Mesh, Text)
KINDS = {kind.__name__: kind for kind in (Chart, Axis, Layer, *MARKS)}
KIND, PLACE, SHAPE = "kind", "place", "shape"


def serialize(charts: Sequence[Sequence[Chart]]) -> tuple[Any, np.ndarray]:
    """Return charts, frame by frame, as JSON content, and all their numbers in one array `(n,)`."""
    arrays: list[np.ndarray] = []
    places: dict[int, int] = {}  # of arrays that several frames share
    length = 0

    def describe(value: Any) -> Any:
        nonlocal length
        if isinstance(value, np.ndarray):
            if id(value) not in places:
                places[id(value)] = length
                arrays.append(value.ravel())
                length += value.size
            return {PLACE: places[id(value)], SHAPE: value.shape}
        if type(value).__name__ in KINDS:
            named = {field.name: describe(getattr(value, field.name)) for field in dataclasses.fields(value)}
            return {KIND: type(value).__name__, **named}
        if isinstance(value, list | tuple):
            return [describe(part) for part in value]
        return value.item() if isinstance(value, np.generic) else value

    meta = describe(charts)
    return meta, np.concatenate(arrays) if arrays else np.zeros(0)


def deserialize(meta: Any, numbers: np.ndarray) -> Any:
    """Return what `serialize` took, sequences as tuples; ValueError, LookupError or TypeError for other content."""
    if isinstance(meta, list):
        return tuple(deserialize(part, numbers) for part in meta)
    if not isinstance(meta, dict):
        return meta
    if PLACE in meta:
        size = int(np.prod(meta[SHAPE], dtype=int))
        return numbers[meta[PLACE] : meta[PLACE] + size].reshape(meta[SHAPE])
    return KINDS[meta[KIND]](**{name: deserialize(value, numbers) for name, value in meta.items() if name != KIND})
