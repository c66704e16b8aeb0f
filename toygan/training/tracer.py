"""A tracer: it notes each operation on tensors that code takes, below autograd, as a graph."""

from __future__ import annotations

import operator
import threading
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.fx import Graph, GraphModule, Node
from torch.fx.node import map_aggregate
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.weak import WeakTensorKeyDictionary

aten: Any = torch.ops.aten


class Untraceable(Exception):
    """The error of a step that cannot be written down as operations on tensors; its message is the reason."""


def trace_operations(
    function: Callable[..., tuple[Tensor, ...]], given: Sequence[Tensor]
) -> tuple[GraphModule, tuple[Tensor, ...]]:
    """Call a function of tensors; return the operations that it took, as a graph, and the tensors that it made itself.

    These are the graph's last inputs.

    Raises:
        Untraceable: If the function reads the values of tensors that depend on an input.
    """
    # A copy of each: the function may hold one of them in another place too, where it is no input.
    inputs = [x.detach().clone() for x in given]
    tracer = _Tracer(inputs)
    with tracer:
        results = function(*inputs)
    return tracer.end(results)


class _Tracer(TorchDispatchMode):
    """Note operations while they are taken, with their real numbers."""

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        super().__init__()
        self._graph, self._constants = Graph(), list[Tensor]()
        self._nodes: Any = WeakTensorKeyDictionary()
        for number, x in enumerate(inputs):
            self._nodes[x] = self._last = self._graph.placeholder(f"input_{number}")

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        return False  # else the first operation loads torch's compiler, which takes as long as torch itself

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if not threading.main_thread().is_alive():  # the process ends, and waits for its threads
            raise Untraceable("is not needed any more")
        func = aten.lift_fresh_copy.default if func is aten.lift_fresh.default else func  # a graph runs many times
        if torch.Tag.data_dependent_output in func.tags:
            raise Untraceable(f"reads the values of tensors, by {func}")
        noted = map_aggregate(args, self._note), map_aggregate(kwargs or {}, self._note)
        node = self._graph.call_function(func, *noted)
        result = func(*args, **(kwargs or {}))
        self._keep(result, node)
        return result

    def _keep(self, result: Any, node: Node) -> None:
        if isinstance(result, Tensor):
            self._nodes[result] = node
        elif isinstance(result, list | tuple):
            for i, part in enumerate(result):
                self._keep(part, self._graph.call_function(operator.getitem, (node, i)))

    def _note(self, x: Any) -> Any:
        """Return the node of a tensor, and anything else as it is; a tensor without one is a constant."""
        if not isinstance(x, Tensor):
            return x
        if x not in self._nodes:
            with self._graph.inserting_after(self._last):
                self._nodes[x] = self._last = self._graph.placeholder(f"constant_{len(self._constants)}")
            self._constants.append(x)  # so that it lives as long as its node is asked for
        return self._nodes[x]

    def end(self, results: Sequence[Tensor]) -> tuple[GraphModule, tuple[Tensor, ...]]:
        """Return the graph up to the results, and its constants."""
        self._graph.output(tuple(map(self._note, results)))
        self._refuse_randomness()
        self._graph.eliminate_dead_code()
        return GraphModule(torch.nn.Module(), self._graph), tuple(x.detach().contiguous() for x in self._constants)

    def _refuse_randomness(self) -> None:
        for node in self._graph.nodes:
            if torch.Tag.nondeterministic_seeded in getattr(node.target, "tags", ()):
                raise Untraceable(f"draws random numbers of its own, by {node.target}")
