"""A job for the compiler: the operations as text, and the shapes of their inputs."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
from torch import Tensor
from torch.fx import GraphModule

FORMAT = 1  # of a job and of what the compiler makes of it: a change of either counts it up
LEFT = 3  # exit status of the compiler's process if operations are left to torch; standard error then names them


@dataclass(frozen=True)
class Job:
    """Operations as Python text, and the shape and type of each input, whose numbers lie in order.

    Args:
        code: A function `forward(self, ...)` of torch's operations.
        inputs: The shape and the type of each input.
    """

    code: str
    inputs: tuple[tuple[tuple[int, ...], str], ...]

    @classmethod
    def of(cls, graph: GraphModule, like: Sequence[Tensor]) -> Job:
        """Return the job of a graph without constants, and of inputs of the right shapes."""
        return cls(graph.code, tuple((tuple(x.shape), str(x.dtype).removeprefix("torch.")) for x in like))

    @property
    def key(self) -> str:
        """A name that no other job has, on another machine or with another release neither."""
        content = json.dumps([FORMAT, torch.__version__, _processor(), self.code, self.inputs])
        return hashlib.sha256(content.encode()).hexdigest()[:32]

    def to_json(self) -> str:
        """Return the job as text."""
        return json.dumps({"code": self.code, "inputs": self.inputs})

    @staticmethod
    def from_json(text: str) -> Job:
        """Return the job of a text that `to_json` has made."""
        job = json.loads(text)
        return Job(job["code"], tuple((tuple(shape), dtype) for shape, dtype in job["inputs"]))


@cache
def _processor() -> str:
    """Return the processor's kind and what it can do, as far as the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    can = sorted({line for line in lines if line.startswith(("flags", "Features", "model name"))})
    return "\n".join([platform.platform(), platform.processor(), *can])
