"""A run in a folder that another one is to replace: the old one stays until the new one is whole."""

from __future__ import annotations

from pathlib import Path

import click

from toygan.cli import run_files
from toygan.recipe import Recipe
from toygan.runs.record import Record

NEW, WHOLE, MOVING = ".toygan-new", ".toygan-whole", ".toygan-moving"  # folders in the folder


def replace(out: Path) -> None:
    """Puts the new run, which is whole, in the place of the old one."""
    (out / NEW).rename(out / WHOLE)
    finish_replacing(out)


def finish_replacing(out: Path) -> None:
    """Ends a replacement that was cut short: whenever that was, all of the new run is there afterwards."""
    if (out / WHOLE).is_dir():
        for name in run_files.OWN:
            (out / name).unlink(missing_ok=True)
        (out / WHOLE).rename(out / MOVING)
    if (out / MOVING).is_dir():
        for file in (out / MOVING).iterdir():
            file.replace(out / file.name)
        (out / MOVING).rmdir()


def choose_folder(out: Path, force: bool, resume: bool) -> Path:
    """Where a run is to be kept: in `out`, or in a folder in it while another run is there."""
    if out.exists() and not out.is_dir():
        raise click.UsageError(f"--out {out}: is a file")
    finish_replacing(out)
    if not out.is_dir() or not any(out.iterdir()):
        return out
    if not is_run(out):
        raise click.UsageError(f"--out {out}: holds no run of toygan, and is left alone; name another folder")
    new = out / NEW
    if resume:
        return new if new.is_dir() else out
    if not force:
        raise click.UsageError(
            f"--out {out}: exists; go on with its run by --resume, replace it by --force, or name another"
        )
    return new


def is_run(folder: Path) -> bool:
    """Whether all that a new run would replace was written by toygan."""
    there = [folder / name for name in run_files.OWN if (folder / name).exists()]
    try:
        recipe = Recipe.from_json((folder / run_files.RECIPE).read_text(encoding="utf-8"))
        if (metrics := folder / run_files.METRICS).exists():
            Record.from_json(metrics.read_text(encoding="utf-8"), recipe)
    except (OSError, ValueError, RecursionError):
        return False
    begun = {metrics, folder / run_files.CHECKPOINT} & set(there)
    return all(path.is_file() for path in there) and (bool(begun) or len(there) == 1)
