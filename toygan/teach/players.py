"""One player by itself: lessons hold the generator still and train the discriminator alone."""

from __future__ import annotations

import torch

from toygan.training.population import Population


def hold_generator(population: Population, at: float = 0.0) -> None:
    """Set all parameters of every member's generator to one value.

    The generator `shift` at 0 leaves its noise as it is, so that its samples are known exactly.

    Args:
        population: The population, which is changed in place.
        at: The value of each parameter [default: 0].
    Example:
        >>> from toygan import Population, Recipe
        >>> from toygan.teach import hold_generator
        >>> population = Population(Recipe(data="gaussian1d", generator="shift", latent=1, width=4, batch=8))
        >>> hold_generator(population, at=0.5)
        >>> population.generator.theta.tolist()
        [[0.5]]
    """
    population.generator.theta = torch.full_like(population.generator.theta, at)


def train_discriminator(population: Population, steps: int) -> None:
    """Train every member's discriminator by itself, while the generators stay as they are.

    Each step draws the next training batch. The count of iterations, `population.steps`, does not change.

    Args:
        population: The population, which is changed in place.
        steps: Steps of the discriminator, 0 or more.
    Example:
        >>> from toygan import Population, Recipe
        >>> from toygan.teach import train_discriminator
        >>> population = Population(Recipe(width=4, batch=8))
        >>> g, d = population.generator.theta, population.discriminator.theta
        >>> train_discriminator(population, steps=2)
        >>> bool((population.generator.theta == g).all()), bool((population.discriminator.theta == d).all())
        (True, False)
    """
    game = population.game
    for _ in range(steps):
        game.step_d(game.discriminator_gradient(game.generator.theta, game.discriminator.theta, game.batch()))
