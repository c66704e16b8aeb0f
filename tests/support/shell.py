"""The command `toygan` inside the process of a test."""

from __future__ import annotations

from click.testing import CliRunner, Result

from toygan.cli import main


def toygan(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def refused(result: Result) -> str:
    """The one line with which a command was refused."""
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line
