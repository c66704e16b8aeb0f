"""`toygan diagnose`: the diagnosis of a run that `toygan train --out` has written."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import click

from toygan.cli import run_files
from toygan.cli.engine_line import read_engines, say_since
from toygan.cli.options import read_recipe, read_text
from toygan.measure.diagnosis import Diagnosis, diagnose_all
from toygan.runs.record import Record


def count_verdicts(diagnoses: Collection[Diagnosis]) -> str:
    """Return the number of seeds with each verdict, the most frequent verdict first."""
    counts = Counter(d.verdict for d in diagnoses).most_common()
    return ", ".join(f"{count} of {len(diagnoses)} {verdict}" for verdict, count in counts)


def read_diagnoses(run: Path) -> dict[int, Diagnosis]:
    """Read the diagnosis of each seed in a run's folder, as it was written; UsageError if the folder has none.

    It is made from the recipe and the measurements if the folder is of an older version, which wrote none.
    """
    written = run / run_files.DIAGNOSIS
    name = run_files.DIAGNOSIS if written.exists() else run_files.METRICS
    try:
        if written.exists():
            return run_files.decode_diagnoses(read_text(written, "RUN"))
        recipe = read_recipe(run / run_files.RECIPE, "RUN")
        if not (run / run_files.METRICS).exists():
            raise click.UsageError(f"RUN {run}: has no measurements yet")
        record = Record.from_json(read_text(run / run_files.METRICS, "RUN"), recipe)
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"RUN {run}: {name} is not of toygan ({error})") from None
    return {own.seed: found for own, found in zip(record.recipes, diagnose_all(record), strict=True)}


def format_diagnosis(seed: int, diagnosis: Diagnosis) -> str:
    """Return a verdict and, indented below it, its numbers, its cause and a remedy."""
    width = max(40, min(100, shutil.get_terminal_size().columns))
    below = [", ".join(diagnosis.evidence), diagnosis.cause, diagnosis.remedy]
    lines = [click.wrap_text(text, width, "    ", "    ") for text in below if text]
    return "\n".join([f"seed {seed}: {diagnosis.verdict}", *lines])


@click.command("diagnose")
@click.argument("run", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="RUN")
def command(run: Path) -> None:
    """Diagnose the end of a run, seed by seed, with the numbers behind each verdict and one remedy to try.

    RUN is a folder that `toygan train --out RUN` has written, or is writing; neither the data nor the parts of the run
    are needed. The numbers are means over the last 1,000 iterations, or over the second half of a shorter run.
    """
    diagnoses, engines = read_diagnoses(run), read_engines(run)
    click.echo(count_verdicts(diagnoses.values()))
    say_since(engines)
    for seed, diagnosis in diagnoses.items():
        click.echo("\n" + format_diagnosis(seed, diagnosis))
