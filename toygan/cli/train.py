"""`toygan train`: one recipe over several seeds, from the shell into files."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import click
import numpy as np
from PIL.Image import Image
from tqdm import tqdm

from toygan.cli import files
from toygan.cli.diagnose import in_short
from toygan.cli.options import recipe_of, recipe_options
from toygan.measure.diagnosis import diagnose_all
from toygan.panels.look import Look
from toygan.panels.picture import Picture
from toygan.parts.metrics.reference import reference_band
from toygan.recipe import Recipe, RecipeError
from toygan.runs.history import History
from toygan.training import Population, Snapshot

FRAMES = 120  # an animation has at most about this many, however long the run


class Run:
    """A training run and what is recorded of it: one evaluation every `every` iterations."""

    def __init__(self, recipe: Recipe, seeds: int, steps: int, every: int, animate: bool) -> None:
        self.recipe, self.steps, self.every = recipe, steps, every
        self.population = Population([recipe.but(seed=recipe.seed + i) for i in range(seeds)])
        self.history = History()
        self.rows: list[dict[str, Any]] = []
        self.frames: list[Image] = []
        self._picture: Picture | None = None
        self._frame_every = every * -(-steps // (every * FRAMES)) if animate else 0

    @property
    def done(self) -> bool:
        return self.population.steps >= self.steps

    def step(self) -> None:
        """One iteration, and a look where one is due."""
        self.population.step()
        if self.population.steps % self.every == 0:
            self.look()

    def look(self) -> Snapshot:
        """Evaluates the members as they stand, once an iteration."""
        last = self.history.last
        if last is not None and last.step == self.population.steps:
            return last
        snapshot = self.population.snapshot()
        self.history.add(snapshot)
        self.rows += files.rows(snapshot)
        if self._frame_every and self.population.steps % self._frame_every == 0:
            self.frames.append(files.frame(self.picture().rgba()))
        return snapshot

    def picture(self) -> Picture:
        """The first member as it stands, and the band of all."""
        if self._picture is None:
            self._picture = Picture(self.recipe)
        self._picture.draw(Look.of(self.population, self.history))
        return self._picture

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Names and contents of what a run leaves behind."""
        picture = self.picture()
        yield files.METRICS, files.metrics_json(self.rows)
        yield files.PICTURE, picture.png()
        if self._frame_every:
            yield files.ANIMATION, files.gif([*self.frames, files.frame(picture.rgba())])


@contextmanager
def stop_signals() -> Iterator[list[int]]:
    """Notes Ctrl-C or a request to terminate, so that what was reached can be kept; the second one breaks off."""
    caught: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        caught.append(number)
        if len(caught) > 1:
            raise KeyboardInterrupt

    before = {number: signal.signal(number, note) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def claim(out: Path, force: bool) -> None:
    """Makes the output folder; raises UsageError where there is one already or none can be made."""
    if out.exists() and not (force and out.is_dir()):
        hint = "exists; name another folder, or replace the run in it with --force"
        raise click.UsageError(f"--out {out}: " + (hint if out.is_dir() else "is a file"))
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (files.METRICS, files.PICTURE, files.ANIMATION):
            (out / name).unlink(missing_ok=True)  # of the run that is replaced
    except OSError as error:
        raise click.UsageError(f"--out {out}: cannot be written ({error.strerror})") from None


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
@click.option("--force", is_flag=True, help="replace the run in DIR")
@recipe_options
def command(steps: int, seeds: int, every: int, out: Path | None, gif: bool, force: bool, **given: Any) -> int:
    """Train a recipe over several seeds.

    With --out DIR it leaves recipe.json, metrics.json (a row per seed and evaluation), picture.png and, with --gif,
    training.gif. Ctrl-C ends a run early and keeps what it has reached.
    """
    recipe = recipe_of(given)
    if recipe.seed + seeds > 2**63:
        raise RecipeError("seed", recipe.seed, f"leaves no room for {seeds} seeds")
    if gif and out is None:
        raise click.UsageError("--gif needs a folder to write to; add --out DIR")
    with stop_signals() as caught:
        run = Run(recipe, seeds, steps, every, animate=gif)
        if out is not None:
            claim(out, force)
            files.write(out / files.RECIPE, files.recipe_json(recipe))
        run.look()
        with tqdm(total=steps, unit=" iterations", leave=False, disable=None) as bar:
            while not (run.done or caught):
                run.step()
                bar.update()
        if caught:
            click.echo(f"toygan: stopped at iteration {run.population.steps} of {steps}; keeping that", err=True)
        click.echo(summary(run.look()))
        click.echo(f"diagnosis: {in_short(diagnose_all(run.history))}")
        if out is not None:
            for name, content in run.files():
                files.write(out / name, content)
            click.echo(f"written to {out}")
    return 128 + caught[0] if caught else 0
