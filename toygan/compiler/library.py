"""A compiled library as a function of tensors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor


def load(path: Path) -> Callable[[list[Tensor]], Sequence[Tensor]]:
    """Return the function of a library that `toygan.compiler.build` has made."""
    runner = torch._C._aoti.AOTIModelContainerRunnerCpu(str(path), 1)

    def call(tensors: list[Tensor]) -> Sequence[Tensor]:
        result: list[Tensor] = runner.run(tensors)
        return result

    return call
