"""The replacement of a run in a folder: the old run stays until the new one is complete."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli import run_files
from toygan.files import part_of, read
from toygan.recipe import DEFAULT
from toygan.runs.record import Record
from toygan.sweeps.stored import StoredRecipe

NEW, WHOLE, MOVING = ".toygan-new", ".toygan-whole", ".toygan-moving"  # folders in the folder


def replace(out: Path) -> None:
    """Replace the old run by the new one, which is complete."""
    (out / NEW).rename(out / WHOLE)
    finish_replacing(out)


def finish_replacing(out: Path) -> None:
    """Finish an interrupted replacement: whenever it was interrupted, the new run is complete afterwards."""
    if (out / WHOLE).is_dir():
        for name in run_files.OWN:
            (out / name).unlink(missing_ok=True)
            part_of(out / name).unlink(missing_ok=True)
        (out / WHOLE).rename(out / MOVING)
    if (out / MOVING).is_dir():
        for file in (out / MOVING).iterdir():
            file.replace(out / file.name)
        (out / MOVING).rmdir()


def choose_folder(out: Path, force: bool, resume: bool) -> Path:
    """Return the folder to write a run to: `out`, or a folder in it while `out` holds another run."""
    finish_replacing(out)
    if not out.is_dir() or not any(out.iterdir()):
        return out
    if not is_run(out):
        raise click.UsageError(f"--out {out}: is not the folder of a run; choose another folder")
    new = out / NEW
    if resume:
        return new if new.is_dir() else out
    if not force:
        raise click.UsageError(
            f"--out {out}: exists; use --resume to continue its run, --force to replace it, or choose another folder"
        )
    return new


def is_run(folder: Path) -> bool:
    """Return True if toygan wrote all the files that a new run would replace."""
    there = [folder / name for name in run_files.OWN if (folder / name).exists()]
    try:
        StoredRecipe(read(folder / run_files.RECIPE).decode())
        if (metrics := folder / run_files.METRICS).exists():
            Record.from_json(read(metrics).decode(), DEFAULT)  # its rows: the parts may be missing here
    except (OSError, ValueError, RecursionError):
        return False
    begun = {metrics, folder / run_files.CHECKPOINT} & set(there)
    return all(path.is_file() for path in there) and (bool(begun) or len(there) == 1)
