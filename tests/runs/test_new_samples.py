"""The distance of a state to its data is taken on samples that chose nothing."""

from __future__ import annotations

import numpy as np
import torch

from toygan import Population, Recipe
from toygan.runs.new_samples import measure_on_new_samples

POINT = Recipe(data="dirac", generator="point", discriminator="linear")


def test_it_is_the_distance_between_two_points() -> None:
    population = Population(POINT.seeds(2))
    at = population.generator.theta[:, 0].double().numpy()
    np.testing.assert_allclose(measure_on_new_samples(population.state), np.abs(at), rtol=1e-6)


def test_its_samples_are_others_than_those_of_a_measurement_and_the_same_at_every_call() -> None:
    population = Population(Recipe(width=4, batch=8).seeds(2))
    usual = population.snapshot(metrics=["sliced-w1"]).metrics["sliced-w1"]
    distances = measure_on_new_samples(population.state)
    np.testing.assert_array_equal(distances, measure_on_new_samples(population.state))
    assert (distances != usual).all()
    np.testing.assert_allclose(distances, usual, rtol=0.1)


def test_a_member_that_diverged_has_none() -> None:
    population = Population(POINT)
    population.generator.theta = torch.full_like(population.generator.theta, torch.inf)
    assert np.isnan(measure_on_new_samples(population.state)).all()
