"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

import signal
from importlib import import_module

import click

from toygan.cli.oneline import OneLine

COMMANDS = {
    "train": "Train a recipe over several seeds.",
    "diagnose": "Say in words what went on in a run, seed by seed.",
    "sweep": "Train a grid of recipes over seeds, and keep what came of it.",
    "report": "Make a page, or a table, of what a sweep has kept.",
    "gallery": "Train recipes that fail, and their remedies, and count.",
    "claims": "Measure anew what toygan says of methods.",
    "reproduce": "Run an experiment of the literature again.",
    "sheet": "Make the cheat sheet: one page, PDF or PNG.",
    "lab": "Open the lessons in JupyterLab.",
    "menus": "List what a recipe can be made of.",
    "api": "Print the reference of all public names.",
}


class Commands(OneLine):
    """The commands by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """A command by its name; None where there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"toygan.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands, each in one line."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=Commands,
    context_settings={
        "help_option_names": ["-h", "--help"],
        "max_content_width": 110,
        "token_normalize_func": lambda name: name.replace("_", "-"),  # --lr_g is --lr-g
    },
)
@click.version_option(package_name="toygan", message="toygan %(version)s")
def main() -> None:
    """Small GANs on toy distributions: watch them learn, in a notebook or from the shell."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
