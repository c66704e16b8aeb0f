"""A discriminator that trains alone takes the very steps that a lesson used to write out."""

from __future__ import annotations

import pytest
import torch

from toygan import Population, Recipe
from toygan.teach import hold_generator, train_discriminator

SHIFT = Recipe(data="gaussian1d", generator="shift", latent=1, width=4, batch=8)


def test_held_generators_have_the_value_in_every_parameter():
    population = Population(Recipe(width=4, batch=8).seeds(2))
    shape = population.generator.theta.shape
    hold_generator(population)
    assert torch.equal(population.generator.theta, torch.zeros(shape))
    hold_generator(population, at=0.25)
    assert torch.equal(population.generator.theta, torch.full(shape, 0.25))


@pytest.mark.parametrize("regularizers", [{}, {"weight-clipping": 0.1}, {"r1": 1.0}])
def test_only_the_discriminator_trains_and_by_the_step_that_an_iteration_takes(regularizers):
    """With G's rate at 0 a whole iteration is a step of D alone."""
    recipe = Recipe(width=4, batch=8, regularizers=regularizers, optimizer="sgd")
    alone, whole = Population(recipe.seeds(2)), Population([one.but(lr_g=1e-12) for one in recipe.seeds(2)])
    held = alone.generator.theta.clone()
    train_discriminator(alone, 1)
    whole.step()
    assert torch.equal(alone.generator.theta, held)
    torch.testing.assert_close(alone.discriminator.theta, whole.discriminator.theta)
    assert alone.steps == 0


def test_two_calls_continue_as_one_would():
    once, twice = Population(SHIFT.seeds(2)), Population(SHIFT.seeds(2))
    train_discriminator(once, 5)
    train_discriminator(twice, 2)
    train_discriminator(twice, 0)
    train_discriminator(twice, 3)
    assert torch.equal(once.discriminator.theta, twice.discriminator.theta)
