"""Panels of the smallest GANs show the way of the run, the field of its recipe and the verdict of theory."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

from toygan import Population, Recipe, theory
from toygan.panels import Look
from toygan.panels.dirac import REACH, Distance, Eigenvalues, Panel, Phase
from toygan.runs.record import Record

DIRAC = Recipe(
    data="dirac", generator="point", discriminator="linear", optimizer="sgd", turns="simultaneous", loss="wasserstein",
    lr_g=0.2, lr_d=0.2, batch=4,
)  # fmt: skip


def shown(
    kind: type[Panel], recipe: Recipe, steps: int = 50, theta: float = 1.0, psi: float = 0.5
) -> tuple[Panel, Look]:
    """A panel that shows a run of so many iterations from a point of the plane."""
    p, history = Population(recipe), Record()
    p.generator.theta, p.discriminator.theta = (
        torch.full_like(p.generator.theta, theta),
        p.discriminator.theta * 0 + psi,
    )
    history.path.add(p)
    for _ in range(steps):
        p.step()
        history.path.add(p)
    history.add(p.snapshot(16))
    panel, look = kind(Figure().add_subplot(), recipe), Look.of(p, history)
    panel.update(look)
    return panel, look


def bilinear(theta: float, psi: float, steps: int) -> np.ndarray:
    """The way of simultaneous steps of 0.2 in the game psi theta, -psi theta: each a turn and a stretch."""
    z = (psi + 1j * theta) * (1 + 0.2j) ** np.arange(steps + 1)
    return np.column_stack([z.imag, z.real])


def test_the_way_is_the_runs_and_the_mean_is_its_mean() -> None:
    panel, _ = shown(Phase, DIRAC)
    way = bilinear(1.0, 0.5, 50)
    np.testing.assert_allclose(np.column_stack(panel.trail.get_data()), way, rtol=1e-4)
    np.testing.assert_allclose(np.column_stack(panel.now.get_data())[0], way[-1], rtol=1e-4)
    np.testing.assert_allclose(np.column_stack(panel.mean.get_data())[0], way.mean(0), rtol=1e-4)


def test_arrows_point_where_the_game_pushes() -> None:
    panel, _ = shown(Phase, DIRAC, steps=3)
    quiver = panel.field.quiver
    middles = quiver.XY + np.column_stack([quiver.U, quiver.V]) / 2
    pushes = np.column_stack([middles[:, 1], -middles[:, 0]])  # (psi, -theta)
    cross = quiver.U * pushes[:, 1] - quiver.V * pushes[:, 0]
    np.testing.assert_allclose(cross, 0, atol=1e-9)
    assert ((quiver.U * pushes[:, 0] + quiver.V * pushes[:, 1])[np.abs(middles).max(-1) > 0.1] > 0).all()


def test_the_window_follows_a_way_that_leaves_it_and_starts_anew_with_a_new_run() -> None:
    panel, _ = shown(Phase, DIRAC, steps=150)
    farthest = np.abs(bilinear(1.0, 0.5, 150)).max()
    assert panel.axes.get_xlim() == panel.axes.get_ylim() == (-32.0, 32.0)
    assert 16 < farthest < 32
    panel.update(shown(Phase, DIRAC, steps=2)[1])
    assert panel.axes.get_xlim() == (-REACH, REACH)


def test_a_way_to_infinity_is_shown_as_far_as_numbers_go() -> None:
    panel, look = shown(Phase, DIRAC.but(lr_g=9.0, lr_d=9.0), steps=100)
    assert look.diverged_at > 0
    assert np.isfinite(panel.trail.get_data()).all()


def test_a_change_of_the_recipe_changes_the_field() -> None:
    panel, _ = shown(Phase, DIRAC, steps=3)
    before = panel.field.quiver.V.copy()
    changed = shown(Phase, DIRAC.but(regularizers={"r1": 1.0}), steps=3)[1]
    panel.update(changed)
    assert np.abs(panel.field.quiver.V - before).max() > 0.05


def test_eigenvalues_stand_where_one_iteration_has_them() -> None:
    panel, _ = shown(Eigenvalues, DIRAC)
    np.testing.assert_allclose(np.sort(panel.dots.get_ydata()), [-0.2, 0.2], atol=1e-6)
    np.testing.assert_allclose(panel.dots.get_xdata(), [1, 1], atol=1e-6)
    assert panel.words.get_text() == f"longest {math.sqrt(1.04):.4f}:  +2 % distance,  diverges"
    assert panel.rates.get_text() == "with infinitely small steps:  0.000 ± 1.000i,  cycles"


@pytest.mark.parametrize(("turns", "inside"), [("simultaneous", False), ("extragradient", True), ("alternating", None)])
def test_the_lens_shows_on_which_side_of_the_circle_the_longest_lies(turns: str, inside: bool | None) -> None:
    panel, _ = shown(Eigenvalues, DIRAC.but(turns=turns))
    dot = np.column_stack(panel.dot.get_data())[0]
    edge = panel.inside.get_xy()
    arc = edge[: len(edge) // 2]
    gap = np.linalg.norm(arc - dot, axis=-1).min()
    if inside is None:
        assert gap < 0.01
    else:
        assert gap == pytest.approx(0.4, abs=0.02)  # the lens is set so that the gap is 1 / 2.5 of its radius
        assert panel.inside.get_path().contains_point(dot) == inside


def test_where_the_field_jumps_there_are_no_eigenvalues() -> None:
    panel, _ = shown(Eigenvalues, DIRAC.but(regularizers={"gradient-penalty": 0.3}))
    assert not panel.dots.get_visible()
    assert "jumps" in panel.words.get_text()
    assert "jumps" in panel.rates.get_text()


@pytest.mark.parametrize("kind", [Phase, Eigenvalues, Distance])
def test_a_remedy_that_gives_d_more_numbers_leaves_the_panel_empty_with_a_reason(kind: type[Panel]) -> None:
    panel, look = shown(kind, DIRAC.but(regularizers={"packing": 2}))
    assert len(look.history.path.steps) == 0
    if kind is not Distance:
        words = panel.note if kind is Phase else panel.words
        assert "more than one number" in words.get_text()


@pytest.mark.parametrize("kind", [Phase, Eigenvalues, Distance])
def test_larger_games_are_refused_with_a_reason(kind: type[Panel]) -> None:
    assert kind.refuses(DIRAC) is None
    assert "one number a player" in str(kind.refuses(Recipe()))


def test_distances_are_those_of_the_way_and_of_its_mean() -> None:
    panel, _ = shown(Distance, DIRAC)
    way = bilinear(1.0, 0.5, 50)
    means = way.cumsum(0) / np.arange(1, 52)[:, None]
    np.testing.assert_allclose(panel.now.get_ydata(), np.linalg.norm(way, axis=-1), rtol=1e-4)
    np.testing.assert_allclose(panel.mean.get_ydata(), np.linalg.norm(means, axis=-1), rtol=1e-4)


def test_the_plane_is_computed_once_for_a_recipe(monkeypatch: pytest.MonkeyPatch) -> None:
    panel, look = shown(Phase, DIRAC.but(lr_g=0.123))
    monkeypatch.setattr(theory, "phase_portrait", lambda *_, **__: pytest.fail("the plane is computed again"))
    panel.update(look)
