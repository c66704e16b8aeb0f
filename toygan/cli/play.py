"""`toygan play`: a playground that continues a finished run, in JupyterLab."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import click

from toygan.cli.lab import serve
from toygan.cli.param_types import OutputPath, StrictIntRange
from toygan.files import write
from toygan.play.session import refuse_several_recipes
from toygan.training import State, StateError
from toygan.training.state import StateChanged


def build_notebook(run: Path, state: State, best: bool) -> bytes:
    """Return a notebook with a playground that continues from the state of a run, or the best one of a seed."""
    path, recipe = repr(str(run.resolve())), state.recipes[0]
    seeds = f"seed {recipe.seed}, from its best" if best else f"{len(state.recipes)} seeds, from"
    text = f"`{recipe.to_string() or 'defaults'}`, {seeds} iteration {state.steps:,}"
    code = f"from toygan import Playground\n\nPlayground(state={path})"
    if best:
        loaded = f"State.load({path}, best=True, seed={recipe.seed})"
        code = f"from toygan import Playground, State\n\nPlayground(state={loaded})"
    return make_notebook(
        [("markdown", "about", f"{text}: run the cell with Shift+Enter."), ("code", "playground", code)]
    )


def make_notebook(cells: Sequence[tuple[str, str, str]]) -> bytes:
    """Return a notebook of cells, each of them its type, name and text."""
    made: list[dict[str, object]] = []
    for kind, name, text in cells:
        more: dict[str, object] = {"execution_count": None, "outputs": []} if kind == "code" else {}
        made.append({"cell_type": kind, "id": name, "metadata": {}, "source": text, **more})
    kernel = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    notebook = {"cells": made, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def add_notebook(folder: Path, name: str, content: bytes) -> Path:
    """Write a notebook into a folder under the first free name; a file that exists is never written to."""
    folder.mkdir(parents=True, exist_ok=True)
    names = (folder / f"{name}{'' if i == 1 else f'-{i}'}.ipynb" for i in count(1))
    file = next(path for path in names if not path.exists() or (path.is_file() and path.read_bytes() == content))
    if not file.exists():
        write(file, content)
    return file


@click.command("play")
@click.argument("run", type=click.Path(exists=True, path_type=Path), metavar="RUN")
@click.argument("folder", type=OutputPath(file_okay=False, path_type=Path), required=False, metavar="[DIR]")
@click.option("--best", is_flag=True, help="begin at the best iteration of one seed, not at the last one of all")
@click.option("--of", "of", type=StrictIntRange(0), help="with --best, the seed  [default: the first]")
@click.option("--copy-only", is_flag=True, help="write the notebook, then exit")
@click.option("--no-browser", is_flag=True, help="print the address, and open no browser")
def command(run: Path, folder: Path | None, best: bool, of: int | None, copy_only: bool, no_browser: bool) -> None:
    """Continue a finished run in a playground, in JupyterLab.

    RUN is a folder that `toygan train --out RUN` has finished, or a file that `State.save` wrote. The notebook is
    written into DIR (a temporary folder); files that exist there are never overwritten.
    """
    if not (run.is_dir() or run.is_file()):
        raise click.UsageError(f"RUN {run}: must be a folder or a file")
    if of is not None and not best:
        raise click.UsageError("--of needs --best; without it, all seeds play")
    try:
        state = State.load(run, best=best, seed=of)
        refuse_several_recipes(state)
    except StateChanged as error:
        raise click.UsageError(f"RUN {run}: {error.change} since it was trained") from None
    except (StateError, OSError) as error:
        raise click.UsageError(f"RUN: {error}") from None
    folder = Path(tempfile.mkdtemp(prefix="toygan-play-")) if folder is None else folder
    try:
        file = add_notebook(folder, run.resolve().stem or "run", build_notebook(run, state, best))
    except OSError as error:
        raise click.UsageError(f"{folder}: the notebook cannot be written there ({error.strerror})") from None
    click.echo(f"Notebook: {file}")
    if not copy_only:
        serve(folder, no_browser, file.name)
