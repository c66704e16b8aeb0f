"""The compiler's process: a job on standard input becomes a library in a file, by torch's compiler for CPUs."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, symbolic_trace

from toygan.compiler.improve import improve
from toygan.compiler.job import Job

OPTIONS: dict[str, Any] = {"cpp.threads": 1}  # operations are small: threads would wait for each other


def build(job: Job, out: Path) -> None:
    """Compile a job into the library `out`; beside it, headers are kept that are compiled once."""
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(out.parent / "torch")
    torch.set_num_threads(1)
    from torch._inductor import aot_compile

    graph, like = graph_of(job)
    improve(graph)
    for node in graph.graph.nodes:
        node.meta.clear()
    made = aot_compile(graph, tuple(like), options=OPTIONS)
    partial = out.with_suffix(f".{os.getpid()}.part")
    shutil.copy(str(made), partial)
    os.replace(partial, out)


def graph_of(job: Job) -> tuple[GraphModule, list[Tensor]]:
    """Return the graph of a job, whose nodes know what they give, and inputs of its shapes."""
    from torch.fx.passes.fake_tensor_prop import FakeTensorProp

    names: dict[str, Any] = {"torch": torch, "device": torch.device, "inf": float("inf"), "nan": float("nan")}
    exec(job.code, names)  # it comes from the process that started this one
    like = [torch.zeros(shape, dtype=getattr(torch, dtype)) for shape, dtype in job.inputs]

    class Operations(torch.nn.Module):
        forward = names["forward"]

    graph = symbolic_trace(Operations())
    FakeTensorProp(graph).propagate(*like)
    return graph, like


if __name__ == "__main__":
    build(Job.from_json(sys.stdin.read()), Path(sys.argv[1]))
