"""A report of a sweep: one page with heat maps, every seed and a sortable table, without Python or a network."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from toygan.chart import page
from toygan.measure.intervals import mean_interval
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
    groups = [group for _, group in last.groupby(axes, sort=True)] if axes else [last]
    rows = [_describe_recipe(group, axes, metrics) for group in groups]
    seeds = sorted({len(group) for group in groups})
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
    style = page.build_stylesheet(FOLDER / "report.css")
    script = page.build_script(FOLDER / "report.js")
    return page.build_document(title, " · ".join(about), "report", style, script, {"rows": ("json", rows_in_json)})


def _describe_recipe(group: pd.DataFrame, axes: list[str], metrics: list[str]) -> dict[str, Any]:
    """Return one recipe: its axes, its share string, and for each metric every seed, the mean and its interval."""
    verdicts = shorten_verdicts(group["verdict"]).mode()
    return {
        "axes": {name: _plain(group[name].iloc[0]) for name in axes},
        "share": _build_recipe(group.iloc[0]).to_string(),
        "seeds": [int(seed) for seed in group["seed"]],
        "verdict": str(verdicts[0]),
        "verdicts": [str(verdict) for verdict in group["verdict"]],
        "values": {name: _describe_scores(group[name].to_numpy(dtype=float)) for name in metrics},
    }


def _describe_scores(values: np.ndarray) -> dict[str, Any]:
    """Return every seed's value, None if it diverged or failed, and the mean of the others with its 95 % interval."""
    finite = values[np.isfinite(values)]
    low, high = mean_interval(finite, draws=1000) if len(finite) > 1 else (np.nan, np.nan)
    return {
        "seeds": [_finite(x) for x in values],
        "mean": _finite(finite.mean() if len(finite) else np.nan),
        "low": _finite(low),
        "high": _finite(high),
    }


def _finite(x: float) -> float | None:
    return round_to(x, DIGITS) if np.isfinite(x) else None


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _build_recipe(row: pd.Series[Any]) -> StoredRecipe:
    """Build the recipe of a row of the table, as it stands there."""
    fields = {name: _plain(row[name]) for name in KNOBS if name in row.index and name != "regularizers"}
    strengths = {
        str(name).removeprefix(STRENGTH): _plain(row[name])
        for name in row.index
        if str(name).startswith(STRENGTH) and row[name]
    }
    return StoredRecipe(json.dumps({**fields, "regularizers": strengths}))
