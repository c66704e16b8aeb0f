"""The command line: one module for each command, loaded when the command is called."""

from __future__ import annotations

import signal
from importlib import import_module

import click

from toygan.cli.oneline import OneLine

COMMANDS = {
    "train": "Train a recipe over several seeds.",
    "fit": "Train a model of a table, with nothing to choose.",
    "diagnose": "Diagnose a run that `train` has written, seed by seed.",
    "remedy": "Look for a change of a recipe that helps it, within a budget.",
    "sample": "Write new rows of a trained generator as a table.",
    "export": "Write a recipe as plain PyTorch, without toygan, and the weights of a run.",
    "sweep": "Train a grid of recipes over seeds, and store the results.",
    "report": "Turn a sweep's results into an HTML page or a table.",
    "explore": "Train a grid of recipes, and write a page to explore all runs.",
    "compare": "Compare two recipes under the same seeds.",
    "gallery": "Train known failures and their remedies; report how often each fails.",
    "remedies": "Measure how often a search finds a remedy for recipes that fail.",
    "claims": "Re-run the experiments behind toygan's claims.",
    "reproduce": "Re-run an experiment of the literature.",
    "sheet": "Write the cheat sheet: one page, PDF or PNG.",
    "play": "Continue a finished run in a playground, in JupyterLab.",
    "open": "Open a link as a page without code, for a class or a projector.",
    "lab": "Open the lessons in JupyterLab.",
    "site": "Write the course as a web site that needs no Python.",
    "menus": "List everything that a recipe can be made of.",
    "api": "Print the reference of all public names.",
}


class Commands(OneLine):
    """The commands by their names."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Return a command by its name; None if there is none."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"toygan.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write a line for each command."""
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
    """Train small GANs on toy distributions, and see how they learn."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
