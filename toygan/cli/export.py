"""`toygan export`: a recipe as a script of plain PyTorch, and the weights of a run for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from toygan.cli.marked_pages import into_option, write_marked
from toygan.cli.options import recipe_from_options, recipe_options
from toygan.cli.param_types import FILE_TO_WRITE, StrictIntRange, refuse_overwriting
from toygan.export import to_pytorch
from toygan.export.script import Script
from toygan.export.support import render_support
from toygan.export.weights import encode_weights
from toygan.files import write
from toygan.recipe import KNOBS, Recipe
from toygan.training import Population, State, StateError
from toygan.training.state import FILE, StateChanged


@click.command("export")
@click.argument("source", required=False, metavar="[RECIPE|RUN]")
@click.option("--out", type=FILE_TO_WRITE, metavar="FILE", help="code to write: NAME.py, or NAME.ipynb with --notebook")
@click.option("--notebook", is_flag=True, help="write a notebook with a plot")
@click.option("--weights", type=FILE_TO_WRITE, metavar="FILE", help="weights of RUN to write: NAME.safetensors")
@click.option("--of", "of", type=StrictIntRange(0), help="seed of RUN whose weights they are  [default: the first]")
@click.option("--force", is_flag=True, help="replace files that exist")
@into_option
@recipe_options
def command(
    source: str | None,
    out: Path | None,
    notebook: bool,
    weights: Path | None,
    of: int | None,
    force: bool,
    pages: tuple[Path, ...],
    **given: Any,
) -> None:
    """Write a recipe as a script or a notebook of plain PyTorch, which needs no toygan.

    RECIPE is a share string such as 'loss=hinge&lr_d=0.002', or a JSON file of a recipe; without it, options say what
    the recipe is. RUN is a folder that `toygan train --out RUN` has finished, or a file that `State.save` wrote: it has
    weights, too. The script starts from these with `python NAME.py NAME.safetensors`.
    """
    if pages:
        write_marked(pages, {"what can be exported": render_support})
        return
    if out is None and weights is None:
        raise click.UsageError("--out: must name the file to write, or --weights the one of weights")
    end = ".ipynb" if notebook else ".py"
    if out is not None and out.suffix.lower() != end:
        raise click.UsageError(f"--out {out}: must end in {end}")
    if weights is not None and weights.suffix.lower() != ".safetensors":
        raise click.UsageError(f"--weights {weights}: must end in .safetensors")
    state = _read_state(source)
    if weights is not None and state is None:
        raise click.UsageError("--weights: needs RUN, a folder of `toygan train --out` or a state")
    if state is None:
        recipe, member = _read_recipe(source, given), 0
    else:
        if any(given[name] is not None for name in KNOBS) or given["added"] or given["file"] or given["share"]:
            raise click.UsageError("RUN: has a recipe of its own; leave the options of a recipe out")
        inputs = {"RUN": Path(source or "") / FILE if Path(source or "").is_dir() else Path(source or "")}
        refuse_overwriting(out, "--out", inputs)
        refuse_overwriting(weights, "--weights", inputs)
        member = _find_member(state, of)
        recipe = state.recipes[member]
    for file in (out, weights):
        if file is not None and file.exists() and not force:
            raise click.UsageError(f"{file}: exists; --force replaces it")
    script = Script(recipe)
    text = to_pytorch(recipe, notebook, out.name if out else "gan.py")
    if out is not None:
        write(out, text.encode(), force, "--force")
        click.echo(f"written to {out}: {len(text.splitlines())} lines of PyTorch")
    if weights is not None and state is not None:
        population = Population.restore(state)
        write(weights, lambda: encode_weights(script, population, member), force, "--force")
        click.echo(f"written to {weights}: the weights of seed {recipe.seed} at iteration {state.steps:,}")


def _read_state(source: str | None) -> State | None:
    """Return the state that a source names, None if it is a recipe; UsageError if it is a path without a state."""
    if source is None or source.endswith(".json") or not Path(source).exists():
        return None
    try:
        return State.load(source)
    except StateChanged as error:
        raise click.UsageError(f"RUN {source}: {error.change} since it was trained") from None
    except (StateError, OSError) as error:
        raise click.UsageError(f"RUN: {error}") from None


def _read_recipe(source: str | None, given: dict[str, Any]) -> Recipe:
    if source is not None and source.endswith(".json"):
        if not Path(source).is_file():
            raise click.UsageError(f"RECIPE {source}: there is no such file")
        return recipe_from_options({**given, "file": Path(source)})
    return recipe_from_options({**given, "share": source if source is not None else given["share"]})


def _find_member(state: State, of: int | None) -> int:
    seeds = [recipe.seed for recipe in state.recipes]
    if of is not None and of not in seeds:
        raise click.UsageError(f"--of {of}: must be a seed of the run, {min(seeds)} to {max(seeds)}")
    return 0 if of is None else seeds.index(of)
