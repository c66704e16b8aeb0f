"""Options made from the fields of a recipe, and the recipe that a command line asks for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from toygan.files import MOST_BYTES, decoding, read
from toygan.recipe import DEFAULT, FIELDS, KNOBS, Recipe, RecipeError, parse

Command = TypeVar("Command", bound=Callable[..., Any])

LARGEST_RECIPE = 2**24  # bytes, its points included; a file such as /dev/zero has no end
KINDS = {"int": "INTEGER", "float": "NUMBER", "str": "NAME"}


outside_option = click.option(
    "--outside", is_flag=True, help="let a share string also name a data file outside the working folder"
)


def recipe_options(command: Command) -> Command:
    """Add an option for each field of Recipe, and the two ways to name a whole recipe."""
    for name in reversed(KNOBS):
        how, kind = KNOBS[name], KINDS.get(str(FIELDS[name].type), "LIST")
        words = f"{how.help}; {how.allowed}  [default: {getattr(DEFAULT, name)}]"
        if name == "regularizers":
            words = f"{how.help}, as name:strength,name:strength; {how.allowed}"
        command = click.option("--" + name.replace("_", "-"), name, metavar=kind, help=words)(command)
        if name == "regularizers":
            command = click.option(
                "-r", "added", metavar="NAME=STRENGTH", multiple=True, help="add one regularizer; may be repeated"
            )(command)
    command = outside_option(command)
    from_file = click.Path(exists=True, dir_okay=False, path_type=Path)
    command = click.option(
        "--share", metavar="TEXT", help="read the recipe from a share string, such as 'loss=hinge&seed=3'"
    )(command)
    return click.option(
        "--recipe",
        "file",
        type=from_file,
        metavar="FILE",
        help="read the recipe from a JSON file; other options change it",
    )(command)


def recipe_from_options(given: dict[str, Any]) -> Recipe:
    """Build the recipe of a command line: that of its file or share string, or the default, changed by its options."""
    file, share = given["file"], given["share"]
    if file and share:
        raise click.UsageError("--recipe and --share both name a recipe; give one of them")
    base = read_recipe(file, "--recipe") if file else Recipe.from_string(share or "", given["outside"])
    changes = {name: parse(name, given[name]) for name in KNOBS if given[name] is not None}
    if given["added"]:
        strengths = dict(changes.get("regularizers", base.regularizers))
        for words in given["added"]:
            name, equals, strength = words.rpartition("=")
            if not equals:
                raise RecipeError("-r", words, "write name=strength")
            strengths.update(parse("regularizers", f"{name}:{strength}"))
        changes["regularizers"] = strengths
    return base.but(**changes)


def read_text(file: Path, given: str, most: int = MOST_BYTES) -> str:
    """Read a text file; UsageError, with the option that named it, if it is unreadable or exceeds `most` bytes."""
    try:
        with decoding():
            return read(file, most).decode("utf-8")
    except ValueError as error:
        raise click.UsageError(f"{given} {file}: cannot be read ({error})") from None


def read_recipe(file: Path, given: str) -> Recipe:
    """Read a recipe from a file; UsageError, with the option that named it, if there is none."""
    try:
        return Recipe.from_json(read_text(file, given, LARGEST_RECIPE))
    except RecipeError as error:
        raise click.UsageError(f"{given} {file}: {error}") from None
    except RecursionError:
        raise click.UsageError(f"{given} {file}: is nested too deeply") from None
