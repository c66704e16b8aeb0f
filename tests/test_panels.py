"""Panels show the look's numbers, in a constant number of artists, for every distribution; nothing kills a picture."""

from __future__ import annotations

import io
import math
import re
import subprocess
import sys
from dataclasses import replace

import matplotlib
import numpy as np
import pytest
import torch
from matplotlib.figure import Figure
from PIL import Image

from toygan import DISTRIBUTIONS, LOSSES, Population, Recipe
from toygan.panels import PANELS, Look, Picture, panel, style
from toygan.panels.coverage import bands
from toygan.panels.curves import apart
from toygan.panels.limits import doubled
from toygan.panels.look import d_output_of, grid
from toygan.panels.panel import Note
from toygan.parts.metrics.reference import reference_band, reference_shares
from toygan.runs.record import Record

SMALL = {"width": 8, "batch": 16}
SIZE = {"width": 640, "height": 360, "dpi": 66}


def run(steps=4, members=3, every=2, **recipe):
    population, history = Population([Recipe(seed=s, **{**SMALL, **recipe}) for s in range(members)]), Record()
    history.add(population.snapshot(200))
    while population.steps < steps:
        population.run(every)
        history.add(population.snapshot(200))
    return population, history


def one(name, look):
    """One panel, in axes of its own, that shows the look."""
    p = panel(name, Figure().add_subplot(), look.recipe)
    p.update(look)
    return p


@pytest.fixture(scope="module")
def ring():
    return run(20)


@pytest.fixture(scope="module")
def look(ring):
    return Look.of(*ring, member=1)


@pytest.mark.parametrize("data", DISTRIBUTIONS)
def test_the_whole_menu_draws_every_distribution_with_a_constant_number_of_artists(data):
    population, history = run(2, members=2, data=data)
    picture = Picture(population.recipes[0], tuple(PANELS), **SIZE)
    picture.draw(Look.of(population, history))
    before, artists = picture.rgba(), len(picture.figure.findobj())
    population.run(20)
    history.add(population.snapshot(200))
    for _ in range(2):
        picture.draw(Look.of(population, history))
    assert len(picture.figure.findobj()) == artists
    assert (picture.rgba() != before).any()


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_drawn_beside_its_equilibrium(loss):
    look = Look.of(*run(2, members=1, loss=loss))
    assert not LOSSES[loss].uses_discriminator or 0 <= look.d_output.min() <= look.d_output.max() <= 1
    losses = one("losses", look)
    assert [line.get_ydata()[0] for line in losses.rest] == list(LOSSES[loss].equilibrium)
    low, high = losses.axes.get_ylim()
    assert low <= min(look.equilibrium) <= max(look.equilibrium) <= high
    Picture(look.recipe, **SIZE).draw(look)


# The look


def test_a_look_at_one_member_is_what_the_population_says_of_it(ring):
    population, history = ring
    look = Look.of(population, history, member=2, n=50)
    samples, arrows = population.descent_directions(50)
    np.testing.assert_allclose(look.generated, samples[2], atol=1e-6)
    np.testing.assert_allclose(look.arrows, arrows[2], atol=1e-6)
    logits = population.critic(grid(look.recipe.distribution.extent))[2]
    np.testing.assert_allclose(look.d_output.ravel(), logits.sigmoid(), atol=1e-6)
    assert look.recipe == population.recipes[2]


def test_rows_of_the_opinion_run_upwards_and_columns_to_the_right(look, ring):
    (left, right), (bottom, top) = look.recipe.distribution.extent
    ny, nx = look.d_output.shape
    top_left = torch.tensor([[left + (right - left) / nx / 2, top - (top - bottom) / ny / 2]])
    assert look.d_output[-1, 0] == pytest.approx(float(ring[0].critic(top_left, member=1).sigmoid()), abs=1e-6)


def test_looking_changes_no_run():
    looked, alone = (Population(Recipe(seed=3, **SMALL)) for _ in range(2))
    for _ in range(3):
        Look.of(looked, Record())
        looked.step()
        alone.step()
    assert torch.equal(looked.generator.theta, alone.generator.theta)


def test_a_critics_opinion_does_not_depend_on_its_level():
    surface, real, generated = (np.random.default_rng(i).normal(size=50) for i in range(3))
    one, other = (d_output_of(surface + level, real + level, generated + level, False) for level in (0, 7))
    np.testing.assert_allclose(one, other)
    middle = (real.mean() + generated.mean()) / 2
    np.testing.assert_allclose(d_output_of(np.array([middle, middle + 0.5]), real, generated, False), [0.5, 0.75])
    assert d_output_of(np.array([100.0, -50.0]), real, generated, False).max() <= 1


# What the artists hold


def test_the_plane_holds_the_looks_points_surface_and_arrows(look):
    plane = one("samples", look)
    np.testing.assert_array_equal(plane.real.get_xydata(), look.real)
    np.testing.assert_array_equal(plane.generated.get_xydata(), look.generated)
    np.testing.assert_array_equal(plane.surface.d_output, look.d_output)
    n = plane.shown
    np.testing.assert_array_equal(plane.arrows.quiver.get_offsets(), look.generated[:n])
    drawn = np.column_stack([plane.arrows.quiver.U, plane.arrows.quiver.V])
    np.testing.assert_allclose(drawn, plane.arrows.scale * look.arrows[:n], rtol=1e-6)


def test_arrows_show_true_relative_size_up_to_a_longest(look):
    short, long = np.full_like(look.arrows, 0.01), np.full_like(look.arrows, 1e20)
    lengths = []
    for arrows in (short, 3 * short, long, 0 * short):
        quiver = one("samples", replace(look, arrows=arrows)).arrows.quiver
        lengths.append(np.hypot(quiver.U, quiver.V)[0])
    assert lengths[1] == pytest.approx(3 * lengths[0])
    assert lengths[2] == pytest.approx(0.15 * 3.4)  # of the ring's window
    assert lengths[3] == 0


def test_the_line_holds_a_density_that_sums_to_one_beside_ds_curve():
    look = Look.of(*run(2, data="bimodal"))
    line = one("samples", look)
    heights, edges, _ = line.generated.get_data()
    inside = (look.generated >= edges[0]) & (look.generated <= edges[-1])
    assert (heights * np.diff(edges)).sum() == pytest.approx(inside.mean())
    np.testing.assert_array_equal(line.curve.get_ydata(), look.d_output)
    np.testing.assert_array_equal(line.points.get_xdata(), look.generated[: line.shown, 0])
    np.testing.assert_allclose(line.arrows.quiver.U, line.arrows.scale * look.arrows[: line.shown, 0], rtol=1e-6)
    assert not line.arrows.quiver.V.any()
    true = line.axes.lines[0].get_ydata()
    assert (true * np.diff(line.x)[0]).sum() == pytest.approx(1, abs=1e-3)


def test_a_point_mass_is_shown_as_a_share():
    look = Look.of(*run(2, data="dirac", generator="point", discriminator="linear"))
    heights = one("samples", replace(look, generated=np.zeros_like(look.generated))).generated.get_data().values
    assert sorted(heights)[-2:] == [0, 1]


@pytest.mark.parametrize("name", ["losses", "accuracy", "gradients"])
def test_curves_hold_the_members_history_with_their_names_at_their_ends(name, look):
    curves = one(name, look)
    for metric, line in curves.lines.items():
        np.testing.assert_array_equal(line.get_xdata(), look.history.steps)
        np.testing.assert_array_equal(line.get_ydata(), look.history.metric(metric)[:, 1])
        assert curves.names[metric].get_text() == curves.curves[metric][0]
        assert curves.names[metric].get_position()[0] == look.history.steps[-1]


SCORES = {"coverage": "modes-covered", "quality": "high-quality", "divergence": "reverse-kl"}


@pytest.mark.parametrize(("name", "metric"), SCORES.items())
def test_scores_hold_the_member_in_front_of_the_quartiles_and_the_range_of_all(name, metric, look):
    p, scores = one(name, look), look.history.metric(metric)
    np.testing.assert_array_equal(p.line.get_ydata(), scores[:, 1])
    for band, inner in ((p.range, 0), (p.half, 0.25)):
        drawn = {(x, y) for path in band.get_paths() for x, y in path.vertices.tolist()}
        for edge in bands(scores, (inner, 1 - inner)):
            held = zip(look.history.steps, edge, strict=True)
            assert {(float(x), float(y)) for x, y in held if np.isfinite(y)} <= drawn


@pytest.mark.parametrize("data", ["ring8", "grid25", "bimodal"])
@pytest.mark.parametrize("n", [1000, 2500])
def test_scores_stand_upon_the_band_of_as_many_true_samples(data, n):
    population, history = Population([Recipe(data=data, **SMALL)]), Record()
    history.add(population.snapshot(n))
    look = Look.of(population, history)
    for name, metric in SCORES.items():
        truth, band = one(name, look).truth, reference_band(metric, data, n)
        drawn = truth.range.get_data()
        assert (drawn.baseline[0], truth.mean.get_data().values[0], drawn.values[0]) == band
        assert truth.name.get_text().split() == ["true", "samples"]
    low, mean, high = reference_shares(data, n)
    truth = one("modes", look).truth
    np.testing.assert_array_equal(truth.range.get_data().baseline, low)
    np.testing.assert_array_equal(truth.mean.get_data().values, mean)
    np.testing.assert_array_equal(truth.range.get_data().values, high)
    assert truth.name.get_text().split() == ["true", "samples"]


def test_the_band_of_true_samples_is_drawn_once_and_again_only_for_another_number_of_samples(ring, monkeypatch):
    population, history = run(4)
    picture = Picture(population.recipes[0], **SIZE)
    drawn, draw = [], type(picture.panels[2].truth.range).draw

    def count(artist, renderer):
        drawn.append(artist)
        draw(artist, renderer)

    monkeypatch.setattr(type(picture.panels[2].truth.range), "draw", count)
    band = picture.panels[2].truth.range
    times = []
    for n in (200, 200, 200, 400):
        population.run(2)
        history.add(population.snapshot(n))
        picture.draw(Look.of(population, history))
        times.append(drawn.count(band))
    assert times[0] == times[1] == times[2]
    assert times[3] == times[2] + 1
    anew = Picture(population.recipes[0], **SIZE)
    anew.draw(Look.of(population, history))
    np.testing.assert_array_equal(picture.rgba(), anew.rgba())


def test_bands_are_quantiles_of_what_is_finite():
    values = np.random.default_rng(0).normal(size=(40, 9))
    values[5:20, 2:4] = values[10, 1:8] = values[30, :8] = np.nan
    at = (0, 0.25, 0.5, 0.75, 1)
    np.testing.assert_allclose(bands(values, at), np.nanquantile(values, at, axis=1))
    values[7] = np.nan
    assert np.isnan(bands(values, at)[:, 7]).all()


def test_bars_hold_the_shares(look):
    np.testing.assert_array_equal(one("modes", look).bars.get_data().values[::2], look.snapshot.shares[1])


# What must not kill a picture


def test_a_diverged_member_keeps_its_last_picture_and_is_marked(ring):
    population, history = run(20)
    picture = Picture(population.recipes[0], tuple(PANELS), **SIZE)
    picture.draw(Look.of(population, history))
    before = picture.panels[0].generated.get_xydata().copy()
    theta = population.generator.theta.clone()
    theta[0] = math.nan
    population.generator.theta = theta
    population.run(5)
    history.add(population.snapshot(200))
    picture.draw(Look.of(population, history))
    samples, losses, coverage, *_ = picture.panels
    np.testing.assert_array_equal(samples.generated.get_xydata(), before)
    assert samples.note.get_text() == "diverged at iteration 21"
    assert picture.status.get_text().startswith("diverged at iteration 21")
    assert losses.lines["loss-g"].get_marker() == coverage.line.get_marker() == "X"
    assert np.isnan(coverage.line.get_ydata()[-1])
    picture.draw(Look.of(population, history, member=1))
    assert samples.note.get_text() != "diverged at iteration 21"
    np.testing.assert_array_equal(samples.generated.get_xydata(), Look.of(population, history, member=1).generated)


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e38, 0.0])
def test_no_number_kills_a_picture(look, number):
    with np.errstate(all="ignore"):
        wild = {name: np.full_like(getattr(look, name), number) for name in ("generated", "arrows", "opinion")}
        metrics = {name: np.full(3, number) for name in look.snapshot.metrics}
    history = Record()
    history.add(look.snapshot)
    history.add(replace(look.snapshot, step=look.step + 1, metrics=metrics))
    picture = Picture(look.recipe, tuple(PANELS), **SIZE)
    picture.draw(replace(look, history=history, snapshot=history.last, **wild))
    picture.draw(look)


def test_a_look_without_measurements_is_drawn(ring):
    picture = Picture(ring[0].recipes[0], tuple(PANELS), **SIZE)
    picture.draw(Look.of(ring[0], Record()))


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_that_has_nothing_to_show_says_so(name):
    recipe = Recipe(data="dirac")
    kinds = [kind for kind in PANELS[name] if kind.refuses(recipe) is None]
    shown = panel(name, Figure().add_subplot(), recipe)
    assert isinstance(shown, kinds[0] if kinds else Note)
    if not kinds:
        assert "dirac" in shown.axes.texts[0].get_text()


def test_unknown_panels_are_refused_by_name():
    with pytest.raises(ValueError, match=r"unknown name 'loses' \(did you mean 'losses'"):
        Picture(Recipe(), ("samples", "loses"))
    with pytest.raises(ValueError, match="panels: none; choose from samples"):
        Picture(Recipe(), ())


# The picture


def test_a_frame_upon_kept_layers_is_the_frame_drawn_anew(ring):
    population, history = run(10)
    picture = Picture(population.recipes[0], **SIZE)
    picture.draw(Look.of(population, history))
    for _ in range(3):
        population.run(2)
        picture.draw(Look.of(population, history))
        history.add(population.snapshot(200))
        look = Look.of(population, history)
        picture.draw(look)
    anew = Picture(population.recipes[0], **SIZE)
    anew.draw(look)
    np.testing.assert_array_equal(picture.rgba(), anew.rgba())


def test_files_hold_the_pixels(look):
    picture = Picture(look.recipe, width=480, height=270, dpi=50)
    picture.draw(look)
    assert picture.rgba().shape == (270, 480, 4)
    png, jpeg = (Image.open(io.BytesIO(data)) for data in (picture.png(), picture.jpeg()))
    assert (png.format, jpeg.format, jpeg.size) == ("PNG", "JPEG", (480, 270))
    np.testing.assert_array_equal(np.asarray(png), picture.rgba()[..., :3])


def test_the_surface_has_its_colours_where_the_opinion_is(look):
    quarter = np.zeros_like(look.d_output)
    ny, nx = quarter.shape
    quarter[ny // 2 :, : nx // 2] = 1  # above, on the left
    picture = Picture(look.recipe, ("samples",), **SIZE)
    nowhere = np.full_like(look.real, 100)
    picture.draw(replace(look, d_output=quarter, real=nowhere, generated=nowhere))
    box, image = picture.panels[0].axes.get_window_extent(), picture.rgba()
    for across in (0.2, 0.8):
        for up in (0.2, 0.75):
            row, column = image.shape[0] - round(box.y0 + up * box.height), round(box.x0 + across * box.width)
            expected = style.D_OUTPUT_COLOURS[255 if across < 0.5 < up else 0]
            np.testing.assert_array_equal(image[row, column], expected)


def test_axes_grow_in_steps_and_start_again_with_the_run(ring):
    population, history = ring
    picture = Picture(population.recipes[0], **SIZE)
    look = Look.of(population, history)
    limits = []
    for step in (20, 101, 399, 20):
        picture.draw(replace(look, step=step, snapshot=replace(look.snapshot)))
        limits.append(picture.panels[1].axes.get_xlim()[1])
    assert limits == [100, 200, 400, 100]


@pytest.mark.parametrize(("value", "expected"), [(3, 4), (4, 4), (4.01, 8), (1000, 1024), (0, 4), (-1, 4)])
def test_an_end_doubles_until_it_holds_the_value(value, expected):
    assert doubled(4, value) == expected


def test_names_are_moved_apart_as_little_as_it_takes():
    np.testing.assert_allclose(apart(np.array([0.5, 0.52]), 0.1), [0.46, 0.56])
    np.testing.assert_allclose(apart(np.array([0.9, 0.2, np.nan]), 0.1), [0.9, 0.2, np.nan])


def test_a_change_of_loss_while_playing_moves_the_equilibrium_and_the_words():
    population, history = run(4)
    picture = Picture(population.recipes[0], **SIZE)
    picture.draw(Look.of(population, history))
    population.change([r.but(loss="least-squares") for r in population.recipes])
    picture.draw(Look.of(population, history))
    assert [line.get_ydata()[0] for line in picture.panels[1].rest] == [0.25, 0.125]
    assert picture.title.get_text().startswith("least-squares")
    assert picture.panels[0].meaning.get_text() == "logit, scaled"


def test_words_stand_beside_what_true_samples_score(look):
    picture = Picture(look.recipe, **SIZE)
    picture.draw(look)
    words = picture.status.get_text()
    assert f"{look.snapshot.metrics['modes-covered'][1]:.0f} of 8 modes" in words
    low, high = re.search(r"high quality \d+ % \(true samples ([\d.]+)–([\d.]+) %\)", words).groups()
    band = reference_band("high-quality", "ring8", 200)
    assert (float(low), float(high)) == pytest.approx((100 * band.low, 100 * band.high), abs=0.5)
    assert "of 3 seeds cover all" in words


def test_pictures_touch_neither_pyplot_nor_the_settings():
    before = dict(matplotlib.rcParams)
    Picture(Recipe(), **SIZE)
    assert dict(matplotlib.rcParams) == before
    code = "import sys, toygan.panels; sys.exit('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
