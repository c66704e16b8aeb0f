"""`toygan diagnose`: what went on in a run that `toygan train --out` has left, in words."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import click
import numpy as np

from toygan.cli import record
from toygan.cli.options import text_of
from toygan.measure.diagnosis import Diagnosis, diagnose
from toygan.measure.recent import Recent
from toygan.parts.metrics import METRICS
from toygan.recipe import Recipe


def in_short(diagnoses: list[Diagnosis]) -> str:
    """How many seeds got which verdict, the most frequent first."""
    counts = Counter(d.verdict for d in diagnoses).most_common()
    return ", ".join(f"{count} of {len(diagnoses)} {verdict}" for verdict, count in counts)


def recent_of(rows: list[dict[str, Any]], recipe: Recipe, samples: int) -> Recent:
    """The recent past of one seed, from its rows in the order of iterations."""
    steps = np.array([row["step"] for row in rows])
    metrics = {name: np.array([row.get(name) for row in rows], dtype=float) for name in METRICS}
    at = rows[-1]["diverged-at"]
    return Recent(recipe, steps, metrics, -1 if at is None else at, samples)


def read(run: Path) -> tuple[Recipe, dict[int, list[dict[str, Any]]]]:
    """The recipe of a run's folder, and the rows of each seed; UsageError where it holds none."""
    recipe = Recipe.from_json(text_of(run / record.RECIPE, "RUN"))
    try:
        rows = json.loads(text_of(run / record.METRICS, "RUN"))
        seeds: dict[int, list[dict[str, Any]]] = {int(row["seed"]): [] for row in rows}
        for row in sorted(rows, key=lambda row: int(row["step"])):
            seeds[row["seed"]].append(row)
        if not seeds or any("diverged-at" not in row for row in rows):
            raise ValueError("a row of seed, step and diverged-at is missing")
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise click.UsageError(
            f"RUN {run}: {record.METRICS} is not what `toygan train --out` writes ({error})"
        ) from None
    return recipe, seeds


@click.command("diagnose")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN")
def command(run: Path) -> None:
    """Say what went on at the end of a run, seed by seed, with the numbers it rests on and one knob to try.

    RUN is a folder that `toygan train --out RUN` has written.
    """
    recipe, seeds = read(run)
    diagnoses = {seed: diagnose(recent_of(rows, recipe.but(seed=seed), 2500)) for seed, rows in seeds.items()}
    click.echo(in_short(list(diagnoses.values())))
    for seed, diagnosis in diagnoses.items():
        click.echo(f"\nseed {seed}: {diagnosis}")
