"""A shift scores alike in whatever direction it goes."""

from __future__ import annotations

import math

import pytest
import torch

from toygan import Distribution, Mixture
from toygan.parts.metrics.directions import directions
from toygan.parts.metrics.inputs import MetricInputs
from toygan.parts.metrics.samples import sliced_w1


def mean_projection(dim: int) -> float:
    """The mean length of a unit vector's projection on a random line: 2 / pi in the plane, 1 / 2 in space."""
    return math.gamma(dim / 2) / (math.sqrt(math.pi) * math.gamma((dim + 1) / 2))


class Origin(Mixture):
    """One Gaussian at 0."""

    sigma = 1.0

    def __init__(self, dim: int) -> None:
        self.centre = torch.zeros(1, dim)

    @property
    def modes(self) -> torch.Tensor:
        return self.centre


def score_of_shifts(data: Distribution, shifts: torch.Tensor) -> torch.Tensor:
    """The sliced W1 of true samples, each set moved as a whole `(P, dim)`."""
    x = torch.randn(1, 20, data.dim, generator=torch.Generator().manual_seed(0))
    return sliced_w1(MetricInputs(x + shifts[:, None], data, compared_with=x))


def test_a_shift_in_the_plane_scores_two_over_pi_in_every_direction() -> None:
    angle = torch.linspace(0, 2 * math.pi, 100)
    scores = score_of_shifts(Origin(2), torch.stack([angle.cos(), angle.sin()], dim=-1))
    assert scores.numpy() == pytest.approx(2 / math.pi, abs=0.0025)


@pytest.mark.parametrize(("dim", "within"), [(1, 1e-6), (3, 0.06), (4, 0.12), (16, 0.25)])
def test_a_shift_in_more_dimensions_scores_nearly_alike(dim: int, within: float) -> None:
    shifts = torch.randn(200, dim, generator=torch.Generator().manual_seed(1))
    shifts = 3 * shifts / shifts.norm(dim=-1, keepdim=True)
    scores = score_of_shifts(Origin(dim), shifts) / 3
    assert scores.numpy() == pytest.approx(mean_projection(dim), rel=within)


@pytest.mark.parametrize(("dim", "count"), [(2, 7), (3, 16), (64, 128)])
def test_directions_have_length_one_and_no_two_are_one_line(dim: int, count: int) -> None:
    ways = directions(dim, count)
    cosines = (ways.mT @ ways).abs()
    assert cosines.diagonal().numpy() == pytest.approx(1)
    assert cosines.fill_diagonal_(0).max() < 0.95
