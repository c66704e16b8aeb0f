"""Layers of the samples are computed only while they are on, and show what they name."""

from __future__ import annotations

import numpy as np
import pytest

from toygan import Population, Recipe, Session
from toygan.panels import Look, render
from toygan.panels.layers import BEST, DEFAULT_LAYERS, DIFFERENCE, LABELS, MAP
from toygan.play.frames import Frames
from toygan.play.twins_session import TwinsSession
from toygan.runs.record import Record

SMALL = {"width": 4, "batch": 8}


def look_with(*layers, **recipe):
    population = Population(Recipe(**{**SMALL, **recipe}))
    return Look.from_run(population, Record(), n=20, layers=layers)


def switches(chart):
    return {layer.name: layer.on for layer in chart.layers}


def test_a_layer_that_is_off_is_offered_and_not_computed():
    look = look_with()
    assert (look.best, look.arrows.shape) == (None, (0, 2))
    c = render("samples", look)
    assert switches(c) == dict.fromkeys(LABELS, False)
    assert not {name for layer in c.layers for name in layer.marks} & {mark.name for mark in c.marks}


@pytest.mark.parametrize("layer", LABELS)
def test_a_layer_that_is_on_has_its_marks(layer):
    c = render("samples", look_with(layer))
    assert switches(c)[layer]
    (shown,) = [offered for offered in c.layers if offered.name == layer]
    assert {mark.name for mark in c.marks} & set(shown.marks)


def test_the_difference_is_ds_output_minus_the_best_one_and_its_middle_is_none():
    look = look_with(DIFFERENCE)
    shown = 2 * render("samples", look)["difference"].values - 1
    np.testing.assert_allclose(shown, look.d_output - look.best.output, atol=1e-6)
    line = look_with(DIFFERENCE, BEST, data="bimodal", latent=1)
    c = render("samples", line)
    one = c["best"].y.max() / line.best.output.max()
    between = one * np.abs(line.d_output - line.best.output)
    np.testing.assert_allclose(c["difference"].high - c["difference"].low, between, atol=1e-6)


def test_gs_map_in_the_plane_goes_through_its_images():
    look = look_with(MAP)
    across, images = render("samples", look)["G's map across"], look.latent_map.images
    np.testing.assert_allclose(across.x[: images.shape[1]], images[0, :, 0])
    assert np.isnan(across.x[images.shape[1]])


def test_an_estimate_says_so_and_what_is_exact_does_not():
    assert ", estimated" in render("samples", look_with(BEST))["best 0.5"].label
    exact = render("samples", look_with(BEST, data="bimodal", latent=1))["best"]
    assert "estimated" not in exact.label


def test_layers_that_a_recipe_cannot_have_are_not_offered():
    assert set(switches(render("samples", look_with(BEST, loss="wasserstein")))) == {"arrows", MAP}
    assert set(switches(render("samples", look_with(data="bimodal", loss="wasserstein")))) == {"arrows"}


def test_a_session_switches_its_layers_and_its_frames_follow():
    session = Session(Recipe(**SMALL), seeds=1)
    frames = Frames(session, ["samples"])
    assert switches(frames()[0]) == {name: name in DEFAULT_LAYERS for name in LABELS}
    session.switch(BEST)
    session.switch("arrows")
    assert switches(frames()[0]) == {name: name == BEST for name in LABELS}
    assert TwinsSession.from_session(session).layers == {BEST}
    with pytest.raises(ValueError, match="layer='sky': must be one of arrows, map, best, difference"):
        session.switch("sky")
