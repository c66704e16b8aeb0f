"""Types of arguments on a command line, stricter than click's own, and options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from toygan import text
from toygan.files import is_same, refuse_place
from toygan.knobs import MOST_SEEDS, RecipeError


class DeviceChoice(click.Choice[str]):
    """A device to train on, by its name in PyTorch."""

    def __init__(self) -> None:
        super().__init__(["cpu", "cuda"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the device; BadParameter if this machine has none of the kind."""
        device = super().convert(value, param, ctx)
        if device == "cuda":
            from toygan.training.device import as_device  # here: a command that ends before it trains needs no torch

            try:
                as_device(device)
            except RecipeError as error:
                self.fail(str(error), param, ctx)
        return device


class OutputPath(click.Path):
    """A path to write to; it must have a name, since an empty one would mean the current folder."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; BadParameter if it is empty or of another kind, OSError if no file can be written there."""
        if value == "":
            self.fail("must have a name", param, ctx)
        path = super().convert(value, param, ctx)
        if not self.dir_okay:
            refuse_place(Path(os.fsdecode(path)))
        return path


class StrictIntRange(click.IntRange):
    """A whole number within bounds, in the digits 0 to 9 and nothing else."""

    name = "integer"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number; BadParameter if it is not one, or out of bounds."""
        if isinstance(value, str):
            try:
                value = text.whole(value)
            except ValueError as error:
                self.fail(str(error), param, ctx)
        return super().convert(value, param, ctx)


def refuse_overwriting(out: Path | None, option: str, inputs: Mapping[str, Path | None]) -> None:
    """Raise UsageError if `out` is one of the inputs, or a file that SQLite keeps beside it."""
    for name, file in inputs.items():
        if file is None or out is None:
            continue
        if any(is_same(out, file.with_name(file.name + end)) for end in ("", "-wal", "-shm", "-journal")):
            raise click.UsageError(f"{option} {out}: is the file of {name}; choose another name")


SEED_COUNT = StrictIntRange(1, MOST_SEEDS)
FILE_TO_WRITE = OutputPath(dir_okay=False, path_type=Path)

device_option = click.option(
    "--device", type=DeviceChoice(), default="cpu", show_default=True, help="device to train on"
)
jobs_option = click.option(
    "--jobs",
    type=StrictIntRange(1, 256),
    default=os.cpu_count(),
    show_default="one per core",
    help="worker processes",
)
store_option = click.option(
    "--store", type=FILE_TO_WRITE, metavar="FILE", help="store results in FILE and skip what it already holds"
)


steps_option = click.option(
    "--steps", type=StrictIntRange(min=0), default=2000, show_default=True, help="number of iterations"
)

every_option = click.option(
    "--every",
    type=StrictIntRange(min=1),
    default=100,
    show_default=True,
    help="iterations from evaluation to evaluation",
)
