"""A film holds what the runs of a grid are at each of its frames."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from support.films import AXES, SEEDS, SMALL, STEPS, line_film, places, small_film

from toygan import Population, RecipeError, sweep
from toygan.explore.film import POINTS, SAMPLES, check_grid, keep_last, list_frames, shoot
from toygan.runs.run import Run
from toygan.sweeps.grid import Grid


def test_frames_are_even_and_hold_both_ends() -> None:
    assert list_frames(120).tolist() == list(range(0, 121, 2))
    assert list_frames(3).tolist() == [0, 1, 2, 3]
    assert list_frames(0).tolist() == [0]


def test_a_run_is_filmed_as_it_trains_alone() -> None:
    film, cell, seed = small_film(), 4, 1
    alone = Population(film.grid.cells[cell].but(seed=seed))
    alone.run(STEPS)
    low, high = np.array(alone.recipes[0].distribution.extent).T
    shares = (alone.generate(SAMPLES)[0, :POINTS].numpy() - low) / (high - low)
    inside = np.isfinite(places(film, -1, cell, seed, 0))
    assert inside.mean() > 0.5
    np.testing.assert_allclose(places(film, -1, cell, seed, 1)[inside], shares[inside, 1], atol=1e-3)
    x, y = (torch.linspace(0.025, 0.975, 20) * (b - a) + a for a, b in zip(low, high, strict=True))
    probability = alone.critic(torch.stack([x.repeat(20), y.repeat_interleave(20)], -1))[0].sigmoid()
    output = film.field[-1, cell * SEEDS + seed].astype(float).ravel()
    np.testing.assert_allclose(output, probability, atol=1e-3)


def test_metrics_are_those_of_a_sweep_at_the_same_iterations() -> None:
    film = small_film()
    table = sweep(AXES, SEEDS, STEPS, 1, ["loss-d"], base=SMALL, jobs=1)
    for cell, recipe in enumerate(film.grid.cells[:3]):
        same = table[(table["loss"] == recipe.loss) & (table["lr_d"] == recipe.lr_d)]
        losses = same[(same["lr_g"] == recipe.lr_g) & (same["seed"] == 1)]["loss-d"]
        np.testing.assert_allclose(film.metrics["loss-d"][:, cell * SEEDS + 1], losses, rtol=1e-5)


def test_a_run_that_is_no_longer_finite_keeps_its_last_places() -> None:
    nan = np.nan
    frames = np.array([[[[1.0, 2.0]]], [[[nan, nan]]], [[[nan, nan]]]])
    np.testing.assert_array_equal(keep_last(frames), np.full((3, 1, 1, 2), [1.0, 2.0]))


def test_a_diverged_run_says_when() -> None:
    base = SMALL.but(optimizer="sgd", loss="least-squares", lr_d=1e30)
    film = shoot(Grid({"lr_d": [1e-3, 1e30]}, base), 1, 4)
    assert film.diverged_at[0] == -1
    assert 0 < film.diverged_at[1] <= 4
    assert [words["verdict"] for words in film.words][1] == "diverged"
    assert np.isfinite(film.points[0, 1].astype(float)).any()
    np.testing.assert_array_equal(film.points[-1, 1], film.points[-2, 1])


def test_an_error_ends_only_the_run_that_meets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    step = Run.step

    def fail(run: Run) -> None:
        if run.population.recipes[0].loss == "hinge":
            raise RuntimeError("broken <b>")
        step(run)

    monkeypatch.setattr(Run, "step", fail)
    film = shoot(Grid({"loss": ["minimax", "hinge"]}, SMALL), 1, 2)
    assert [words["verdict"] for words in film.words][1] == "failed"
    assert "broken <b>" in film.words[1]["cause"]
    assert film.looks[1] is None
    assert np.isnan(film.metrics["loss-d"][-1]).tolist() == [False, True]
    with pytest.raises(RecipeError, match="every run failed"):
        shoot(Grid({"loss": ["hinge"]}, SMALL), 1, 2)


def test_on_a_line_there_are_twice_as_many_places_and_d_is_a_curve() -> None:
    film = line_film()
    alone = Population(film.grid.cells[0])
    alone.run(2)
    ((low, high),) = alone.recipes[0].distribution.extent
    shares = (alone.generate(2 * POINTS)[0, :, 0].numpy() - low) / (high - low)
    found = np.concatenate([places(film, -1, 0, 0, axis) for axis in (0, 1)])
    np.testing.assert_allclose(found, np.where((shares < -0.02) | (shares > 1.02), np.inf, shares), atol=1e-3)
    at = torch.linspace(low + (high - low) / 800, high - (high - low) / 800, 400)[:, None]
    np.testing.assert_allclose(film.field[-1, 0].astype(float).ravel(), alone.critic(at)[0].sigmoid(), atol=1e-3)


def test_what_a_page_cannot_show_is_refused() -> None:
    with pytest.raises(RecipeError, match="are images"):
        check_grid(Grid({"loss": ["hinge"]}, SMALL.but(data="digits")), 1)
    with pytest.raises(RecipeError, match="at most 4,096"):
        check_grid(Grid({"lr_g": [1e-3, 1e-2]}, SMALL), 2100)
