"""Fewer operations: thin products become sums, and give the same numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.fx.experimental.proxy_tensor import make_fx

from toygan.compiler.improve import improve


@pytest.mark.parametrize("shape", [(5, 2, 6), (5, 1, 6), (1, 7, 6), (2, 7, 6), (5, 7, 1), (5, 7, 2), (1, 1, 1)])
@pytest.mark.parametrize("added", [False, True])
def test_a_thin_product_becomes_a_sum_of_the_same_value(shape: tuple[int, int, int], added: bool) -> None:
    n, k, m = shape
    a, b, c = (torch.randn(*size, dtype=torch.float64) for size in ((3, n, k), (3, k, m), (3, n, 1)))

    def product(a: Tensor, b: Tensor, c: Tensor) -> tuple[Tensor]:
        return (torch.baddbmm(c, a, b) if added else torch.bmm(a, b),)

    graph = make_fx(product)(a, b, c)
    improve(graph)
    called = {str(node.target) for node in graph.graph.nodes}
    assert not called & {"aten.bmm.default", "aten.baddbmm.default"}
    torch.testing.assert_close(graph(a, b, c), product(a, b, c))


def test_a_thick_product_stays() -> None:
    a, b = torch.randn(3, 4, 5), torch.randn(3, 5, 6)
    graph = make_fx(lambda a, b: (torch.bmm(a, b),))(a, b)
    improve(graph)
    assert "aten.bmm.default" in {str(node.target) for node in graph.graph.nodes}


def test_a_scaled_sum_stays() -> None:
    a, b, c = torch.randn(3, 4, 2), torch.randn(3, 2, 6), torch.randn(3, 4, 6)
    graph = make_fx(lambda a, b, c: (torch.baddbmm(c, a, b, beta=2),))(a, b, c)
    improve(graph)
    torch.testing.assert_close(graph(a, b, c)[0], torch.baddbmm(c, a, b, beta=2))
