"""Fewer operations: products of thin matrices, as the layers of one or two inputs or outputs have, become sums."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.fx import GraphModule, Node

aten: Any = torch.ops.aten
THIN = 2  # rows, columns or terms of a product up to which it is computed as a sum of products of numbers


def improve(graph: GraphModule) -> None:
    """Rewrite thin products in place; every node needs the tensor that it gives in `meta["val"]`."""
    for node in list(graph.graph.nodes):
        if node.target is aten.bmm.default and _is_thin(*node.args):
            a, b = node.args
            _replace(graph, node, a, b, None)
        elif node.target is aten.baddbmm.default and not node.kwargs and _is_thin(*node.args[1:]):
            added, a, b = node.args
            _replace(graph, node, a, b, added)
    graph.graph.eliminate_dead_code()
    graph.recompile()


def _is_thin(a: Node, b: Node) -> bool:
    """Return True if a product `(P, n, k) (P, k, m)` has few terms, or few results in a row or column."""
    (_, n, k), (_, _, m) = _value(a).shape, _value(b).shape
    return min(n, k, m) <= THIN


def _value(node: Node) -> Tensor:
    value: Tensor = node.meta["val"]
    return value


def _replace(graph: GraphModule, node: Node, a: Node, b: Node, added: Node | None) -> None:
    k = _value(a).shape[-1]
    call = graph.graph.call_function
    with graph.graph.inserting_before(node):
        if k <= THIN:
            terms = [
                call(
                    aten.mul.Tensor,
                    (call(aten.slice.Tensor, (a, 2, i, i + 1)), call(aten.slice.Tensor, (b, 1, i, i + 1))),
                )
                for i in range(k)
            ]
            new = terms[0]
            for term in terms[1:]:
                new = call(aten.add.Tensor, (new, term))
        else:
            products = call(
                aten.mul.Tensor, (call(aten.unsqueeze.default, (a, 3)), call(aten.unsqueeze.default, (b, 1)))
            )
            new = call(aten.sum.dim_IntList, (products, [2]))
        if added is not None:
            new = call(aten.add.Tensor, (new, added))
    node.replace_all_uses_with(new)
    graph.graph.erase_node(node)
