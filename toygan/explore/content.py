"""What a page says of a film beside its pictures: axes, cells, diagnoses, and charts without what moves in them."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np

from toygan.chart import Arrows, Axis, Band, Bars, Chart, Line, Mark, Points, Text
from toygan.chart.wire import Wire
from toygan.explore.detail import POINTS, Detail
from toygan.explore.film import OUTSIDE, SAMPLES, Film
from toygan.panels import render
from toygan.panels.curves import PLAYERS, Losses, level
from toygan.panels.diagram import HEALTHY, Diagram, Scale, find_scale, value_words
from toygan.parts.metrics import METRICS
from toygan.text import round_to

MOVING = ("D", "cells")  # marks whose numbers the page fills in, beside those of generated samples
FOLLOWED = "sliced-w1"  # beside the share of healthy seeds
LOSS_SHARE = 0.02  # of the losses of a cell, those at either end that its axis does not hold
DIGITS = 4  # of a number in a chart


def describe_film(film: Film, detail: Detail) -> dict[str, Any]:
    """Return the content of the page of a film, as JSON holds it."""
    charts: dict[str, int] = {}  # by JSON, the place of each

    def number(chart: Chart) -> int:
        return charts.setdefault(json.dumps(_describe_chart(chart), allow_nan=False), len(charts))

    cells = [_describe_cell(film, cell, number) for cell in range(len(film.grid.cells))]
    colours = [_describe_colour(film, name, number) for name in _list_colours(film)]
    return {
        "axes": [
            {"name": name, "values": [str(value_words(value)) for value in values], "numbers": _are_numbers(values)}
            for name, values in film.grid.axes.items()
        ],
        "seeds": [recipe.seed for recipe in film.grid.cells[0].seeds(film.seeds)],
        "steps": film.steps.tolist(),
        "samples": SAMPLES,
        "outside": OUTSIDE,
        "stride": detail.stride,
        "points": detail.points,
        "side": detail.side,
        "bits": detail.bits,
        "colours": colours,
        "cells": cells,
        "charts": [json.loads(text) for text in charts],
    }


def _are_numbers(values: list[Any]) -> bool:
    return all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)


def _describe_chart(chart: Chart) -> dict[str, Any]:
    """Return a chart as the page has it, and the numbers of the marks that stay, by mark and field; None is a gap."""
    content, buffers = Wire().message([chart])
    numbers: dict[str, dict[str, list[float | None]]] = {}
    for (_, mark, field, kind, _), buffer in zip(content["arrays"], buffers, strict=True):
        if mark not in MOVING and kind == "f4":
            values = np.frombuffer(buffer, "<f4").tolist()
            numbers.setdefault(mark, {})[field] = [round_to(x, DIGITS) if math.isfinite(x) else None for x in values]
    return {"chart": content["charts"][0], "numbers": numbers}


def _describe_cell(film: Film, cell: int, number: Any) -> dict[str, Any]:
    """Return a cell: its recipe, the charts of its samples and its losses, and the diagnosis of each seed."""
    runs = slice(cell * film.seeds, (cell + 1) * film.seeds)
    return {
        "recipe": film.grid.cells[cell].to_string(),
        "samples": _number_samples(film, cell, number),
        "line": film.grid.cells[cell].parts.data.dim == 1,
        "losses": number(_draw_losses(film, cell)) if "loss-d" in film.metrics else -1,
        "words": film.words[runs],
        "diverged": film.diverged_at[runs].tolist(),
    }


def _number_samples(film: Film, cell: int, number: Any) -> int:
    """Return the number of the chart of a cell's samples; -1 if an error has ended its first seed."""
    look = film.looks[cell]
    if look is None:
        return -1
    chart = render("samples", replace(look, diverged_at=-1))
    marks = [_without_numbers(mark) for mark in chart.marks if not isinstance(mark, Arrows)]
    return int(number(replace(chart, marks=tuple(marks))))


def _without_numbers(mark: Mark) -> Mark:
    """Return a mark without what the page fills in: words, generated samples, and their density."""
    if isinstance(mark, Text) and mark.name == "remark":
        return replace(mark, words=("",))
    if isinstance(mark, Points) and mark.name == "generated":
        return replace(mark, x=np.zeros_like(mark.x), y=mark.y if len(mark.y) < POINTS else np.zeros_like(mark.y))
    return replace(mark, height=np.zeros_like(mark.height)) if isinstance(mark, Bars) else mark


def _draw_losses(film: Film, cell: int) -> Chart:
    """Return the chart of both players' losses, with the levels at equilibrium alone."""
    look, runs = film.looks[cell], slice(cell * film.seeds, (cell + 1) * film.seeds)
    values = np.concatenate([film.metrics[name][:, runs].ravel() for name in ("loss-d", "loss-g")])
    finite = values[np.isfinite(values)]
    ends = np.quantile(finite, [LOSS_SHARE, 1 - LOSS_SHARE]) if finite.size else np.zeros(1)
    equilibrium = look.equilibrium if look else (None, None)
    lines = [
        level(f"equilibrium of {name}", role, value)
        for (name, role), value in zip(PLAYERS, equilibrium, strict=True)
        if value is not None
    ]
    low, high = (float(round_to(x, 2)) for x in (min(0.0, ends.min()), max(0.5, ends.max())))
    room = 0.06 * (high - low)
    y = Axis("", low - room if low < 0 else low, high + room, intervals=4)
    x = _iterations(film, "iteration  (dotted: equilibrium)")
    return Chart("Losses", x, y, tuple(lines), about=Losses.about)


def _iterations(film: Film, label: str = "iteration") -> Axis:
    return Axis(label, 0, max(1.0, float(film.steps[-1])), format="integer")


def _list_colours(film: Film) -> list[str]:
    """Return what can colour the cells: metrics with a better direction, and the share of healthy seeds."""
    finite = {name for name, values in film.metrics.items() if np.isfinite(values).any()}
    return [*(name for name in film.metrics if name in finite and METRICS[name].better), HEALTHY]


def _describe_colour(film: Film, name: str, number: Any) -> dict[str, Any]:
    """Return a number that colours the cells: its scale, and the charts of the cells and of its course."""
    followed = FOLLOWED if name == HEALTHY else name
    row = METRICS[followed]
    recipes = {recipe.data: recipe.distribution for recipe in film.grid.cells}
    scale = find_scale(followed, recipes.values(), SAMPLES, film.metrics[followed][0])
    cells, course = _draw(film, name, followed, scale)
    shown = Scale(0.0, 1.0) if name == HEALTHY else scale
    return {
        "name": name,
        "follows": followed,
        "format": "percent" if name == HEALTHY or row.unit == "share" else "number",
        "scale": [shown.worst, shown.best, shown.log],
        "cells": number(cells),
        "course": number(course),
    }


def _draw(film: Film, name: str, followed: str, scale: Scale) -> tuple[Chart, Chart]:
    """Return the diagram of the first two axes, without its values, and the course of a cell, without its curves."""
    (x, across), *rest = film.grid.axes.items()
    y, up = rest[0] if rest else ("", [""])
    nothing = np.full(len(across) * len(up), np.nan)
    blank = tuple([""] * len(nothing))
    course = np.tile(nothing, (len(film.steps), 1))
    diagram = Diagram((x, across), (y, up), name, nothing, blank, blank, followed, film.steps, course, scale)
    cells, _ = diagram.charts()
    curves = replace(diagram, scale=_widen(scale, film.metrics[followed])).charts()[1]
    levels = [mark for mark in curves.marks if isinstance(mark, Band | Line)]
    help = f"{METRICS[followed].help} The line is the seed that is shown, the area the range of all seeds."
    return cells, replace(curves, title=followed, about=help, x=_iterations(film), marks=tuple(levels))


def _widen(scale: Scale, values: np.ndarray) -> Scale:
    """Return a scale whose worst end holds most of the values, those of runs that fail among them."""
    finite = values[np.isfinite(values)]
    if scale.worst < scale.best or not finite.size:
        return scale
    return replace(scale, worst=max(scale.worst, float(np.quantile(finite, 1 - LOSS_SHARE))))


def count_verdicts(film: Film) -> str:
    """Return the verdicts on all runs in words, the most common first."""
    counts = Counter(words["verdict"] for words in film.words)
    return ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
