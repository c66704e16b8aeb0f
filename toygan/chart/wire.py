"""Charts as messages to a page: words and limits as JSON when they change, arrays as raw numbers if they are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart
from toygan.chart.marks import Mark, Points, Raster, Surface
from toygan.chart.style import find_shape

Key = tuple[int, str, str]  # place of the chart, name of the mark, field


class Numbers(NamedTuple):
    """An array, flat, as bytes of a type ("f4" or "u1")."""

    type: str
    bytes: bytes


class Encoded(NamedTuple):
    """A chart as messages hold it: all but its arrays, and these by mark and field."""

    words: dict[str, Any]
    arrays: dict[tuple[str, str], Numbers]


_encoded: WeakKeyDictionary[Chart, Encoded] = WeakKeyDictionary()  # the same chart goes to a page and into a recording


def encode(chart: Chart) -> Encoded:
    """Encode a chart, once."""
    if (known := _encoded.get(chart)) is not None:
        return known
    arrays = {(mark.name, name): values for mark in chart.marks for name, values in _encode_arrays(mark).items()}
    return _encoded.setdefault(chart, Encoded(_describe(chart), arrays))


class Wire:
    """The charts that a page knows so far; a message holds only what is new.

    A message is a content for JSON, and buffers. Its "charts" are the words, limits and sizes of each chart, None if
    they are as before. Its "arrays" describe each buffer as `[chart, mark, field, type, start]`: its numbers ("f4" or
    "u1", little-endian, by rows) replace all from place `start` on. A "whole" message depends on none before it.
    """

    def __init__(self) -> None:
        self._known: list[Encoded] = []

    def forget(self) -> None:
        """Make the next message a whole one, for a page that knows nothing yet."""
        self._known = []

    def learn(self, content: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Take charts to be known that are in a whole message."""
        self._known = [Encoded(words, {}) for words in content["charts"]]
        for (i, mark, field, kind, _), buffer in zip(content["arrays"], buffers, strict=True):
            self._known[i].arrays[mark, field] = Numbers(kind, buffer)

    def message(self, charts: Sequence[Chart]) -> tuple[dict[str, Any], list[bytes]]:
        """Return what the page needs to know these charts; a chart that is the same object as before is skipped."""
        known, self._known = self._known, [encode(chart) for chart in charts]
        whole = len(known) != len(charts) or not known
        if whole:
            known = [Encoded({}, {}) for _ in charts]
        pairs = list(zip(known, self._known, strict=True))
        arrays, buffers = list[Any](), list[bytes]()
        for i, (old, new) in enumerate(pairs):
            for key, numbers in new.arrays.items() if new is not old else ():
                start = _first_new(old.arrays.get(key), numbers)
                if start is not None:
                    arrays.append([i, *key, numbers.type, start])
                    buffers.append(numbers.bytes[start * int(numbers.type[1]) :])
        words = [None if new.words == old.words else new.words for old, new in pairs]
        return {"whole": whole, "charts": words, "arrays": arrays}, buffers


def _first_new(old: Numbers | None, new: Numbers) -> int | None:
    """Return the first place of a new number, None if there is none: a curve begins with most of what it was."""
    if old == new:
        return None
    size = int(new.type[1])
    if old is None or old.type != new.type or old.bytes[:size] != new.bytes[:size]:  # as bits, since NaN equals nothing
        return 0
    before, now = (np.frombuffer(numbers.bytes, f"u{size}") for numbers in (old, new))
    both = min(len(before), len(now))
    differ = before[:both] != now[:both]
    return int(differ.argmax()) if differ.any() else both


def _encode_arrays(mark: Mark) -> dict[str, Numbers]:
    """Return the arrays by field as float32; a surface as 256 levels, or as none if a value is NaN."""
    if not isinstance(mark, Surface):
        with np.errstate(over="ignore"):  # too large for float32 is as good as infinite
            return {name: Numbers("f4", np.asarray(x, "<f4").tobytes()) for name, x in mark.arrays.items()}
    values = np.asarray(mark.values)
    levels = (255 * values.clip(0, 1)).round() if np.isfinite(values).all() else np.empty(0)
    return {"values": Numbers("u1", levels.astype("u1").tobytes())}


def _describe(chart: Chart) -> dict[str, Any]:
    """Return all of a chart except its arrays."""
    axes = {"x": _describe_axis(chart.x), "y": _describe_axis(chart.y)}
    right = None if chart.right is None else _describe_axis(chart.right)
    rest = {
        name: getattr(chart, name) for name in ("title", "aspect", "note", "legend_above", "frame", "lead", "about")
    }
    layers = [{**vars(layer), "marks": list(layer.marks)} for layer in chart.layers]
    legend = {label: [mark.name for mark in marks] for label, marks in chart.entries.items()}
    rest |= {"legend": legend, "layers": layers}
    return {**rest, **axes, "right": right, "marks": [_describe_mark(mark) for mark in chart.marks]}


@lru_cache(maxsize=64)  # most axes stay as they are, and ticks have to be worked out
def _describe_axis(axis: Axis) -> dict[str, Any]:
    words = {name: getattr(axis, name) for name in ("label", "log", "format", "role", "grid")}
    ticks = [[float(value), shown] for value, shown in axis.marked]  # JSON takes no numbers of numpy
    return {**words, "low": float(axis.low), "high": float(axis.high), "marked": ticks}


def _describe_mark(mark: Mark) -> dict[str, Any]:
    words = {
        name: list(value) if isinstance(value, tuple) else value  # as it comes back from JSON
        for name, value in vars(mark).items()
        if not isinstance(value, np.ndarray)
    }
    if isinstance(mark, Points):
        words["shape"] = find_shape(mark)
    if isinstance(mark, Raster):
        words["columns"] = np.shape(mark.values)[1]
    return {"kind": type(mark).__name__.lower(), **words}
