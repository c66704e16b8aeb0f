"""`toygan train`: one recipe over several seeds, from the shell into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from tqdm import tqdm

from toygan.cli.diagnose import count_verdicts
from toygan.cli.interrupt import stop_signals, ticking
from toygan.cli.oneline import SIGNALLED
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import OutputPath, StrictIntRange, device_option
from toygan.cli.run_folder import Request, RunFolder, is_finished
from toygan.measure.diagnosis import diagnose_all
from toygan.parts.metrics.reference import reference_band
from toygan.training import Snapshot


def summary(snapshot: Snapshot) -> str:
    """The last evaluation as a table: every metric over the seeds, beside what 90 % of as many true samples score."""
    count, n = len(snapshot.recipes), snapshot.samples.shape[1]
    head = f"iteration {snapshot.step}, {count} seed{'s' * (count > 1)}"
    if not snapshot.alive.all():
        head += f", {int((~snapshot.alive).sum())} diverged"
    lines = [f"{head:<32}{'mean':>10}{'lowest':>10}{'highest':>10}{'true samples':>24}"]
    for name, column in snapshot.metrics.items():
        if len(finite := column[np.isfinite(column)]):
            band = reference_band(name.removeprefix("average-"), snapshot.recipes[0].data, n)
            cells = "".join(f"{x:>10.4g}" for x in (finite.mean(), finite.min(), finite.max()))
            lines.append(f"  {name:<30}{cells}" + (f"{f'{band:.4g}':>24}" if band else ""))
    return "\n".join(lines)


@click.command("train")
@click.option("--steps", type=StrictIntRange(min=0), default=2000, show_default=True, help="iterations")
@click.option("--seeds", type=StrictIntRange(1, 4096), default=8, show_default=True, help="runs, seed after seed")
@click.option("--every", type=StrictIntRange(min=1), default=100, show_default=True, help="iterations per evaluation")
@click.option("--out", type=OutputPath(path_type=Path), metavar="DIR", help="folder for the files; without it, none")
@click.option("--gif", is_flag=True, help="also write an animation")
@click.option("--html", is_flag=True, help="also write a recording: a page that plays without Python or a network")
@device_option
@click.option("--resume", is_flag=True, help="go on with the run in DIR where it was cut short")
@click.option("--force", is_flag=True, help="replace the run in DIR, once the new one is whole")
@recipe_options
def command(
    steps: int, seeds: int, every: int, out: Path | None, gif: bool, html: bool, device: str, resume: bool, force: bool,
    **given: Any,
) -> int:  # fmt: skip
    """Train a recipe over several seeds.

    With --out DIR it leaves recipe.json, metrics.json (a row per seed and evaluation), picture.png and, with --gif and
    --html, training.gif and run.html. They and a checkpoint are written while it trains: whatever ends it, the same
    command with --resume goes on, to the same result. Ctrl-C ends a run early and keeps what it has reached.
    """
    recipe = recipe_from_options(given)
    flags = {"--gif": gif, "--html": html, "--resume": resume, "--force": force}
    if out is None and (flag := next((name for name, is_given in flags.items() if is_given), None)):
        raise click.UsageError(f"{flag} needs a folder to write to; add --out DIR")
    request = Request(recipe, steps, seeds, every, gif, html, device)
    if out and resume and is_finished(out, request):
        click.echo(f"{out}: finished already, at iteration {steps}")
        return 0
    with stop_signals() as caught:
        folder = None if out is None else RunFolder(out, request, force, resume)
        run = request.run() if folder is None else folder.run
        with tqdm(total=steps, initial=run.steps, unit=" iterations", leave=False, disable=None) as bar:
            tick = ticking(bar, caught)

            def goes_on() -> bool:
                if folder:
                    folder.keep(now=bool(caught))
                return tick()

            for _ in run.until(steps, goes_on):
                if folder:
                    folder.add_frame()
        if caught:
            how = "; --resume goes on" if folder and run.steps < steps else ""
            click.echo(f"toygan: stopped at iteration {run.steps} of {steps}; keeping that{how}", err=True)
        click.echo(summary(run.look()))
        click.echo(f"diagnosis: {count_verdicts(diagnose_all(run.record))}")
        if folder:
            click.echo(f"written to {folder.write()}")
    return SIGNALLED + caught[0] if caught else 0
