"""`toygan diagnose`: what went on in a run that `toygan train --out` has left, in words."""

from __future__ import annotations

import json
import math
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import click
import numpy as np

from toygan.cli import files
from toygan.cli.options import recipe_in, text_of
from toygan.measure.diagnosis import Diagnosis, diagnose
from toygan.measure.recent import Recent
from toygan.parts.metrics import METRICS
from toygan.recipe import Recipe


def in_short(diagnoses: list[Diagnosis]) -> str:
    """How many seeds got which verdict, the most frequent first."""
    counts = Counter(d.verdict for d in diagnoses).most_common()
    return ", ".join(f"{count} of {len(diagnoses)} {verdict}" for verdict, count in counts)


def recent_of(rows: list[dict[str, Any]], recipe: Recipe) -> Recent:
    """The recent past of one seed, from its rows in the order of iterations."""
    steps = np.array([row["step"] for row in rows])
    metrics = {name: np.array([row.get(name) for row in rows], dtype=float) for name in METRICS}
    at = rows[-1]["diverged-at"]
    return Recent(recipe, steps, metrics, -1 if at is None else at)


def read(run: Path) -> tuple[Recipe, dict[int, list[dict[str, Any]]]]:
    """The recipe of a run's folder, and the rows of each seed; UsageError where it holds none."""
    recipe = recipe_in(run / files.RECIPE, "RUN")
    try:
        rows = json.loads(text_of(run / files.METRICS, "RUN"))
        if not isinstance(rows, list) or not rows or not all(map(_is_row, rows)):
            raise ValueError("it has to be a list of rows with seed, step, diverged-at and numbers")
    except (ValueError, RecursionError) as error:
        raise click.UsageError(
            f"RUN {run}: {files.METRICS} is not what `toygan train --out` writes ({error})"
        ) from None
    seeds: dict[int, list[dict[str, Any]]] = {row["seed"]: [] for row in rows}
    for row in sorted(rows, key=lambda row: row["step"]):
        seeds[row["seed"]].append(row)
    return recipe, seeds


def _is_row(row: Any) -> bool:
    """Whether it holds what a row has to, and nothing but numbers for the metrics (None is a NaN)."""
    if not isinstance(row, dict) or "diverged-at" not in row:
        return False
    counts = [row.get("seed"), row.get("step"), 0 if row["diverged-at"] is None else row["diverged-at"]]
    numbers = [row[name] for name in METRICS if row.get(name) is not None]
    return all(type(x) is int and 0 <= x < 2**63 for x in counts) and all(
        type(x) in (int, float) and abs(x) < math.inf for x in numbers
    )


def paragraphs(seed: int, diagnosis: Diagnosis) -> str:
    """A verdict and, indented below it, the numbers, the cause and the knob."""
    width = max(40, min(100, shutil.get_terminal_size().columns))
    below = [", ".join(diagnosis.evidence), diagnosis.cause, diagnosis.knob]
    lines = [click.wrap_text(text, width, "    ", "    ") for text in below if text]
    return "\n".join([f"seed {seed}: {diagnosis.verdict}", *lines])


@click.command("diagnose", short_help="Say in words what went on in a run, seed by seed.")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN")
def command(run: Path) -> None:
    """Say what went on at the end of a run, seed by seed, with the numbers it rests on and one knob to try.

    RUN is a folder that `toygan train --out RUN` has written. The numbers are means over the last 1,000 iterations,
    or over the newer half of a shorter run.
    """
    recipe, seeds = read(run)
    diagnoses = {seed: diagnose(recent_of(rows, recipe.but(seed=seed))) for seed, rows in seeds.items()}
    click.echo(in_short(list(diagnoses.values())))
    for seed, diagnosis in diagnoses.items():
        click.echo("\n" + paragraphs(seed, diagnosis))
