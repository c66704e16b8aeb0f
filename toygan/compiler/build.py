"""The compiler's process: a job on standard input becomes a library in a file, by torch's compiler for CPUs."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, symbolic_trace

from toygan.compiler.improve import improve
from toygan.compiler.job import LEFT, Job

OPTIONS: dict[str, Any] = {"cpp.threads": 1}  # operations are small: threads would wait for each other


def build(job: Job, out: Path) -> None:
    """Compile a job into the library `out`; beside it, what torch has found out about the compiler is kept."""
    kept = out.parent / "torch"
    os.environ["TORCHINDUCTOR_CACHE_DIR"] = str(kept)
    torch.set_num_threads(1)
    from torch._inductor import aot_compile

    _end_if_operations_are_left()
    graph, like = graph_of(job)
    improve(graph)
    for node in graph.graph.nodes:
        node.meta.clear()
    made = Path(str(aot_compile(graph, tuple(like), options=OPTIONS)))
    partial = out.with_suffix(".part")
    try:
        shutil.copy(made, partial)
        os.replace(partial, out)
    finally:
        partial.unlink(missing_ok=True)
        if made.parent.parent == kept:
            shutil.rmtree(made.parent, ignore_errors=True)


def graph_of(job: Job) -> tuple[GraphModule, list[Tensor]]:
    """Return the graph of a job, whose nodes know what they give, and inputs of its shapes."""
    from torch._subclasses import FakeTensorMode
    from torch.fx.passes.fake_tensor_prop import FakeTensorProp

    names: dict[str, Any] = {"torch": torch, "device": torch.device, "inf": float("inf"), "nan": float("nan")}
    exec(job.code, names)  # it comes from the process that started this one
    like = [torch.zeros(shape, dtype=getattr(torch, dtype)) for shape, dtype in job.inputs]

    class Operations(torch.nn.Module):
        forward = names["forward"]

    graph = symbolic_trace(Operations())
    # What depends on no input, such as zeros, is a tensor of the graph by now.
    FakeTensorProp(graph, FakeTensorMode(allow_non_fake_inputs=True)).propagate(*like)
    return graph, like


def _end_if_operations_are_left() -> None:
    """End the process, before any C++ is compiled, if the library would call torch by a file that is not kept."""
    try:
        from torch._inductor import extern_node_serializer as writer
    except ImportError:  # another release: such a library is found out when it is loaded
        return

    def end(extern_kernel_nodes: list[Any]) -> str:
        names = {f"torch.ops.{str(one.node.target).replace('::', '.')}" for one in extern_kernel_nodes}
        print("\n" + " ".join(sorted(names)), file=sys.stderr, flush=True)
        os._exit(LEFT)

    writer.extern_node_json_serializer = end


def _end_with_stdin() -> None:
    """End this process, and the compiler that it has started, as soon as nobody waits for them any more."""
    os.read(sys.stdin.fileno(), 1)
    os.killpg(0, signal.SIGKILL)


def main() -> None:
    """Build the job of the first line, as long as standard input stays open."""
    job = Job.from_json(sys.stdin.readline())
    threading.Thread(target=_end_with_stdin, daemon=True).start()
    build(job, Path(sys.argv[1]))


if __name__ == "__main__":
    main()
