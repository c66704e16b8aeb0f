"""`toygan train`: one recipe over several seeds, from the shell into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from toygan.cli import run_files
from toygan.cli.best_line import describe_best
from toygan.cli.diagnose import count_verdicts
from toygan.cli.engine_line import read_engines, say_since
from toygan.cli.hold_folder import hold_folder
from toygan.cli.interrupt import stop_signals
from toygan.cli.oneline import SIGNALLED, explain
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import (
    SEED_COUNT,
    OutputPath,
    StrictIntRange,
    device_option,
    every_option,
    refuse_overwriting,
    steps_option,
)
from toygan.cli.run_folder import Request, RunFolder, find_end
from toygan.cli.tables import print_tables
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.tables import Table
from toygan.parts.metrics.reference import reference_band
from toygan.text import describe_error, format_number
from toygan.training import Snapshot


def summarize(snapshot: Snapshot) -> Table:
    """Return the last evaluation: every metric over the seeds, beside the scores of 90 % of sets of true samples."""
    count, n = len(snapshot.recipes), snapshot.samples.shape[1]
    title = f"iteration {snapshot.step:,}, {count} seed{'s' * (count > 1)}, {n:,} samples each"
    if not snapshot.alive.all():
        title += f", {int((~snapshot.alive).sum())} diverged"
    rows = []
    for name, column in snapshot.metrics.items():
        if len(finite := column[np.isfinite(column)]):
            band = reference_band(name.removeprefix("average-"), snapshot.recipes[0].distribution, n)
            numbers = [format_number(x, 4) for x in (finite.mean(), finite.min(), finite.max())]
            rows.append([name, *numbers, band.describe(4) if band else ""])
    return Table([title, "mean", "lowest", "highest", "true samples"], rows, numbers=1)


@click.command("train")
@steps_option
@click.option("--seeds", type=SEED_COUNT, default=8, show_default=True, help="number of seeds")
@every_option
@click.option(
    "--stop-after",
    type=StrictIntRange(min=1),
    metavar="N",
    help="end early if no seed comes closer to the data (sliced-w1) in N evaluations",
)
@click.option("--out", type=OutputPath(path_type=Path), metavar="DIR", help="folder for the files  [default: no files]")
@click.option("--gif", is_flag=True, help="also write an animation")
@click.option("--html", is_flag=True, help="also write a page that replays the run without Python or a network")
@device_option
@click.option("--resume", is_flag=True, help="continue the interrupted run in DIR")
@click.option("--force", is_flag=True, help="replace the run in DIR, once the new one is complete")
@recipe_options
def command(
    steps: int,
    seeds: int,
    every: int,
    stop_after: int | None,
    out: Path | None,
    gif: bool,
    html: bool,
    device: str,
    resume: bool,
    force: bool,
    **given: Any,
) -> int:
    """Train a recipe over several seeds.

    With --out DIR it writes recipe.json, metrics.json (a row per seed and evaluation), diagnosis.json, picture.png and
    state.safetensors, from which `toygan play DIR` continues; --gif adds training.gif, --html adds run.html. It also
    writes best.npz: the state of each seed at its best iteration, where sliced-w1 was least; and engines.json
    if a compiled program took over: its iterations are rounded differently. Files and a checkpoint are
    written during training: if it is interrupted, run the same command with --resume to get the same result. Ctrl-C
    ends a run early and keeps what it has reached.
    """
    recipe = recipe_from_options(given)
    flags = {"--gif": gif, "--html": html, "--resume": resume, "--force": force}
    if out is None and (flag := next((name for name, is_given in flags.items() if is_given), None)):
        raise click.UsageError(f"{flag} needs a folder to write to; add --out DIR")
    if out and force:
        for name in run_files.OWN:
            refuse_overwriting(out / name, "--out", {"--recipe": given["file"]})
    request = Request(recipe, steps, seeds, every, gif, html, device, stop_after)
    with hold_folder(out):
        return _train(request, out, resume, force)


def _train(request: Request, out: Path | None, resume: bool, force: bool) -> int:
    """Train a run, or continue it, and write its files; return the exit status."""
    steps = request.steps
    if out and resume and (finished_at := find_end(out, request)) is not None:
        click.echo(f"{out}: finished already, at iteration {finished_at}")
        say_since(read_engines(out))
        return 0
    with stop_signals() as caught:
        folder = None if out is None else RunFolder(out, request, force, resume)
        run = request.start() if folder is None else folder.run
        with tqdm(total=steps, initial=run.steps, unit=" iterations", leave=False, disable=None) as bar:

            def should_continue() -> bool:
                if folder:
                    folder.keep(now=bool(caught))
                if not caught:
                    bar.update()
                return not caught

            try:
                for _ in run.until(steps, should_continue):
                    if folder:
                        folder.add_frame()
                    if request.has_stalled(run.record):
                        break
            except Exception as error:
                if explain(error) is not None:
                    raise
                raise click.ClickException(
                    f"training failed after iteration {run.steps}: {describe_error(error)}"
                ) from error
        stalled = request.has_stalled(run.record)
        if stalled:
            click.echo(
                f"ended at iteration {run.steps} of {steps}: no seed came closer in {request.stop_after} evaluations"
            )
        if caught and not stalled:
            remedy = "; use --resume to continue" if folder and run.steps < steps else ""
            click.echo(f"toygan: stopped at iteration {run.steps} of {steps}{remedy}", err=True)
        print_tables([summarize(run.look())])
        click.echo(f"diagnosis: {count_verdicts(diagnose_all(run.record))}")
        click.echo(describe_best(run))
        say_since(run.engine.history)
        if folder:
            click.echo(f"written to {folder.write()}")
    return SIGNALLED + caught[0] if caught else 0
