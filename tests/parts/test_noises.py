"""Noise has the distribution that it says, by closed forms, and a table holds the points that it says."""

from __future__ import annotations

import math

import pytest
import torch
from scipy import stats

from toygan import Population, Recipe, RecipeError
from toygan.parts.noises import NOISES, WithTable

N = 20_000


def drawn(spec: str, latent: int = 2, seed: int = 0) -> torch.Tensor:
    noise = NOISES.make(spec)
    x = noise.draw(latent)(N, torch.Generator().manual_seed(seed))
    assert x.shape == (N, noise.dims(latent))
    return x


@pytest.mark.parametrize(
    ("spec", "law"),
    [
        ("normal", stats.norm()),
        ("uniform", stats.uniform(-1, 2)),
        ("uniform(low=0,high=1)", stats.uniform(0, 1)),
        ("truncated", stats.truncnorm(-2, 2)),
        ("truncated(bound=0.5)", stats.truncnorm(-0.5, 0.5)),
    ],
)
def test_numbers_have_the_law_of_their_name(spec: str, law: stats.rv_continuous) -> None:
    for column in drawn(spec).T:
        assert stats.kstest(column.numpy(), law.cdf).pvalue > 0.001


def test_points_on_a_sphere_have_its_radius_and_every_direction() -> None:
    x = drawn("sphere(radius=3.0)")
    torch.testing.assert_close(x.norm(dim=-1), torch.full((N,), 3.0))
    angle = torch.atan2(x[:, 1], x[:, 0]).numpy() / (2 * math.pi) + 0.5
    assert stats.kstest(angle, stats.uniform().cdf).pvalue > 0.001


def test_clusters_are_k_gaussians_around_the_same_centres_for_every_seed() -> None:
    x, y = drawn("clusters(k=3,sigma=0.001)"), drawn("clusters(k=3,sigma=0.001)", seed=1)
    assert len({tuple(point) for point in torch.cat([x, y]).mul(50).round().tolist()}) <= 3 * 4  # at edges of cells
    near = torch.cdist(x[:100], y)
    assert float(near.min(1).values.max()) < 0.01


def test_a_table_has_n_points_and_no_others() -> None:
    assert len(torch.unique(drawn("table(n=7)"), dim=0)) == 7
    assert torch.equal(torch.unique(drawn("table(n=7)"), dim=0), torch.unique(drawn("table(n=7)", seed=5), dim=0))
    assert not torch.equal(drawn("table(n=7)"), drawn("table(n=7,seed=1)"))


def test_a_learned_table_is_the_generator_of_the_points_that_it_holds() -> None:
    p = Population(Recipe(noise="learned-table(n=5)", width=16, seed=3))
    net = p.generator.network
    assert isinstance(net, WithTable)
    points = p.generator.theta[:, :10].view(1, 5, 2).clone()
    numbers = torch.tensor([[[4.0], [0.0], [4.0]]])
    torch.testing.assert_close(
        net(p.generator.theta, numbers), net.inner(p.generator.theta[:, 10:], points[:, [4, 0, 4]])
    )
    p.run(20)
    assert not torch.equal(points, p.generator.theta[:, :10].view(1, 5, 2))
    assert len(torch.unique(p.generate(200)[0], dim=0)) <= 5


def test_codes_of_a_table_are_no_noise_that_an_encoder_can_learn() -> None:
    with pytest.raises(RecipeError, match="number in a table"):
        Recipe(noise="learned-table", regularizers={"veegan": 1.0})
