"""`toygan open`: a link as one page without code, in a browser."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from toygan.cli.lab import SAFE, has_screen
from toygan.cli.play import add_notebook, make_notebook
from toygan.play.link import Link

VOILA = "voila"  # serves a notebook as a page; it asks for the token of the server that it runs in
NAME = "toygan-page"


def build_command(folder: Path, browser: bool) -> list[str]:
    """Return the command that serves the page of a folder to this machine only, behind a token."""
    others = ("jupyterlab", "jupyter_lsp", "jupyter_server_terminals", "notebook_shim")
    extensions = [f"{VOILA}.server_extension=True", *(f"{name}=False" for name in others)]
    command = [sys.executable, "-W", "ignore", "-m", "jupyter_server", *SAFE, f"--ServerApp.root_dir={folder}"]
    command += [f"--ServerApp.jpserver_extensions={extension}" for extension in extensions]
    command += [f"--ServerApp.default_url=/voila/render/{NAME}.ipynb", "--log-level=CRITICAL"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    return command if browser else [*command, "--no-browser"]


@click.command("open")
@click.argument("link", metavar="LINK")
@click.option("--no-browser", is_flag=True, help="print the address, and open no browser")
def command(link: str, no_browser: bool) -> None:
    """Open a link as a page without code.

    LINK is what `playground.link()` returns, in quotes, or the line of a recipe. The page needs Voila: pip install
    'toygan[open]'. It is served to this machine only, behind a token.
    """
    told = Link.from_string(link)
    if importlib.util.find_spec(VOILA) is None:
        raise click.UsageError("open: needs Voila; install it with: pip install 'toygan[open]'")
    folder = Path(tempfile.mkdtemp(prefix="toygan-open-"))
    code = f"from toygan import open_page\n\nopen_page({told.to_string()!r})"
    add_notebook(folder, NAME, make_notebook([("code", "page", code)]))
    click.echo("Starting the page; its address follows. Press Ctrl-C to stop it.", err=True)
    command = build_command(folder, has_screen() and not no_browser)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)  # so that Ctrl-C and a closed terminal reach the server itself
    sys.exit(subprocess.call(command))
