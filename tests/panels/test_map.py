"""G's map is what G makes of a grid of its noise; the right map of a line turns the noise into the data."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from toygan import Population, Recipe
from toygan.panels import Look, render
from toygan.panels.latent import TAIL, right_map
from toygan.runs.record import Record

SMALL = {"width": 4, "batch": 8}


def look_at(**recipe):
    population = Population(Recipe(**{**SMALL, **recipe}))
    return population, Look.from_run(population, Record(), n=20)


def images(population, z):
    """What G makes of z, in the data's units."""
    g = population.generator
    made = g.network(g.theta, torch.as_tensor(z, dtype=torch.float32)[None])[0]
    return population.recipes[0].distribution.from_players(made).detach().numpy()


@pytest.mark.parametrize("data", ["ring8", "two-moons"])
def test_a_point_of_the_grid_stands_beside_what_g_makes_of_it(data):
    population, look = look_at(data=data)
    mesh = render("map", look)["map"]
    read = [offset + scale * places for (offset, scale), places in zip(mesh.numbers, mesh.arrays.values(), strict=True)]
    np.testing.assert_allclose(np.stack(read[2:], -1), images(population, np.stack(read[:2], -1)), atol=1e-5)
    rows = np.stack(read[:2]).reshape(2, -1, mesh.across)
    assert (np.diff(rows[0], axis=1) > 0).all()
    assert (np.diff(rows[1], axis=0) > 0).all()


def test_cells_of_the_grid_hold_equal_shares_of_the_noise():
    for noise, below in (
        ("normal", lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2)))),
        ("uniform(low=0.0,high=2.0)", lambda z: z / 2),
        ("truncated(bound=1.0)", lambda z: 0.5 * (1 + math.erf(z / math.sqrt(2)) / math.erf(1 / math.sqrt(2)))),
    ):
        values = look_at(noise=noise)[1].latent_map.axes[0]
        np.testing.assert_allclose([below(z) for z in values], np.linspace(TAIL, 1 - TAIL, len(values)), atol=1e-9)


def test_noise_of_more_dimensions_is_cut_by_a_plane_through_its_middle():
    population, look = look_at(latent=5)
    latent = look.latent_map
    second, first = 3, 40
    point = [latent.axes[0][first], latent.axes[1][second], 0, 0, 0]
    np.testing.assert_allclose(latent.images[second, first], images(population, [point])[0], atol=1e-6)
    assert render("map", look).note == "a plane through 5 dimensions of noise, others 0"


def test_noise_of_one_dimension_becomes_a_curve_in_the_plane():
    population, look = look_at(latent=1)
    mesh = render("map", look)["map"]
    z = mesh.numbers[0][0] + mesh.numbers[0][1] * mesh.x
    x = mesh.numbers[2][0] + mesh.numbers[2][1] * mesh.u
    np.testing.assert_allclose(x, images(population, z[:, None])[:, 0], atol=1e-5)
    assert mesh.flat


@pytest.mark.parametrize(
    ("data", "quantile"),
    [
        ("gaussian1d", lambda u: 4 + 0.5 * math.sqrt(2) * torch.erfinv(2 * u - 1)),
        ("points(x=(0, 1, 2, 3, 4))", lambda u: (5 * u).ceil() - 1),
    ],
)
def test_the_right_map_of_a_line_is_the_datas_quantile_function(data, quantile):
    shares = np.linspace(0.03, 0.97, 19)
    distribution = Recipe(data=data, **SMALL).distribution
    np.testing.assert_allclose(right_map(distribution, shares), quantile(torch.from_numpy(shares)), atol=2e-3)


def test_a_generator_that_is_right_lies_upon_the_right_map_also_if_it_falls():
    population, _ = look_at(data="gaussian1d(mean=0.0,sigma=1.0)", generator="linear", latent=1)
    for slope in (1.0, -1.0):
        population.generator.theta = torch.full_like(population.generator.theta, slope)
        c = render("map", Look.from_run(population, Record(), n=20))
        np.testing.assert_allclose(c["right"].y, c["G"].y, atol=0.02)


def test_images_stand_in_the_order_of_the_plane():
    population, look = look_at(data="digits", latent=2)
    values, latent = render("map", look)["images"].values, look.latent_map
    lowest_left = images(population, [[latent.axes[0][0]] * 2])[0].reshape(8, 8)
    np.testing.assert_allclose(values[8:0:-1, 1:9], 0.25 - 0.25 * lowest_left.clip(-1, 1), atol=1e-6)


def test_a_look_takes_the_map_only_if_it_is_asked_and_changes_no_run():
    looked, alone = (Population(Recipe(**SMALL)) for _ in range(2))
    assert Look.from_run(looked, Record(), asks=()).latent_map is None
    for _ in range(2):
        Look.from_run(looked, Record())
        looked.step()
        alone.step()
    assert torch.equal(looked.generator.theta, alone.generator.theta)


def test_a_learned_table_has_no_map():
    _, look = look_at(noise="learned-table")
    assert "is a table that G learns" in " ".join(render("map", look)["note"].words)
