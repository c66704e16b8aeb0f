"""The command `toygan`, the same as `python -m toygan`."""

from __future__ import annotations

import signal
import sys

# Until the command line is read, Ctrl-C ends the process without a message, such as a traceback of imports.
signal.signal(signal.SIGINT, signal.SIG_DFL)

from toygan.cli import main  # noqa: E402
from toygan.cli.oneline import INTERRUPTED  # noqa: E402


def run() -> None:
    """Run the command line of this process."""
    try:
        main(prog_name="toygan")
    except KeyboardInterrupt:  # while a command was already ending
        sys.exit(INTERRUPTED)
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    run()
