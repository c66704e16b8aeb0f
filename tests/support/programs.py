"""Programs that come at once, and that cost a test no compilation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from toygan.compiler import background
from toygan.compiler.job import Job
from toygan.runs import engine
from toygan.training.population import Population


def capture_at_once(patch: pytest.MonkeyPatch, folder: Path) -> None:
    """Capture every run after its first iteration; nothing is compiled."""
    patch.setenv(background.SWITCH, "1")
    patch.setenv("TOYGAN_CACHE", str(folder / "programs"))
    patch.setattr(background, "has_compiler", lambda: False)
    patch.setattr(background, "_logged", False)
    patch.setattr(engine, "CAPTURE_SECONDS", 0.0)
    patch.setattr(engine, "OFTEN", 1)
    patch.setattr(engine._Shared, "_start_capture", _capture)
    engine._share.cache_clear()


def _capture(shared: Any, population: Population) -> None:
    shared._asked.add(engine.CAPTURED)
    shared._capture(population)  # in this thread: so a run is the same at each time


def compile_at_once(patch: pytest.MonkeyPatch, folder: Path) -> list[Job]:
    """Compile every run after its first iteration, by a compiler that takes no time and rounds differently.

    Return the jobs that are asked for, in order.
    """
    capture_at_once(patch, folder)
    asked: list[Job] = []

    def find(jobs: list[Job]) -> list[Path]:
        asked.extend(jobs)
        return [Path(job.key) for job in jobs]

    def load(path: Path) -> Callable[[list[Tensor]], Sequence[Tensor]]:
        names: dict[str, Any] = {"torch": torch, "device": torch.device, "inf": float("inf"), "nan": float("nan")}
        exec(next(job.code for job in asked if job.key == path.name), names)
        return lambda tensors: [round_otherwise(x) for x in names["forward"](None, *tensors)]

    patch.setattr(background, "find", find)
    patch.setattr("toygan.compiler.library.load", load)
    return asked


def round_otherwise(x: Tensor) -> Tensor:
    """A tensor whose numbers differ in their last bit."""
    return x * (1 + torch.finfo(x.dtype).eps) if x.is_floating_point() else x


def compile_in_worker(folder: Path) -> None:
    """Compile in this process whatever it trains, before it goes on, and note each compilation in a file `begun`."""
    patch = pytest.MonkeyPatch()
    has_compiler = background.has_compiler
    capture_at_once(patch, folder)
    patch.setattr(background, "has_compiler", has_compiler)
    patch.setattr(engine, "COMPILE_SECONDS", 0.0)
    patch.setattr(background, "start", _compile_now)
    compile_one = background._compile

    def note(job: Job, path: Path) -> None:
        with (folder / "begun").open("a") as file:
            file.write(job.key + "\n")
        compile_one(job, path)

    patch.setattr(background, "_compile", note)


def _compile_now(jobs: list[Job], done: background.Done) -> bool:
    libraries = background.compile_now(jobs)
    assert libraries is not None
    done(libraries)
    return True
