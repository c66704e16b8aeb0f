"""One line for each refusal: by a command, by the system, or because memory is short."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import click

from toygan.text import lacks_memory

WRONG = 2  # exit status of a command line that is refused
SIGNALLED = 128  # and of a command that a signal ended, the signal's number added
INTERRUPTED = SIGNALLED + signal.SIGINT
LINE, WORD = 240, 100  # characters of a message, and of one word in it, such as a path


class OneLine(click.Group):
    """A group of commands that refuse their input in one line on stderr, with exit status 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command line, and end the process with its status."""
        _show_any_name()
        try:
            status = self._status(*args, **extra)
            if sys.stdout is not None:
                sys.stdout.flush()  # here, so that a full disk can still be reported
        except (click.Abort, KeyboardInterrupt):
            status = INTERRUPTED
        except BrokenPipeError:  # the reader of the output has closed it
            _drop_output()
            status = 1
        except Exception as error:
            full = isinstance(error, OSError) and (_drop_output() or error.errno == errno.ENOSPC)
            message = explain(error, "the output" if full else "the system")
            if message is None:
                raise
            complain(message)
            status = WRONG
        sys.exit(status)

    def _status(self, *args: Any, **extra: Any) -> int:
        try:
            status = super().main(*args, **{**extra, "standalone_mode": False})
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message())
            return 0
        return status if isinstance(status, int) else 0


def explain(error: Exception, place: str = "the system") -> str | None:
    """Return the message of a refusal, `place` if the system names none; None for an error of toygan itself."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, BrokenProcessPool):
        return "a worker process died, possibly out of memory; try --jobs 1"
    if lacks_memory(error):
        return "not enough memory"
    if isinstance(error, FileExistsError) and error.errno is None:  # of `files.write`
        return str(error)
    if isinstance(error, OSError):  # a full disk, a name too long, a folder without permission
        return f"{error.filename or place}: {error.strerror or error}"
    if isinstance(error, ValueError):
        from toygan.knobs import RecipeError

        return str(error) if isinstance(error, RecipeError) else None
    return None


def shorten(words: str, most: int) -> str:
    """Return the words, cut in the middle if they have more than `most` characters."""
    end = most // 4
    return words if len(words) <= most else f"{words[: most - end - 3]}...{words[-end:]}"


def complain(message: str) -> None:
    """Print a message on stderr, as one short line."""
    words = " ".join(shorten(word, WORD) for word in message.split())
    line = "".join(letter if letter.isprintable() else "?" for letter in shorten(words, LINE - len("toygan: ")))
    with contextlib.suppress(OSError):
        click.echo(f"toygan: {line}", err=True)


def _show_any_name() -> None:
    """Let the output show the name of any file, also of one that is not UTF-8."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def _drop_output() -> bool:
    """Return True if the output is closed or full, and discard the rest of it, which Python would flush at its end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return True
    return False
