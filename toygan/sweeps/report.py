"""A report of a sweep: one page with heat maps, every seed and a sortable table, without Python or a network."""

from __future__ import annotations

import datetime
import json
import math
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from toygan.chart import page
from toygan.measure.intervals import mean_intervals
from toygan.parts.metrics import METRICS
from toygan.recipe import KNOBS
from toygan.runs.record import SAMPLES
from toygan.sweeps.design import STRENGTH
from toygan.sweeps.store import read_versions
from toygan.sweeps.stored import StoredRecipe
from toygan.sweeps.table import find_varying_fields, select_failed_rows, select_last_rows, shorten_verdicts
from toygan.text import round_to

if TYPE_CHECKING:
    import pandas as pd

FOLDER = Path(__file__).parent
DIGITS = 4  # of a number in the page


def render_report(table: pd.DataFrame, title: str) -> bytes:
    """Return the page of a table of `sweep`: the ends of its runs. ValueError if the table has no row."""
    if table.empty:
        raise ValueError("table: has no rows")
    last, axes = select_last_rows(table), find_varying_fields(table)
    metrics = [name for name in last.columns if name.removeprefix("average-") in METRICS]
    rows = _describe_recipes(last, axes, metrics)
    seeds = sorted({len(row["seeds"]) for row in rows})
    code, torch_version = read_versions()
    steps = " or ".join(f"{step:,}" for step in sorted(last["step"].unique())[:3])
    samples = " or ".join(f"{n:,}" for n in table.attrs.get("samples", [SAMPLES]))
    about = [
        f"{len(rows):,} recipe{'s' * (len(rows) > 1)}, {' or '.join(map(str, seeds))} seeds each",
        f"measured at iteration {steps} on {samples} samples of each seed",
        f"toygan {code}, torch {torch_version}, {datetime.date.today().isoformat()}",
    ]
    if failed := len(select_failed_rows(last)):
        about.insert(1, f"{failed:,} of {len(last):,} runs failed")
    shown = {name: METRICS[name.removeprefix("average-")] for name in metrics}
    units = {name: {"unit": metric.unit, "better": metric.better} for name, metric in shown.items()}
    content = {"axes": axes, "metrics": units, "rows": rows}
    rows_in_json = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    style = page.build_stylesheet(page.FOLDER / "report.css", FOLDER / "report.css")
    script = page.build_script(FOLDER / "report.js")
    return page.build_document(title, " · ".join(about), "report", style, script, {"rows": ("json", rows_in_json)})


def _describe_recipes(last: pd.DataFrame, axes: list[str], metrics: list[str]) -> list[dict[str, Any]]:
    """Return each recipe: its axes, its share string, and for each metric every seed, the mean and its interval."""
    from tqdm.auto import tqdm

    group = last.groupby(axes, sort=True).ngroup().to_numpy() if axes else np.zeros(len(last), int)
    last = last.iloc[np.argsort(group, kind="stable")]
    starts = [*np.flatnonzero(np.diff(np.sort(group), prepend=-1)), len(last)]
    parts = [slice(int(start), int(end)) for start, end in pairwise(starts)]
    columns = {str(name): last[name].tolist() for name in last.columns}
    short = shorten_verdicts(last["verdict"]).tolist()
    scores = {name: _describe_scores(last[name].to_numpy(dtype=float), parts) for name in metrics}
    return [
        {
            "axes": {name: columns[name][part.start] for name in axes},
            "share": _build_recipe({name: column[part.start] for name, column in columns.items()}).to_string(),
            "seeds": columns["seed"][part],
            "verdict": _find_most_common(short[part]),
            "verdicts": columns["verdict"][part],
            "values": {name: described[i] for name, described in scores.items()},
        }
        for i, part in enumerate(tqdm(parts, "writing", unit=" recipes", leave=False, disable=None, delay=1))
    ]


def _describe_scores(values: np.ndarray, parts: list[slice]) -> list[dict[str, Any]]:
    """Return, for each recipe, every seed's value, None if it diverged or failed, and the mean of the others.

    The 95 % interval of the mean is None if there is no second value.
    """
    finite = [x[np.isfinite(x)] for x in (values[part] for part in parts)]
    return [
        {
            "seeds": [_finite(x) for x in values[part].tolist()],
            "mean": _finite(known.mean() if len(known) else np.nan),
            "low": _finite(ends[0] if ends else np.nan),
            "high": _finite(ends[1] if ends else np.nan),
        }
        for part, known, ends in zip(parts, finite, mean_intervals(finite), strict=True)
    ]


def _find_most_common(words: list[str]) -> str:
    """Return the most common of some words, the first in the alphabet if there are several."""
    counts = Counter(words)
    return min(counts, key=lambda word: (-counts[word], word))


def _finite(x: float) -> float | None:
    return round_to(x, DIGITS) if math.isfinite(x) else None


def _build_recipe(row: Mapping[str, Any]) -> StoredRecipe:
    """Build the recipe of a row of the table, as it stands there."""
    fields = {name: row[name] for name in KNOBS if name in row and name != "regularizers"}
    strengths = {name.removeprefix(STRENGTH): x for name, x in row.items() if name.startswith(STRENGTH) and x}
    return StoredRecipe(json.dumps({**fields, "regularizers": strengths}))
