"""One line for everything that is refused: by a command, by the system, or for want of memory."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
from concurrent.futures.process import BrokenProcessPool
from typing import Any

import click

WRONG = 2  # exit status of a command line that is refused
SIGNALLED = 128  # and of a command that a signal ended, the signal's number added
INTERRUPTED = SIGNALLED + signal.SIGINT
LINE, WORD = 240, 100  # letters of a message, and of one word in it, such as a path
# What PyTorch and the loader of libraries say for want of memory: kinds of errors that mistakes of our own have, too.
NO_MEMORY = (
    "can't allocate memory", "not enough memory", "out of memory", "annot allocate memory", "bad_alloc",
    "failed to map segment", "can't start new thread", "array is too big",
)  # fmt: skip


class OneLine(click.Group):
    """Commands whose every complaint about their input is one line on stderr and exit status 2."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Runs a command line, and ends the process with its status."""
        try:
            status = self._status(*args, **extra)
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where a full disk can still be told of
        except (click.Abort, KeyboardInterrupt):
            status = INTERRUPTED
        except BrokenPipeError:  # who read the output wants no more of it
            _drop_output()
            status = 1
        except Exception as error:
            full = isinstance(error, OSError) and (_drop_output() or error.errno == errno.ENOSPC)
            said = explain(error, "the output" if full else "the system")
            if said is None:
                raise
            complain(said)
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
    """What was refused, in words, `place` being where if the system does not say; None for a mistake of our own."""
    if isinstance(error, click.ClickException):
        return error.format_message()
    if isinstance(error, BrokenProcessPool):
        return "a worker process died, possibly out of memory; try --jobs 1"
    if isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError | ImportError | OSError | ValueError)
        and any(words in str(error) for words in NO_MEMORY)
    ):
        return "there is not enough memory for that"
    if isinstance(error, FileExistsError) and error.errno is None:  # of `files.write`
        return str(error)
    if isinstance(error, OSError):  # a full disk, a name too long, a folder without permission
        return f"{error.filename or place}: {error.strerror or error}"
    if isinstance(error, ValueError):
        from toygan.knobs import RecipeError

        return str(error) if isinstance(error, RecipeError) else None
    return None


def shorten(words: str, most: int) -> str:
    """The words, or most of their beginning and some of their end where they have more than `most` letters."""
    end = most // 4
    return words if len(words) <= most else f"{words[: most - end - 3]}...{words[-end:]}"


def complain(message: str) -> None:
    """The message on stderr, as a line that a reader can take in."""
    words = " ".join(shorten(word, WORD) for word in message.split())
    line = "".join(letter if letter.isprintable() else "?" for letter in shorten(words, LINE - len("toygan: ")))
    with contextlib.suppress(OSError):
        click.echo(f"toygan: {line}", err=True)


def _drop_output() -> bool:
    """Whether the output takes no more; what is left of it then goes nowhere, or Python would complain at its end."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return True
    return False
