"""The best discriminator is p / (p + q), in closed form if G's density is known, else of densities blurred alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from toygan import Population, Recipe
from toygan.panels.best import BLUR, blur, find_best, find_contour, log_density_of_generator, refuse_best

SMALL = {"width": 4, "batch": 8}
LINE = ((-4.0, 4.0),)
PLANE = ((-4.0, 4.0), (-3.0, 5.0))


def probe_of(theta=None, **recipe):
    population = Population(Recipe(**{**SMALL, **recipe}))
    if theta is not None:
        population.generator.theta = torch.tensor([theta])
    return population.probe(0)


def normal(x, mean, sigma):
    return np.exp(-(((x - mean) / sigma) ** 2) / 2) / (math.sqrt(2 * math.pi) * sigma)


def middles(low, high, n):
    return low + (np.arange(n) + 0.5) * (high - low) / n


def test_two_gaussians_on_a_line_have_the_closed_form():
    probe = probe_of([1.0], data="gaussian1d(mean=0.0,sigma=1.0)", generator="shift", latent=1)
    best, x = find_best(probe, LINE, 80), middles(*LINE[0], 80)
    assert not best.estimated
    np.testing.assert_allclose(best.output, 1 / (1 + np.exp(x - 0.5)), atol=1e-9)  # log p - log q = 1/2 - x


def test_a_generator_that_is_right_leaves_the_best_discriminator_undecided():
    line = probe_of([1.0], data="gaussian1d(mean=0.0,sigma=1.0)", generator="linear", latent=1)
    np.testing.assert_allclose(find_best(line, LINE, 80).output, 0.5, atol=1e-9)
    plane = probe_of([2.0, 0.0, 0.0, 0.5], data="gaussian2d(widths=(2.0,0.5),angle=0.0)", generator="linear")
    np.testing.assert_allclose(find_best(plane, PLANE, 20).output, 0.5, atol=1e-6)


@pytest.mark.parametrize(
    ("noise", "density"), [("normal", lambda x: normal(x, 0.0, 1.5)), ("uniform", lambda x: (np.abs(x) < 1.5) / 3)]
)
def test_the_change_of_variables_along_a_line_is_exact_up_to_its_cells(noise, density):
    probe = probe_of(data="gaussian1d", generator="mlp", depth=0, noise=noise, latent=1)
    *_, slope, offset = range(probe.game.generator.theta.shape[1])
    probe.game.generator.theta = torch.zeros_like(probe.game.generator.theta)
    probe.game.generator.theta[0, slope] = 1.5
    x = middles(*LINE[0], 100)
    q = np.exp(log_density_of_generator(probe, LINE, 100))
    inside = np.abs(np.abs(x) - 1.5) > 0.1
    np.testing.assert_allclose(q[inside], density(x)[inside], atol=2e-3)
    assert offset == slope + 1


def test_estimated_densities_are_blurred_alike_so_that_a_right_generator_scores_a_half():
    probe = probe_of(
        [2.0, 0.0, 0.0, 0.5],
        data="gaussian2d(widths=(2.0,0.5),angle=0.0)",
        generator="linear",
        noise="truncated(bound=6.0)",
    )
    best = find_best(probe, PLANE, 20)
    assert best.estimated
    x, y = np.meshgrid(middles(*PLANE[0], 20), middles(*PLANE[1], 20))
    assert best.empty[0, 0]
    assert not best.empty[7, 10]
    common = normal(x, 0, 2) * normal(y, 0, 0.5) > 0.02  # there are enough samples for an estimate
    np.testing.assert_allclose(best.output[common], 0.5, atol=0.08)


def test_blurred_shares_are_those_of_wider_gaussians():
    cells, bins = 40, 160
    shares = normal(middles(-4, 4, bins), 0.5, 0.4) * 8 / bins
    wide = math.hypot(0.4, BLUR[1] * 8 / cells)
    np.testing.assert_allclose(blur(shares, LINE, cells), normal(middles(-4, 4, cells), 0.5, wide), atol=1e-6)


def test_a_loss_without_probabilities_and_a_point_mass_have_none():
    assert "gives no probability" in refuse_best(Recipe(loss="wasserstein", **SMALL))
    assert refuse_best(Recipe(data="dirac", generator="point", discriminator="linear", **SMALL)) is not None
    assert find_best(probe_of(loss="wasserstein"), PLANE, 4) is None


def test_the_contour_of_a_cone_is_its_circle():
    x, y = np.meshgrid(middles(-4, 4, 80), middles(-4, 4, 80))
    across, up = find_contour(np.hypot(x, y), ((-4, 4), (-4, 4)), 2.0)
    there = np.isfinite(across)
    np.testing.assert_allclose(np.hypot(across[there], up[there]), 2.0, atol=2e-3)
    assert there.sum() > 200
    assert find_contour(np.zeros((4, 4)), ((0, 1), (0, 1)), 0.5)[0].size == 0
    half = np.where(x > 0, np.nan, np.hypot(x, y))
    across, _ = find_contour(half, ((-4, 4), (-4, 4)), 2.0)
    assert np.nanmax(across) < 0
