"""Messages of the wire as charts again, so that a recording can be painted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import numpy as np

from toygan.chart.axis import Axis
from toygan.chart.chart import Chart, Layer
from toygan.chart.marks import Arrows, Band, Bars, Cells, Line, Lines, Mark, Mesh, Points, Raster, Surface, Text

MARKS: dict[str, type[Mark]] = {
    kind.__name__.lower(): kind for kind in (Points, Line, Lines, Band, Bars, Surface, Cells, Arrows, Mesh, Text)
}


def read_chart(words: Mapping[str, Any], arrays: Mapping[tuple[str, str], np.ndarray]) -> Chart:
    """Return a chart from its words and its flat arrays by mark and field, as the wire sends them."""
    marks = [
        _read_mark(mark, {field: x for (name, field), x in arrays.items() if name == mark["name"]})
        for mark in words["marks"]
    ]
    same = ("title", "aspect", "note", "legend_above", "frame", "about", "lead")
    return Chart(
        x=_read_axis(words["x"]),
        y=_read_axis(words["y"]),
        right=None if words["right"] is None else _read_axis(words["right"]),
        marks=tuple(marks),
        legend=tuple(words["legend"]),
        layers=tuple(Layer(**{**layer, "marks": tuple(layer["marks"])}) for layer in words["layers"]),
        **{name: words[name] for name in same},
    )


def _read_axis(words: Mapping[str, Any]) -> Axis:
    same = ("label", "low", "high", "log", "format", "role", "grid")
    ticks, shown = zip(*words["marked"], strict=True) if words["marked"] else ((), ())
    return Axis(**{name: words[name] for name in same}, ticks=ticks, words=shown)


def _read_mark(words: Mapping[str, Any], arrays: dict[str, np.ndarray]) -> Mark:
    kind = MARKS[words["kind"]]
    known = {f.name for f in fields(kind)}
    how = {name: _freeze(value) for name, value in words.items() if name in known}
    if issubclass(kind, Raster):
        values = arrays["values"] / 255 if kind is Surface else arrays["values"]
        arrays = {"values": values.reshape(-1, words["columns"])}
    if kind is Lines:
        arrays = {**arrays, "y": arrays["y"].reshape(len(arrays["x"]), -1)}
    if kind is Text:
        arrays = {**arrays, **{n: x.reshape(-1, 2) for n, x in arrays.items() if n == "offset"}}
    return kind(**{**how, **arrays})


def _freeze(value: Any) -> Any:
    return tuple(map(_freeze, value)) if isinstance(value, list) else value
