"""One mark of each kind, with a point of it and its opacity there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from toygan.chart import Arrows, Axis, Band, Bars, Cells, Chart, Line, Lines, Mark, Mesh, Points, Text
from toygan.chart.marks import Raster
from toygan.chart.style import STYLE, rgb

KINDS = {kind for kind in (*Mark.__subclasses__(), *Raster.__subclasses__()) if kind is not Raster}


def chart(*marks: Mark, **how: object) -> Chart:
    return replace(Chart("C", Axis("", 0, 10), Axis("", 0, 10), marks), **how)


def over(colour: str, paper: str, opacity: float) -> np.ndarray:
    return opacity * rgb(colour) + (1 - opacity) * rgb(paper)


def one(value: float) -> np.ndarray:
    return np.array([value])


TEN = np.array([0.0, 10.0])


MARKS: dict[str, tuple[Mark, tuple[float, float], float]] = {  # a mark, a point of it, its opacity there
    "points": (Points("m", "real", one(3), one(7), size=12), (3, 7), 1),
    "triangle": (Points("m", "generated", one(3), one(7), size=12), (3, 7), 1),
    "line": (Line("m", "discriminator", TEN, np.array([5.0, 5.0]), width=6), (4, 5), 1),
    "lines": (Lines("m", "generated", TEN, np.array([[1.0, 5], [1, 5]]), ("a", "b"), width=6), (4, 5), 1),
    "level": (Line("m", "muted", None, one(5), width=6), (9, 5), 1),
    "cross": (
        Line("m", "generator", np.array([1.0, 4, 5]), np.array([2.0, 2, np.nan]), width=0, end="cross"),
        (4, 2),
        1,
    ),
    "closed": (
        Line("m", "ink", np.array([2.0, 8, 8, 2]), np.array([2.0, 2, 8, 8]), closed=True, fill="real", width=0),
        (5, 5),
        STYLE.fill_opacity,
    ),
    "band": (Band("m", "generated", TEN, np.array([2.0, 2]), np.array([6.0, 6]), opacity=0.3), (5, 4), 0.3),
    "band across": (Band("m", "real", None, one(2), one(6), opacity=0.22), (9, 4), 0.22),
    "bars": (Bars("m", "generated", one(2), one(4), one(6), opacity=0.6), (3, 3), 0.6),
    "cells": (Cells("m", "generator", np.array([[0, 1], [0.6, np.nan]]), tuple("abcd")), (2, 8), 0.6),
    "faint cells": (Cells("m", "real", np.array([[0, 1], [0.6, 0]]), tuple("abcd"), opacity=0.5), (2, 8), 0.3),
    "arrows": (Arrows("m", "generator", one(2), one(5), one(6), one(0), width=8), (4, 5), 1),
    "mesh": (
        Mesh(
            "m", "generator", TEN, np.array([2.0, 2]), TEN, np.array([6.0, 6]), 2, other="generator", width=6, flat=True
        ),
        (4, 6),
        1,
    ),
    "text": (Text("m", "ink", ("■",), one(5), one(5), size=40), (5, 5), 1),
}
