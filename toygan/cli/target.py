"""Paths of a command line that are written to."""

from __future__ import annotations

from typing import Any

import click


class Target(click.Path):
    """A path to write to; none is the empty one, which would be the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; BadParameter where it is empty or not of the kind asked for."""
        if value == "":
            self.fail("must have a name", param, ctx)
        return super().convert(value, param, ctx)
