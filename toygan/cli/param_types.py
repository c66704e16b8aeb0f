"""Kinds of words of a command line, stricter than click's own."""

from __future__ import annotations

from typing import Any

import click

from toygan import text


class DeviceChoice(click.Choice[str]):
    """Where runs are trained, as PyTorch calls it."""

    def __init__(self) -> None:
        super().__init__(["cpu", "cuda"])

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The device; BadParameter where there is none of the kind."""
        device = super().convert(value, param, ctx)
        if device == "cuda":
            import torch  # here: a command that ends before it trains need not load it

            if not torch.cuda.is_available():
                self.fail("PyTorch sees no CUDA device here", param, ctx)
        return device


device_option = click.option("--device", type=DeviceChoice(), default="cpu", show_default=True, help="where it trains")


class OutputPath(click.Path):
    """A path to write to; none is the empty one, which would be the folder that one is in."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path; BadParameter where it is empty or not of the kind asked for."""
        if value == "":
            self.fail("must have a name", param, ctx)
        return super().convert(value, param, ctx)


class StrictIntRange(click.IntRange):
    """A whole number within bounds, in the digits 0 to 9 and nothing else."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; BadParameter where it is none, or out of bounds."""
        if isinstance(value, str):
            try:
                value = text.whole(value)
            except ValueError as error:
                self.fail(str(error), param, ctx)
        return super().convert(value, param, ctx)
