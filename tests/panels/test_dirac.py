"""Panels of the smallest GANs show the trajectory of the run, the field of its recipe and the verdict of theory."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from toygan import Population, Recipe, theory
from toygan.chart import Chart
from toygan.panels import PANELS, Look, render
from toygan.runs.record import Record

DIRAC = Recipe(
    data="dirac", generator="point", discriminator="linear", optimizer="sgd", turns="simultaneous", loss="wasserstein",
    lr_g=0.2, lr_d=0.2, batch=4,
)  # fmt: skip


def look_at(recipe: Recipe, steps: int = 50) -> Look:
    """A look at a run of so many iterations from (1, 0.5) in the plane."""
    p, record = Population(recipe), Record()
    p.generator.theta = torch.full_like(p.generator.theta, 1.0)
    p.discriminator.theta = torch.full_like(p.discriminator.theta, 0.5)
    record.path.add(p)
    for _ in range(steps):
        p.step()
        record.path.add(p)
    record.add(p.snapshot(16))
    return Look.from_run(p, record)


def bilinear(steps: int) -> np.ndarray:
    """Simultaneous steps of 0.2 in the game psi theta, -psi theta: each turns (theta, psi) and stretches it."""
    z = (0.5 + 1j) * (1 + 0.2j) ** np.arange(steps + 1)
    return np.column_stack([z.imag, z.real])


def points(c: Chart, name: str) -> np.ndarray:
    return np.column_stack([c[name].x, c[name].y])


def test_the_trajectory_is_the_runs_and_the_mean_is_its_mean() -> None:
    c, path = render("phase", look_at(DIRAC)), bilinear(50)
    np.testing.assert_allclose(points(c, "trajectory"), path, rtol=1e-4)
    np.testing.assert_allclose(points(c, "now")[0], path[-1], rtol=1e-4)
    np.testing.assert_allclose(points(c, "mean")[0], path.mean(0), rtol=1e-4)


def test_arrows_point_where_the_game_pushes() -> None:
    field = render("phase", look_at(DIRAC, steps=3))["field"]
    x, y = field.x + field.u / 2, field.y + field.v / 2
    np.testing.assert_allclose(field.u * -x - field.v * y, 0, atol=1e-9)  # parallel to (psi, -theta)
    assert (field.u * y - field.v * x)[np.hypot(x, y) > 0.1].min() > 0


def test_the_window_holds_a_trajectory_that_leaves_it_and_the_field_fills_it() -> None:
    c = render("phase", look_at(DIRAC, steps=150))
    assert 16 < np.abs(bilinear(150)).max() < 32
    assert (c.x.low, c.x.high, c.y.low, c.y.high) == (-32, 32, -32, 32)
    assert 28 < np.abs(c["field"].x).max() < 32


def test_a_trajectory_to_infinity_is_shown_as_far_as_numbers_go() -> None:
    look = look_at(DIRAC.but(lr_g=9.0, lr_d=9.0), steps=100)
    assert look.diverged_at > 0
    trajectory = points(render("phase", look), "trajectory")
    assert len(trajectory) > 1
    assert np.isfinite(trajectory).all()


def test_a_change_of_the_recipe_changes_the_field() -> None:
    look = look_at(DIRAC, steps=3)
    before, after = (render("phase", replace(look, recipe=r))["field"] for r in
                     (DIRAC, DIRAC.but(regularizers={"r1": 1.0})))  # fmt: skip
    assert np.abs(after.v - before.v).max() > 0.05


def test_eigenvalues_stand_where_one_iteration_has_them() -> None:
    c = render("eigenvalues", look_at(DIRAC))
    np.testing.assert_allclose(np.sort(c["eigenvalues"].y), [-0.2, 0.2], atol=1e-6)
    np.testing.assert_allclose(c["eigenvalues"].x, [1, 1], atol=1e-6)
    assert c["words"].words == (f"longest {math.sqrt(1.04):.4f}:  +2 % distance,  diverges",)
    assert c["flow"].words == ("with infinitely small steps:  0 ± 1i,  cycles",)


@pytest.mark.parametrize(("turns", "inside"), [("simultaneous", False), ("extragradient", True), ("alternating", None)])
def test_the_lens_shows_on_which_side_of_the_circle_the_longest_lies(turns: str, inside: bool | None) -> None:
    c = render("eigenvalues", look_at(DIRAC.but(turns=turns)))
    dot, arc = points(c, "longest")[0], points(c, "circle")
    gap = np.linalg.norm(arc - dot, axis=-1).min()
    if inside is None:
        assert gap < 0.01
    else:
        assert gap == pytest.approx(0.4, abs=0.02)  # the lens is set so that the gap is 1 / 2.5 of its radius
        corners = points(c, "inside") - dot  # a convex polygon, anticlockwise: a point inside has all edges to its left
        u, v = corners, np.roll(corners, -1, axis=0)
        assert bool((u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0] > -1e-9).all()) == inside


def test_what_lies_within_the_circle_is_within_the_lens() -> None:
    c = render("eigenvalues", look_at(DIRAC))
    assert np.linalg.norm(points(c, "inside") - points(c, "longest"), axis=-1).max() <= 1 + 1e-9
    assert np.linalg.norm(points(c, "lens") - points(c, "longest"), axis=-1) == pytest.approx(1)


def test_where_the_field_jumps_there_are_no_eigenvalues() -> None:
    c = render("eigenvalues", look_at(DIRAC.but(regularizers={"gradient-penalty": 0.3})))
    assert "eigenvalues" not in [m.name for m in c.marks]
    assert "jumps" in c["words"].words[0]
    assert "jumps" in c["flow"].words[0]


@pytest.mark.parametrize(("name", "mark"), [("phase", "field"), ("eigenvalues", "words")])
def test_a_regularizer_that_gives_d_more_numbers_leaves_the_panel_empty_with_a_reason(name: str, mark: str) -> None:
    look = look_at(DIRAC.but(regularizers={"packing": 2}), steps=3)
    assert len(look.trajectory_steps) == len(render("distance", look)["now"].x) == 0
    assert "more than one number" in render(name, look)[mark].words[0]


@pytest.mark.parametrize("name", ["phase", "eigenvalues", "distance"])
def test_larger_games_are_refused_with_a_reason(name: str) -> None:
    (panel,) = PANELS[name]
    assert panel.refuses(DIRAC) is None
    assert "one number a player" in str(panel.refuses(Recipe()))


def test_distances_are_those_of_the_trajectory_and_of_its_mean() -> None:
    c, path = render("distance", look_at(DIRAC)), bilinear(50)
    means = path.cumsum(0) / np.arange(1, 52)[:, None]
    np.testing.assert_allclose(c["now"].y, np.linalg.norm(path, axis=-1), rtol=1e-4)
    np.testing.assert_allclose(c["mean"].y, np.linalg.norm(means, axis=-1), rtol=1e-4)


def test_the_field_is_computed_once_for_a_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    look = look_at(DIRAC.but(lr_g=0.123), steps=3)
    before = render("phase", look)["field"]
    monkeypatch.setattr(theory, "phase_portrait", lambda *_, **__: pytest.fail("the field is computed again"))
    np.testing.assert_array_equal(render("phase", look)["field"].u, before.u)
