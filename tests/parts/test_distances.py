"""Distances in the plane are those of torch to the last bit; otherwise a stored number would change."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from toygan.parts.distributions.base import EXACT
from toygan.parts.metrics import distances
from toygan.parts.metrics.distances import lengths, to_nearest


def points(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("dim", [1, 2, 3])
@pytest.mark.parametrize("scale", [1e-25, 1.0, 1e25])
@pytest.mark.parametrize("columns", [False, True])
def test_the_nearest_point_is_as_far_as_among_all_distances(dim: int, scale: float, columns: bool) -> None:
    x = scale * (points(3, dim, 77).mT if columns else points(3, 77, dim))
    for y in (scale * points(1, 50, dim, seed=1), scale * points(3, 50, dim, seed=1), x[:, :1], torch.zeros(1, 5, dim)):
        everything = torch.cdist(x, y.expand(3, -1, -1), compute_mode=EXACT)
        of_x, of_y = to_nearest(x, y)
        assert torch.equal(of_x, everything.amin(-1))
        assert torch.equal(of_y, everything.amin(-2))


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_a_length_is_that_of_torch_in_either_order_of_the_numbers(dim: int) -> None:
    for x in (points(3, dim, 77).double().mT, points(3, 77, dim).double()):
        assert torch.equal(lengths(x), x.norm(dim=-1))


def test_where_rounding_differs_torch_computes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distances, "_root", lambda x: x)
    for trial in (distances._squares_are_exact, distances._lengths_are_exact):
        monkeypatch.setattr(distances, trial.__name__, trial.__wrapped__)
        assert not trial.__wrapped__()
    x, y = points(1, 2, 9).mT, points(1, 4, 2, seed=1)
    assert torch.equal(to_nearest(x, y)[0], torch.cdist(x, y, compute_mode=EXACT).amin(-1))
    assert torch.equal(lengths(x.double()), x.double().norm(dim=-1))
