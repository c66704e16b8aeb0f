"""`toygan train`: one recipe over several seeds, from the shell into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from PIL.Image import Image
from tqdm import tqdm

from toygan.chart.recording import LIMIT, Recording
from toygan.cli import files
from toygan.cli.diagnose import in_short
from toygan.cli.interrupt import stop_signals, ticking
from toygan.cli.options import recipe_of, recipe_options
from toygan.files import write
from toygan.measure.diagnosis import diagnose_all, told
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import DEFAULT as PANELS
from toygan.panels.picture import Picture
from toygan.panels.recording import recorded
from toygan.parts.metrics.reference import reference_band
from toygan.runs.run import Run
from toygan.training import Snapshot

FRAMES = 120  # an animation has at most about this many, however long the run


class RunFolder:
    """The folder that a run is kept in; raises UsageError where there is one already or none can be made."""

    def __init__(self, out: Path, run: Run, animate: bool, record: bool, force: bool) -> None:
        if out.exists() and not (force and out.is_dir()):
            hint = "exists; name another folder, or replace the run in it with --force"
            raise click.UsageError(f"--out {out}: " + (hint if out.is_dir() else "is a file"))
        self._out, self._run, self._animate = out, run, animate
        self._recording, self._charts = Recording() if record else None, Charts(PANELS)
        recipe = run.population.recipes[0]
        try:
            out.mkdir(parents=True, exist_ok=True)
            for name in (files.METRICS, files.PICTURE, files.ANIMATION, files.RECORDING):
                (out / name).unlink(missing_ok=True)  # of the run that is replaced
            write(out / files.RECIPE, files.recipe_json(recipe))
        except OSError as error:
            raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None
        self._picture, self._frames = Picture(recipe), list[Image]()

    def add_frame(self) -> None:
        """The first member as it stands, and the band of all, as the next frame of the animation."""
        self._picture.draw(Look.of(self._run.population, self._run.record))
        if self._animate:
            self._frames.append(files.frame(self._picture.rgba()))

    def record(self) -> None:
        """The same as the next frame of the recording, if there is one."""
        if self._recording is None:
            return
        run = self._run
        look = Look.of(run.population, run.record)
        said = f"iteration {look.step:,} · {look.status}"
        words = {"status": said, "recipe": look.recipe.to_string(), **told(diagnose_all(run.record))}
        self._recording.add(look.step, words, self._charts.of(look))

    def write(self) -> None:
        """The run's numbers and pictures, as it stands."""
        self.add_frame()
        self.record()
        write(self._out / files.METRICS, self._run.record.to_json().encode())
        write(self._out / files.PICTURE, self._picture.png())
        if self._animate:
            write(self._out / files.ANIMATION, files.gif(self._frames))
        if self._recording is not None:
            write(self._out / files.RECORDING, recorded(self._recording, self._run.population.recipes))


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
@click.option("--steps", type=click.IntRange(min=0), default=2000, show_default=True, help="iterations")
@click.option("--seeds", type=click.IntRange(1, 4096), default=8, show_default=True, help="runs, seed after seed")
@click.option("--every", type=click.IntRange(min=1), default=100, show_default=True, help="iterations per evaluation")
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="folder for the files; without it, none")
@click.option("--gif", is_flag=True, help="also write an animation")
@click.option("--html", is_flag=True, help="also write a recording: a page that plays without Python or a network")
@click.option("--force", is_flag=True, help="replace the run in DIR")
@recipe_options
def command(
    steps: int, seeds: int, every: int, out: Path | None, gif: bool, html: bool, force: bool, **given: Any
) -> int:
    """Train a recipe over several seeds.

    With --out DIR it leaves recipe.json, metrics.json (a row per seed and evaluation), picture.png and, with --gif and
    --html, training.gif and run.html. Ctrl-C ends a run early and keeps what it has reached.
    """
    recipe = recipe_of(given)
    if (gif or html) and out is None:
        raise click.UsageError(f"{'--gif' if gif else '--html'} needs a folder to write to; add --out DIR")
    frame_every = every * max(1, -(-steps // (every * FRAMES)))
    record_every = max(1, -(-steps // (LIMIT - 1)))
    with stop_signals() as caught:
        run = Run(recipe.seeds(seeds), every=every, limit=None)
        folder = None if out is None else RunFolder(out, run, gif, html, force)
        with tqdm(total=steps, unit=" iterations", leave=False, disable=None) as bar:
            tick = ticking(bar, caught)

            def goes_on() -> bool:
                if html and folder and run.steps % record_every == 0:
                    folder.record()
                return tick()

            for snapshot in run.until(steps, goes_on):
                if gif and folder and snapshot.step % frame_every == 0:
                    folder.add_frame()
        if caught:
            click.echo(f"toygan: stopped at iteration {run.steps} of {steps}; keeping that", err=True)
        click.echo(summary(run.look()))
        click.echo(f"diagnosis: {in_short(diagnose_all(run.record))}")
        if folder:
            folder.write()
            click.echo(f"written to {out}")
    return 128 + caught[0] if caught else 0
