"""`toygan lab`: a copy of the lessons for the user, in JupyterLab."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import click

from toygan.cli.oneline import WRONG, complain
from toygan.cli.param_types import OutputPath
from toygan.files import write

HERE = Path(__file__).resolve().parent.parent
NAMES_IN_A_MESSAGE = 5
# A user's own configuration of Jupyter may differ, for other servers than this one.
SAFE = [
    "--ServerApp.ip=localhost",
    "--ServerApp.identity_provider_class=toygan.cli.token.FreshToken",
    "--ServerApp.allow_unauthenticated_access=False",
    "--ServerApp.allow_remote_access=False",
    "--ServerApp.allow_origin=",
    "--ServerApp.allow_origin_pat=",
    "--ServerApp.disable_check_xsrf=False",
    "--ServerApp.sock=",
]


def find_lessons() -> Path:
    """Return the folder of the lessons: in an installed package, or beside one that runs from its repository."""
    installed = HERE / "_lessons"
    return installed if installed.is_dir() else HERE.parent / "lessons"


def copy_lessons(to: Path) -> tuple[list[str], list[str], list[str]]:
    """Copy the missing lessons; return the names of the copied, of those the user changed, and of failures.

    An existing file is never written to. A lesson is copied as a whole or not at all.
    """
    copied, kept, failed = [], [], []
    to.mkdir(parents=True, exist_ok=True)
    for lesson in sorted(path for path in find_lessons().rglob("*") if path.is_file()):
        name, content = lesson.relative_to(find_lessons()), lesson.read_bytes()
        target = to / name
        if any(part.startswith(".") or part == "__pycache__" for part in name.parts):
            continue
        try:
            if target.exists():
                if not target.is_file() or target.read_bytes() != content:
                    kept.append(str(name))
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            write(target, content)
            copied.append(str(name))
        except OSError as error:
            failed.append(f"{name} ({error.strerror})")
    return copied, kept, failed


def _join(names: list[str]) -> str:
    more = len(names) - NAMES_IN_A_MESSAGE
    return ", ".join(names[:NAMES_IN_A_MESSAGE]) + (f" and {more} more" if more > 0 else "")


def build_command(folder: Path, browser: bool, notebook: str = "") -> list[str]:
    """Return the command that serves a folder to this machine only, behind a token, and prints the address."""
    command = [sys.executable, "-m", "jupyterlab", *SAFE, f"--ServerApp.root_dir={folder}", "--log-level=WARN"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if not browser:
        command.append("--no-browser")
    if notebook:
        command.append(f"--LabApp.default_url=/lab/tree/{quote(notebook)}")
    return command


def has_screen() -> bool:
    """Return True if a browser window can be opened, which on Linux needs a display."""
    return not sys.platform.startswith("linux") or any(os.environ.get(v) for v in ("DISPLAY", "WAYLAND_DISPLAY"))


def serve(folder: Path, no_browser: bool, notebook: str = "") -> None:
    """Run JupyterLab in a folder until it ends, with a notebook of that folder open if one is named."""
    click.echo("Starting JupyterLab; its address follows. Press Ctrl-C twice to stop it.", err=True)
    command = build_command(folder.resolve(), has_screen() and not no_browser, notebook)
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], command)  # so that Ctrl-C and a closed terminal reach JupyterLab itself
    sys.exit(subprocess.call(command))


@click.command("lab")
@click.argument("folder", type=OutputPath(file_okay=False, path_type=Path), default="toygan-lessons", metavar="[DIR]")
@click.option("--copy-only", is_flag=True, help="copy the lessons, then exit")
@click.option("--no-browser", is_flag=True, help="print the address, and open no browser")
def command(folder: Path, copy_only: bool, no_browser: bool) -> None:
    """Open the lessons in JupyterLab.

    The first use copies them to DIR (./toygan-lessons). Files that exist there are never overwritten.
    """
    if not (folder.exists() and find_lessons().exists() and folder.samefile(find_lessons())):
        try:
            copied, kept, failed = copy_lessons(folder)
        except OSError as error:
            raise click.UsageError(f"{folder}: the lessons cannot be copied there ({error.strerror})") from None
        if failed:
            complain(f"not copied: {_join(failed)}")
        if copied:
            click.echo(f"Copied {len(copied)} lessons to {folder}")
        if kept:
            click.echo(f"Kept your versions: {_join(kept)} (delete a file and run again to get the original)")
        if failed and copy_only:
            sys.exit(WRONG)
    if copy_only:
        return
    serve(folder, no_browser)
