"""The command line: one module a command, loaded when the command is called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from typing import Any

import click

WRONG = 2  # exit status where the command line asks for what cannot be
COMMANDS = {
    "train": "Train a recipe over several seeds.",
    "diagnose": "Say in words what went on in a run, seed by seed.",
    "sweep": "Train a grid of recipes over seeds, and keep what came of it.",
    "gallery": "Train recipes that fail, and their fixes, and count.",
    "claims": "Measure anew what toygan says of methods.",
    "reproduce": "Run an experiment of the literature again.",
    "lab": "Open the lessons in JupyterLab.",
    "menus": "List what a recipe can be made of.",
}


class OneLine(click.Group):
    """Commands whose every complaint about their input is one line on stderr and exit status 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs a command line, and ends the process with its status."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.ClickException as error:
            _complain(error.format_message())
        except (click.Abort, KeyboardInterrupt):
            sys.exit(130)
        except BrokenPipeError:  # who read the output wants no more of it; what is left of it has nowhere to go
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.exit(1)
        except OSError as error:  # a full disk, a name too long, a folder without permission
            _complain(f"{error.filename or 'the system'}: {error.strerror or error}")
        except MemoryError:
            _complain("there is not enough memory for that")
        except ValueError as error:
            from toygan.recipe import RecipeError

            if not isinstance(error, RecipeError):
                raise
            _complain(str(error))
        sys.exit(status if isinstance(status, int) else 0)

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


def _complain(message: str) -> None:
    click.echo("toygan: " + " ".join(message.split()), err=True)
    sys.exit(WRONG)


@click.group(
    cls=OneLine,
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
