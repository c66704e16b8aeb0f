"""The folder of a run: its files are whole at every moment, and a run in it that was cut short can go on."""

from __future__ import annotations

import io
import json
import shutil
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import click
from PIL import Image

from toygan.chart.recording import LIMIT, Recording
from toygan.cli import run_files
from toygan.cli.replace_run import choose_folder, is_run, replace
from toygan.files import as_array, pack, unpack, write
from toygan.measure.diagnosis import diagnose_all, told
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import DEFAULT as PANELS
from toygan.panels.picture import Picture, headline, seeds_line
from toygan.recipe import Recipe
from toygan.runs.checkpoint import resume, serialize
from toygan.runs.record import Record
from toygan.runs.run import Run

FRAMES = 120  # an animation has at most about this many, however long the run
SECONDS, MOST, SHARE = 20.0, 60.0, 0.05  # from checkpoint to checkpoint: more where they take more than a share of it


@dataclass(frozen=True)
class Request:
    """What a command line asks for: a run that goes on must have been begun with the same."""

    recipe: Recipe
    steps: int
    seeds: int
    every: int
    gif: bool
    html: bool
    device: str = "cpu"

    def run(self) -> Run:
        """The run, at its start."""
        return Run(self.recipe.seeds(self.seeds), device=self.device, every=self.every, limit=None)

    @property
    def words(self) -> dict[str, Any]:
        """The same as JSON can hold it."""
        return {**vars(self), "recipe": json.loads(self.recipe.to_json()), "toygan": version("toygan")}


class RunFolder:
    """The folder `out` of a run, which begins in it, or goes on where a checkpoint was kept.

    A run that is there already stays until the new one, which is kept beside it meanwhile, is whole. Raises UsageError
    where the folder holds what may not be replaced, or nothing that can be resumed by what is asked for.
    """

    def __init__(self, out: Path, request: Request, force: bool, resume: bool) -> None:
        self._out, self._request = out, request
        self._folder = choose_folder(out, force, resume)
        self._recording = Recording() if request.html else None
        self._charts, self._picture = Charts(PANELS), Picture(request.recipe)
        self._frames, self._drawn = list[Image.Image](), -1
        self._next_checkpoint, self._warned = 0.0, False
        kept = self._folder / run_files.CHECKPOINT
        self.run = self._resume(kept) if resume and kept.exists() else request.run()
        if self._folder != out and not resume:
            shutil.rmtree(self._folder, ignore_errors=True)  # of a replacement that was given up
        self._folder.mkdir(parents=True, exist_ok=True)
        write(self._folder / run_files.RECIPE, run_files.encode_recipe(request.recipe))

    # While it trains.

    def add_frame(self) -> None:
        """The first member as it stands, and the band of all, as the next frame of the animation, if one is due."""
        steps, every = self.run.steps, self._request.every
        frame_every = every * max(1, -(-self._request.steps // (every * FRAMES)))
        if self._request.gif and steps > self._drawn and steps % frame_every == 0:
            self._drawn = steps
            self._draw()

    def keep(self, now: bool) -> None:
        """Before an iteration: the next frame of the recording, if one is due, and a checkpoint, where due or `now`."""
        steps = self.run.steps
        newest = self._recording.frames[-1].iteration if self._recording and self._recording.frames else -1
        if steps > newest and steps % max(1, -(-self._request.steps // (LIMIT - 1))) == 0:
            self._record()
        began = time.monotonic()
        if not now and began < self._next_checkpoint:
            return
        try:
            self._write_checkpoint()
        except OSError as error:
            if not self._warned:
                click.echo(f"toygan: no checkpoint could be kept ({error.strerror}); training goes on", err=True)
            self._warned = True
        taken = time.monotonic() - began
        self._next_checkpoint = began + taken + min(MOST, max(SECONDS, taken / SHARE))

    def write(self) -> Path:
        """The run's numbers and pictures as it stands, and where they are; a finished run needs no checkpoint."""
        finished = self.run.steps >= self._request.steps
        self._draw()
        self._record()
        if self._request.gif:
            write(self._folder / run_files.ANIMATION, run_files.encode_gif(self._frames))
        if self._recording is not None:
            recipe, seeds = self._request.recipe, self._request.seeds
            page = self._recording.html(headline(recipe), seeds_line(recipe, seeds))
            write(self._folder / run_files.RECORDING, page)
        self._write_metrics()
        write(self._folder / run_files.PICTURE, self._picture.png())  # the last one: with it a run is finished
        if finished:
            (self._folder / run_files.CHECKPOINT).unlink(missing_ok=True)
            if self._folder != self._out:
                replace(self._out)
                self._folder = self._out
        return self._folder

    def _draw(self) -> None:
        self._picture.draw(Look.from_run(self.run.population, self.run.record))
        if self._request.gif:
            self._frames.append(run_files.to_frame(self._picture.rgba()))

    def _record(self) -> None:
        if self._recording is None:
            return
        look = Look.from_run(self.run.population, self.run.record)
        said = f"iteration {look.step:,} · {look.status}"
        words = {"status": said, "recipe": look.recipe.to_string(), **told(diagnose_all(self.run.record))}
        self._recording.add(look.step, words, self._charts.update(look))

    def _write_metrics(self) -> None:
        write(self._folder / run_files.METRICS, self.run.record.to_json().encode())

    # Checkpoints.

    def _write_checkpoint(self) -> None:
        words = {"asked": self._request.words, "drawn": self._drawn, "frames": len(self._frames)}
        arrays = {"run": as_array(serialize(self.run))}
        if self._request.gif:
            arrays["picture"] = as_array(self._picture.run.serialize())
            arrays |= {f"frame/{i}": as_array(run_files.encode_png(frame)) for i, frame in enumerate(self._frames)}
        if self._recording is not None:
            arrays["charts"] = as_array(self._charts.serialize())
            words["recording"], arrays["recording"] = self._recording.kept()
        write(self._folder / run_files.CHECKPOINT, pack(words, arrays))
        self._write_metrics()

    def _resume(self, file: Path) -> Run:
        """The run of a checkpoint, and what was drawn of it."""
        try:
            words, arrays = unpack(file.read_bytes())
            self._refuse_another(words["asked"])
            run = resume(arrays["run"].tobytes(), self._request.every, device=self._request.device)
            look = Look.from_run(run.population, run.record)
            if self._request.gif:
                self._picture.run.resume(arrays["picture"].tobytes(), look)
                self._drawn = words["drawn"]
                self._frames = [_image(arrays[f"frame/{i}"].tobytes()) for i in range(words["frames"])]
            if self._request.html:
                self._charts.resume(arrays["charts"].tobytes(), look)
                self._recording = Recording.resumed(words["recording"], arrays["recording"])
        except (ValueError, LookupError, TypeError) as error:
            raise click.UsageError(f"--resume: {file} cannot be gone on with ({error}); --force begins anew") from None
        return run

    def _refuse_another(self, begun: dict[str, Any]) -> None:
        for name, ours in self._request.words.items():
            if (theirs := begun[name]) != ours:
                was = "another one" if isinstance(ours, dict) else str(theirs).lower()
                raise click.UsageError(
                    f"--resume: {name} was {was} where the run in {self._folder} began; give the same, or begin anew "
                    "with --force"
                )


def is_finished(out: Path, request: Request) -> bool:
    """Whether the run asked for is there and done; UsageError where another one is."""
    if choose_folder(out, force=False, resume=True) != out or (out / run_files.CHECKPOINT).exists() or not is_run(out):
        return False
    recipe = Recipe.from_json((out / run_files.RECIPE).read_text(encoding="utf-8"))
    there = {name: (out / name).exists() for name in run_files.OWN}
    if recipe == request.recipe and not there[run_files.PICTURE]:
        return False  # cut short before its first checkpoint, or where none fitted
    if (
        recipe == request.recipe
        and there[run_files.ANIMATION] == request.gif
        and there[run_files.RECORDING] == request.html
    ):
        record = Record.from_json((out / run_files.METRICS).read_text(encoding="utf-8"), recipe)
        if (len(record.recipes), record.steps[-1]) == (request.seeds, request.steps):
            return True
    raise click.UsageError(f"--resume: the run in {out} is finished, and not what is asked for; --force replaces it")


def _image(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image
