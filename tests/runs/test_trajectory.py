"""A trajectory holds every place of the players of the smallest games, in memory that stays bounded."""

from __future__ import annotations

import numpy as np
import torch

from toygan import Population, Recipe
from toygan.runs.run import Run
from toygan.runs.trajectory import Trajectory

DIRAC = Recipe(
    data="dirac", generator="point", discriminator="linear", optimizer="sgd", turns="simultaneous", lr_g=0.1, lr_d=0.1
)


def test_it_stays_bounded_and_keeps_its_mean_from_the_first_place_on() -> None:
    p, path = Population(DIRAC.seeds(3)), Trajectory(limit=8)
    places = []
    for _ in range(21):
        path.add(p)
        places.append(torch.cat([p.generator.theta, p.discriminator.theta], dim=-1).numpy())
        p.step()
    assert 4 <= len(path.steps) <= 8
    assert path.steps[-1] == 20
    np.testing.assert_allclose(path.places, np.array(places)[path.steps], rtol=1e-6)
    means = np.cumsum(places, axis=0) / np.arange(1, 22)[:, None, None]
    np.testing.assert_allclose(path.means, means[path.steps], rtol=1e-5)


def test_a_rewound_run_replaces_what_it_does_again() -> None:
    run = Run(DIRAC)
    run.run(4)
    places, means = run.record.path.places.copy(), run.record.path.means.copy()
    run.record.path.truncate(1)
    assert run.record.path.steps.tolist() == [0, 1]
    run.population = Population(DIRAC)
    for _ in range(4):
        run.step()
    np.testing.assert_array_equal(run.record.path.places, places)
    np.testing.assert_allclose(run.record.path.means, means)


def test_a_larger_game_has_no_places() -> None:
    run = Run(Recipe(width=4, batch=4))
    run.step()
    assert len(run.record.path.steps) == 0
