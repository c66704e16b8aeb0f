"""Charts as messages to a page: words and limits as JSON when they change, arrays as raw numbers if they are new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart
from toygan.chart.marks import Mark, Points, Raster, Surface
from toygan.chart.style import find_shape

Key = tuple[int, str, str]  # place of the chart, name of the mark, field


class Wire:
    """The charts that a page knows so far; a message holds only what is new.

    A message is a content for JSON, and buffers. Its "charts" are the words, limits and sizes of each chart, None if
    they are as before. Its "arrays" describe each buffer as `[chart, mark, field, type, start]`: its numbers ("f4" or
    "u1", little-endian, by rows) replace all from place `start` on. A "whole" message depends on none before it.
    """

    def __init__(self) -> None:
        self._charts: list[Chart | None] = []
        self._words: list[dict[str, Any]] = []
        self._arrays: dict[Key, np.ndarray] = {}

    def forget(self) -> None:
        """Make the next message a whole one, for a page that knows nothing yet."""
        self._charts, self._words, self._arrays = [], [], {}

    def learn(self, content: Mapping[str, Any], buffers: Sequence[bytes]) -> None:
        """Take charts to be known that are in a whole message."""
        self._words = list(content["charts"])
        self._charts = [None] * len(self._words)
        self._arrays = {
            (i, mark, field): np.frombuffer(buffer, f"<{kind}")
            for (i, mark, field, kind, _), buffer in zip(content["arrays"], buffers, strict=True)
        }

    def message(self, charts: Sequence[Chart]) -> tuple[dict[str, Any], list[bytes]]:
        """Return what the page needs to know these charts; a chart that is the same object as before is skipped."""
        if len(charts) != len(self._charts):
            self.forget()
        whole, old = not self._charts, self._words
        changed = [i for i, chart in enumerate(charts) if whole or chart is not self._charts[i]]
        self._charts = list(charts)
        self._words = [_describe(chart) if i in changed else old[i] for i, chart in enumerate(charts)]
        news = {
            (i, mark.name, field): values
            for i in changed
            for mark in charts[i].marks
            for field, values in _encode_arrays(mark).items()
        }
        starts = {key: _first_new(self._arrays.get(key), new) for key, new in news.items()}
        sent = {key: start for key, start in starts.items() if start is not None}
        content = {
            "whole": whole,
            "charts": [None if not whole and words == old[i] else words for i, words in enumerate(self._words)],
            "arrays": [[*key, news[key].dtype.str[1:], start] for key, start in sent.items()],
        }
        self._arrays |= news
        return content, [news[key][start:].tobytes() for key, start in sent.items()]


def _first_new(old: np.ndarray | None, new: np.ndarray) -> int | None:
    """Return the first place of a new number, None if there is none: a curve begins with most of what it was."""
    if old is None or old.dtype != new.dtype:
        return 0
    bits, both = f"u{new.itemsize}", min(len(old), len(new))  # as bits, since NaN equals nothing
    differ = old[:both].view(bits) != new[:both].view(bits)
    if differ.any():
        return int(differ.argmax())
    return both if len(old) != len(new) else None


def _encode_arrays(mark: Mark) -> dict[str, np.ndarray]:
    """Return the arrays by field, flat, as float32; a surface as 256 levels, or as none if a value is NaN."""
    if not isinstance(mark, Surface):
        with np.errstate(over="ignore"):  # too large for float32 is as good as infinite
            return {name: np.asarray(values, "<f4").ravel() for name, values in mark.arrays.items()}
    values = np.asarray(mark.values)
    levels = (255 * values.clip(0, 1)).round() if np.isfinite(values).all() else np.empty(0)
    return {"values": levels.astype("u1").ravel()}


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
