"""The folder of a run: its files are complete at every moment, and an interrupted run in it can continue."""

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
import numpy as np
from PIL import Image

from toygan.chart.recording import MOST_FRAMES, Recording
from toygan.cli import run_files
from toygan.cli.replace_run import choose_folder, is_run, replace
from toygan.files import as_array, decoding, pack, read, unpack, write
from toygan.measure.diagnosis import diagnose_all
from toygan.measure.shares import describe
from toygan.panels.charts import Charts
from toygan.panels.look import Look
from toygan.panels.picture import Picture, choose_panels, headline, seeds_line
from toygan.recipe import Recipe
from toygan.runs.checkpoint import resume, serialize
from toygan.runs.record import Record
from toygan.runs.run import Run
from toygan.sweeps.stored import FIELDS_OF_DEFAULT, StoredRecipe
from toygan.training import State, StateError, best_file
from toygan.training.state import StateChanged

GIF_FRAMES = 120  # at most about so many, however long the run
# The time from checkpoint to checkpoint: more seconds if writing one takes more than this share of the time.
LEAST_SECONDS, MOST_SECONDS, TIME_SHARE = 20.0, 60.0, 0.05


@dataclass(frozen=True)
class Request:
    """A run as a command line asks for it; to resume one, the request must be the same as at its start."""

    recipe: Recipe
    steps: int
    seeds: int
    every: int
    gif: bool
    html: bool
    device: str = "cpu"
    stop_after: int | None = None  # measurements in which no seed comes closer to the data

    def start(self) -> Run:
        """Return the run at iteration 0."""
        run = Run(self.recipe.seeds(self.seeds), device=self.device, every=self.every, limit=None)
        run.best = {}
        return run

    def has_stalled(self, record: Record) -> bool:
        """Return True if the run ends early at the newest measurement, or was to end before."""
        return self.stop_after is not None and record.find_stall(self.stop_after) is not None

    def is_complete(self, record: Record) -> bool:
        """Return True if a record holds all the iterations at which the run is measured, up to its end."""
        every, steps = min(self.every, max(1, self.steps)), record.steps
        expected = np.minimum(every * np.arange(len(steps)), self.steps)
        stall = None if self.stop_after is None else record.find_stall(self.stop_after)
        ends = steps[-1] == self.steps if stall is None else stall == len(steps) - 1
        return bool((steps == expected).all() and ends)

    @property
    def meta(self) -> dict[str, Any]:
        """The request as JSON can hold it."""
        return {**vars(self), "recipe": json.loads(self.recipe.to_json()), "toygan": version("toygan")}


class RunFolder:
    """The folder `out` of a run that starts in it, or continues from a checkpoint in it.

    A run that is there already stays until the new one is complete. Raises UsageError if the folder holds files that
    may not be replaced, or no run that the request can resume.
    """

    def __init__(self, out: Path, request: Request, force: bool, resume: bool) -> None:
        self._out, self._request = out, request
        self._folder = choose_folder(out, force, resume)
        self._recording = Recording() if request.html else None
        self._charts, self._picture = Charts(choose_panels(request.recipe)), Picture(request.recipe)
        self._frames, self._drawn = list[Image.Image](), -1
        self._next_checkpoint, self._warned = 0.0, False
        kept = self._folder / run_files.CHECKPOINT
        self.run = self._resume(kept) if resume and kept.exists() else request.start()
        if self._folder != out and not resume:
            shutil.rmtree(self._folder, ignore_errors=True)  # of a replacement that was abandoned
        self._folder.mkdir(parents=True, exist_ok=True)
        write(self._folder / run_files.RECIPE, run_files.encode_recipe(request.recipe))

    # During training.

    def add_frame(self) -> None:
        """Draw the next frame of the animation, if one is due."""
        steps, every = self.run.steps, self._request.every
        frame_every = every * max(1, -(-self._request.steps // (every * GIF_FRAMES)))
        if self._request.gif and steps > self._drawn and steps % frame_every == 0:
            self._drawn = steps
            self._draw()

    def keep(self, now: bool) -> None:
        """Before an iteration, add a frame to the recording if one is due, and write a checkpoint if due or `now`."""
        steps = self.run.steps
        newest = self._recording.frames[-1].iteration if self._recording and self._recording.frames else -1
        if steps > newest and steps % max(1, -(-self._request.steps // (MOST_FRAMES - 1))) == 0:
            self._record()
        began = time.monotonic()
        if not now and began < self._next_checkpoint:
            return
        try:
            self._write_checkpoint()
        except OSError as error:
            if not self._warned:
                click.echo(f"toygan: cannot write a checkpoint ({error.strerror}); training continues", err=True)
            self._warned = True
        taken = time.monotonic() - began
        self._next_checkpoint = began + taken + min(MOST_SECONDS, max(LEAST_SECONDS, taken / TIME_SHARE))

    def write(self) -> Path:
        """Write the run's numbers and pictures, and return their folder; a finished run loses its checkpoint."""
        finished = self.run.steps >= self._request.steps or self._request.has_stalled(self.run.record)
        self._draw()
        self._record()
        if self._request.gif:
            write(self._folder / run_files.ANIMATION, run_files.encode_gif(self._frames))
        if self._recording is not None:
            recipe, seeds = self._request.recipe, self._request.seeds
            page = self._recording.html(headline(recipe), seeds_line(recipe, seeds))
            write(self._folder / run_files.RECORDING, page)
        self._write_metrics()
        if self.run.engine.compiled_since is not None:  # what is captured has the bits of the step
            write(self._folder / run_files.ENGINES, run_files.encode_engines(self.run.engine.history))
        self.run.population.state.save(self._folder / run_files.STATE)
        best = sorted((self.run.best or {}).items())
        states = {self.run.population.recipes[member].seed: state.to_bytes() for member, state in best}
        write(self._folder / run_files.BEST, best_file.encode(states))
        write(self._folder / run_files.PICTURE, self._picture.png())  # last: it marks a finished run
        if finished:
            (self._folder / run_files.CHECKPOINT).unlink(missing_ok=True)
            if self._folder != self._out:
                replace(self._out)
                self._folder = self._out
        return self._folder

    def _draw(self) -> None:
        self._picture.draw(Look.from_run(self.run.population, self.run.record, asks=("status",)))
        if self._request.gif:
            self._frames.append(run_files.to_frame(self._picture.rgba()))

    def _record(self) -> None:
        if self._recording is None:
            return
        look = Look.from_run(self.run.population, self.run.record, asks=("status",))
        status = f"iteration {look.step:,} · {look.status}"
        words = {"status": status, "recipe": look.recipe.to_string(), **describe(diagnose_all(self.run.record))}
        self._recording.add(look.step, words, self._charts.update(look))

    def _write_metrics(self) -> None:
        record = self.run.record
        write(self._folder / run_files.METRICS, record.to_json().encode())
        if len(record):
            found = {recipe.seed: one for recipe, one in zip(record.recipes, diagnose_all(record), strict=True)}
            write(self._folder / run_files.DIAGNOSIS, run_files.encode_diagnoses(found))

    # Checkpoints.

    def _write_checkpoint(self) -> None:
        meta = {"asked": self._request.meta, "drawn": self._drawn, "frames": len(self._frames)}
        arrays = {"run": as_array(serialize(self.run))}
        if self._request.gif:
            arrays["picture"] = as_array(self._picture.run.serialize())
            arrays |= {f"frame/{i}": as_array(run_files.encode_png(frame)) for i, frame in enumerate(self._frames)}
        if self._recording is not None:
            arrays["charts"] = as_array(self._charts.serialize())
            meta["recording"], arrays["recording"] = self._recording.serialize()
        write(self._folder / run_files.CHECKPOINT, pack(meta, arrays))
        self._write_metrics()

    def _resume(self, file: Path) -> Run:
        """Return the run of a checkpoint, and restore its drawings; UsageError if it is another run, or damaged."""
        try:
            with decoding(click.UsageError):
                return self._decode(read(file))
        except ValueError as error:
            raise click.UsageError(
                f"--resume: cannot resume from {file} ({error}); use --force to start over"
            ) from None

    def _decode(self, content: bytes) -> Run:
        meta, arrays = unpack(content)
        self._refuse_another(meta["asked"])
        run = resume(arrays["run"].tobytes(), self._request.every, device=self._request.device)
        if list(run.population.recipes) != self._request.recipe.seeds(self._request.seeds):
            raise ValueError("it holds another run")
        look = Look.from_run(run.population, run.record, asks=())
        if self._request.gif:
            self._picture.run.resume(arrays["picture"].tobytes(), look)
            self._drawn = int(meta["drawn"])
            self._frames = [
                Image.open(io.BytesIO(arrays[f"frame/{i}"].tobytes())).copy() for i in range(meta["frames"])
            ]
        if self._request.html:
            self._charts.resume(arrays["charts"].tobytes(), look)
            self._recording = Recording.deserialize(meta["recording"], arrays["recording"])
        return run

    def _refuse_another(self, begun: dict[str, Any]) -> None:
        fields = {**FIELDS_OF_DEFAULT, **begun["recipe"]}
        begun = {"stop_after": None, **begun, "recipe": fields}  # 0.1.0 did not know all of them
        for name, ours in self._request.meta.items():
            if (theirs := begun[name]) != ours:
                was = "another one" if isinstance(ours, dict) else str(theirs).lower()
                raise click.UsageError(
                    f"--resume: {name} was {was} when the run in {self._folder} started; give the same, or use --force "
                    "to start over"
                )


def find_end(out: Path, request: Request) -> int | None:
    """Return where the requested run has ended, None if it has not; UsageError if another finished run is there."""
    if choose_folder(out, force=False, resume=True) != out or (out / run_files.CHECKPOINT).exists() or not is_run(out):
        return None
    begun = StoredRecipe(read(out / run_files.RECIPE).decode())
    same = begun.to_json() == request.recipe.to_json()
    there = {name: (out / name).exists() for name in run_files.OWN}
    if same and not there[run_files.PICTURE]:
        return None  # interrupted before its first checkpoint, or the disk was full
    if same and there[run_files.ANIMATION] == request.gif and there[run_files.RECORDING] == request.html:
        record = Record.from_json(read(out / run_files.METRICS).decode(), request.recipe)
        if len(record.recipes) == request.seeds and request.is_complete(record):
            _refuse_changed(out)
            return int(record.steps[-1])
    raise click.UsageError(
        f"--resume: the run in {out} is finished and differs from this command; use --force to replace it"
    )


def _refuse_changed(out: Path) -> None:
    """Raise UsageError if the data file of a finished run has changed since; a run of 0.1.0 does not say it."""
    try:
        State.load(out)
    except StateChanged as error:
        raise click.UsageError(
            f"--resume: the run in {out} is finished, and {error.change} since; use --force to replace it"
        ) from None
    except StateError:
        return
