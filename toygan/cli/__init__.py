"""The command line: one module a command."""

from __future__ import annotations

import sys
from typing import Any

import click

from toygan.cli import claims, diagnose, gallery, lab, menus, reproduce, train
from toygan.recipe import RecipeError

WRONG = 2  # exit status where the command line asks for what cannot be


class OneLine(click.Group):
    """Commands whose every complaint about their input is one line on stderr and exit status 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs a command line, and ends the process with its status."""
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except RecipeError as error:
            _complain(str(error))
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            sys.exit(0)
        except click.ClickException as error:
            _complain(error.format_message())
        except click.Abort:
            sys.exit(130)
        sys.exit(status if isinstance(status, int) else 0)


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


for module in (train, diagnose, gallery, claims, reproduce, lab, menus):
    main.add_command(module.command)
