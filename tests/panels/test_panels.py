"""Panels say of a look what is to be seen: its numbers, for every distribution and loss; nothing kills a picture."""

from __future__ import annotations

import copy
import io
import math
import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image

from toygan import DISTRIBUTIONS, LOSSES, METRICS, PANELS, Metric, Panel, Population, Recipe
from toygan.chart import Axis, Chart, Line
from toygan.chart.limits import keep_axes
from toygan.panels import Look, render
from toygan.panels.charts import Charts
from toygan.panels.look import grid, scale_logits
from toygan.panels.picture import Picture, places
from toygan.panels.score import bands
from toygan.parts.metrics.reference import reference_band, reference_shares
from toygan.runs.record import Record

SMALL = {"width": 8, "batch": 16}
SIZE = {"width": 640, "height": 360, "dpi": 66}


def run(steps=4, members=3, every=2, **recipe):
    population, record = Population([Recipe(seed=s, **{**SMALL, **recipe}) for s in range(members)]), Record()
    record.add(population.snapshot(200))
    while population.steps < steps:
        population.run(every)
        record.add(population.snapshot(200))
    return population, record


@pytest.fixture(scope="module")
def ring():
    return run(20)


@pytest.fixture(scope="module")
def look(ring):
    return Look.from_run(*ring, member=1)


# The look


def numbers(look):
    """All that a look holds, without the recipe."""
    inner = {"measurement": vars(look.measurement), "latent_map": vars(look.latent_map)}
    return {**vars(look), "recipe": None, **inner}


def measured(look, **changes):
    """The look, its measurement changed."""
    return replace(look, measurement=replace(look.measurement, **changes))


def test_a_look_at_one_member_is_what_the_population_says_of_it(ring):
    population, record = ring
    look = Look.from_run(population, record, member=2, n=50)
    samples, arrows = population.descent_directions(50)
    np.testing.assert_allclose(look.generated, samples[2], atol=1e-6)
    np.testing.assert_allclose(look.arrows, arrows[2], atol=1e-6)
    logits = population.critic(grid(look.recipe.distribution.extent))[2]
    np.testing.assert_allclose(look.d_output.ravel(), logits.sigmoid(), atol=1e-6)
    assert look.recipe == population.recipes[2]
    np.testing.assert_array_equal(look.metric("loss-g"), record.metric("loss-g")[:, 2])


def test_bars_count_the_samples_that_are_drawn_also_after_the_newest_measurement():
    population, record = run(2, 1, data="ring8(radius=0.2,sigma=0.05)", lr_g=0.01)
    charts = Charts(("samples", "modes"))
    for _ in range(3):
        population.run(60)
        drawn = charts.update(Look.from_run(population, record, before=charts.look))
        points = torch.from_numpy(np.stack([drawn[0]["generated"].x, drawn[0]["generated"].y], axis=-1)).float()
        index, sigmas = population.recipes[0].distribution.nearest_mode(points[None])
        counts = np.bincount(index[sigmas <= 3], minlength=8)
        np.testing.assert_allclose(drawn[1]["this run"].height, counts / len(points), atol=1e-6)
    assert counts.any()
    assert record.steps[-1] == 2


def test_curves_say_where_they_end_if_that_is_before_the_iteration_that_is_drawn():
    population, record = run(4)
    charts = Charts(("samples", "losses", "coverage"))

    def said():
        drawn = charts.update(Look.from_run(population, record, metrics=charts.needs, before=charts.look))
        return [c["measured"].words[0] for c in drawn[1:]]

    assert said() == ["", ""]
    population.step()
    assert said() == ["measured at 4", "measured at 4"]
    record.add(population.snapshot(200))
    assert said() == ["", ""]


def test_rows_of_ds_output_run_upwards_and_columns_to_the_right(look, ring):
    (left, right), (bottom, top) = look.recipe.distribution.extent
    ny, nx = look.d_output.shape
    top_left = torch.tensor([[left + (right - left) / nx / 2, top - (top - bottom) / ny / 2]])
    assert look.d_output[-1, 0] == pytest.approx(float(ring[0].critic(top_left, member=1).sigmoid()), abs=1e-6)


def test_looking_changes_no_run():
    looked, alone = (Population(Recipe(seed=3, **SMALL)) for _ in range(2))
    for _ in range(3):
        Look.from_run(looked, Record())
        looked.step()
        alone.step()
    assert torch.equal(looked.generator.theta, alone.generator.theta)


def test_measured_charts_stay_the_same_until_there_is_a_new_measurement():
    population, record = run(4)
    charts = Charts(("samples", "losses", "coverage", "modes"))

    def now():
        return charts.update(Look.from_run(population, record, metrics=charts.needs, before=charts.look))

    population.step()
    first = now()
    population.step()
    moved = now()
    assert [old is new for old, new in zip(first, moved, strict=True)] == [False, True, True, False]
    record.add(population.snapshot(200))
    measured = now()
    assert not any(old is new for old, new in zip(moved, measured, strict=True))
    assert measured[1]["loss-d"].x[-1] == 6
    population.change([r.but(loss="least-squares") for r in population.recipes])
    assert now()[1]["equilibrium-d"].y[0] == 0.25


def test_a_look_with_the_measurements_of_the_one_before_is_the_look_without():
    population, record = run(4)
    before = Look.from_run(population, record, member=1)
    population.step()
    for member in (0, 1):
        fresh, look = (
            Look.from_run(population, record, member=member),
            Look.from_run(population, record, None, member, None, None, before),
        )
        assert look.measurement is before.measurement
        np.testing.assert_equal(numbers(look), numbers(fresh))


def test_a_look_does_not_change_with_the_run():
    population, record = run(4)
    look = Look.from_run(population, record)
    before = copy.deepcopy(numbers(look))
    population.run(4)
    record.add(replace(population.snapshot(200), step=4))  # takes the place of the row held
    np.testing.assert_equal(numbers(look), before)


def test_a_critics_output_does_not_depend_on_its_level():
    surface, real, generated = (np.random.default_rng(i).normal(size=50) for i in range(3))
    one, other = (scale_logits(surface + level, real + level, generated + level) for level in (0, 7))
    np.testing.assert_allclose(one, other)
    middle = (real.mean() + generated.mean()) / 2
    np.testing.assert_allclose(scale_logits(np.array([middle, middle + 0.5]), real, generated), [0.5, 0.75])
    assert scale_logits(np.array([100.0, -50.0]), real, generated).max() <= 1


def test_a_look_that_is_not_finite_goes_on_with_the_samples_before(look):
    lost = replace(look, diverged_at=21, generated=np.full_like(look.generated, math.nan), shares=None)
    for name in ("real", "generated", "arrows", "d_output", "shares"):
        assert getattr(lost.after(look), name) is getattr(look, name)
    assert lost.after(look).diverged_at == 21
    assert lost.after(None) is lost
    assert lost.after(replace(look, member=0)) is lost
    later = replace(look, step=30)
    assert later.after(look) is later


# What charts hold


def test_the_plane_holds_the_looks_points_surface_and_arrows(look):
    plane = render("samples", look)
    for name, points in (("real", look.real), ("generated", look.generated)):
        np.testing.assert_array_equal(np.column_stack([plane[name].x, plane[name].y]), points)
    np.testing.assert_array_equal(plane["D"].values, look.d_output)
    arrows = plane["arrows"]
    np.testing.assert_array_equal(np.column_stack([arrows.x, arrows.y]), look.generated[:40])
    drawn = np.column_stack([arrows.u, arrows.v])
    np.testing.assert_allclose(drawn, 0.03 * 3.4**2 * look.arrows[:40], rtol=1e-6)  # of the window's width
    assert plane["mode numbers"].words == tuple("12345678")
    centres = look.recipe.distribution.modes.numpy()
    np.testing.assert_allclose(plane["mode numbers"].offset, 12 * centres, atol=1e-4)  # outwards, on the unit circle


def test_arrows_show_true_relative_size_up_to_a_longest_and_their_key_is_to_scale(look):
    short, long = np.full_like(look.arrows, 0.01), np.full_like(look.arrows, 1e20)
    lengths = []
    for arrows in (short, 3 * short, long, 0 * short):
        mark = render("samples", replace(look, arrows=arrows))["arrows"]
        lengths.append(np.hypot(mark.u, mark.v)[0])
    assert lengths[1] == pytest.approx(3 * lengths[0])
    assert lengths[2] == pytest.approx(0.15 * 3.4)  # of the ring's window
    assert lengths[3] == 0
    gradient = float(re.search(r"this long: ([\d.]+)$", mark.label).group(1))
    assert mark.key == pytest.approx(gradient * lengths[0] / (0.01 * math.sqrt(2)))


def test_the_line_holds_a_density_that_sums_to_one_beside_ds_curve():
    look = Look.from_run(*run(2, data="bimodal"))
    line = render("samples", look)
    bars, real, d = line["density of generated"], line["real"], line["D"]
    inside = (look.generated >= bars.left[0]) & (look.generated <= bars.right[-1])
    assert (bars.height * (bars.right - bars.left)).sum() == pytest.approx(inside.mean())
    assert (real.y * np.diff(real.x)[0]).sum() == pytest.approx(1, abs=1e-3)
    values = dict(zip(line.right.words, line.right.ticks, strict=True))
    np.testing.assert_allclose(d.y, values["1"] * look.d_output)
    assert (values["0"], values["½"]) == (0, values["1"] / 2)
    np.testing.assert_array_equal(line["generated"].x, look.generated[:24, 0])
    width = line.x.high - line.x.low
    expected = 0.05 * width**2 * look.arrows[:24, 0]
    np.testing.assert_allclose(line["arrows"].u, np.clip(expected, -0.15 * width, 0.15 * width), rtol=1e-5)
    assert not line["arrows"].v.any()


@pytest.mark.parametrize(
    ("loss", "who", "middle", "ticks"),
    [
        ("minimax", "D", "cannot tell", ("0", "½", "1")),
        ("wasserstein", "critic", "midway", ("−1", "0", "+1")),
        ("mmd", "witness", "midway", ("−1", "0", "+1")),
    ],
)
def test_only_a_probability_is_drawn_on_an_axis_of_probabilities(loss, who, middle, ticks):
    look = Look.from_run(*run(2, members=1, loss=loss, data="bimodal"))
    line, plane = render("samples", look), render("samples", Look.from_run(*run(2, members=1, loss=loss)))
    assert line.right.words == ticks
    assert line["D"].label == who
    assert line[middle].y[0] == line.right.ticks[1]
    assert ("real" in line.note, "½" in line.note, line.note.startswith(who)) == (True, who == "D", True)
    assert (plane["D"].label, plane["D"].unit) == (
        f"{who}'s output:",
        "sigmoid(logit)" if who == "D" else "logit, scaled",
    )


def test_on_a_critics_axis_0_is_midway_between_its_means_and_1_its_farthest():
    look = Look.from_run(*run(2, members=1, loss="wasserstein", data="bimodal"))
    line = render("samples", look)
    bottom, middle, top = line.right.ticks
    scaled = 2 * (line["D"].y - bottom) / (top - bottom) - 1
    np.testing.assert_allclose(scaled, 2 * look.d_output - 1, atol=1e-12)
    assert middle == pytest.approx((bottom + top) / 2)


def test_a_point_mass_is_shown_as_a_share():
    look = Look.from_run(*run(2, data="dirac", generator="point", discriminator="linear"))
    line = render("samples", replace(look, generated=np.zeros_like(look.generated)))
    assert sorted(line["density of generated"].height)[-2:] == [0, 1]
    np.testing.assert_array_equal(line["real"].x, [0, 0, 0])
    np.testing.assert_array_equal(line["real"].y, [0, 1, math.nan])


@pytest.mark.parametrize("name", ["losses", "accuracy", "gradients"])
def test_curves_hold_the_members_metrics_with_their_names_at_their_ends(name, look):
    c = render(name, look)
    (panel,) = PANELS[name]
    for metric, (words, _) in zip(panel.needs, panel.ends, strict=True):
        np.testing.assert_array_equal(c[metric].x, look.steps)
        np.testing.assert_array_equal(c[metric].y, look.metrics[metric][:, 1])
        assert (c[metric].end_label, c[metric].end) == (words, "")


@pytest.mark.parametrize("loss", LOSSES)
def test_losses_stand_beside_their_equilibrium(loss):
    look = Look.from_run(*run(2, members=1, loss=loss))
    assert not LOSSES[loss].uses_discriminator or 0 <= look.d_output.min() <= look.d_output.max() <= 1
    c = render("losses", look)
    lines = {mark.name: mark.y[0] for mark in c.marks if mark.name.startswith("equilibrium")}
    wanted = dict(zip(("equilibrium-d", "equilibrium-g"), LOSSES[loss].equilibrium_lines, strict=True))
    assert lines == {name: value for name, value in wanted.items() if value is not None}
    assert c.y.low <= min(lines.values()) <= max(lines.values()) <= c.y.high


SCORES = {"coverage": "modes-covered", "quality": "high-quality", "reverse-kl": "reverse-kl"}


@pytest.mark.parametrize(("name", "metric"), SCORES.items())
def test_scores_hold_the_member_in_front_of_the_quartiles_and_the_range_of_all(name, metric, look):
    c, scores = render(name, look), look.metrics[metric]
    np.testing.assert_array_equal(c["this run"].y, scores[:, 1])
    for band, inner in ((c["all seeds"], 0), (c["half of the seeds"], 0.25)):
        np.testing.assert_array_equal([band.low, band.high], bands(scores, (inner, 1 - inner)))
    assert c.x.label.endswith(f"(bold: this run, pale: {scores.shape[1]} seeds)"), "of the band and of a line for each"
    names = [m.name for m in c.marks]
    assert names.index("all seeds") < names.index("half of the seeds") < names.index("this run")


@pytest.mark.parametrize("data", ["ring8", "grid25", "bimodal"])
@pytest.mark.parametrize("n", [1000, 2500])
def test_scores_stand_upon_what_as_many_true_samples_score(data, n):
    population, record = Population([Recipe(data=data, **SMALL)]), Record()
    record.add(population.snapshot(n))
    look = Look.from_run(population, record)
    for name, metric in SCORES.items():
        c = render(name, look)
        truth, mean = c["true samples"], c["mean of true samples"]
        assert (truth.low[0], mean.y[0], truth.high[0]) == reference_band(metric, data, n)
        assert truth.end_label == "real"
    c, (low, mean, high) = render("modes", look), reference_shares(data, len(look.generated))
    truth = c["true samples"]
    for drawn, expected in ((truth.low, low), (c["mean of true samples"].y, mean), (truth.high, high)):
        np.testing.assert_array_equal(drawn, np.repeat(expected, 2))
    np.testing.assert_array_equal(truth.x[:4], [0.5, 1.5, 1.5, 2.5])  # a step for each mode


def test_bands_are_quantiles_of_what_is_finite():
    values = np.random.default_rng(0).normal(size=(40, 9))
    values[5:20, 2:4] = values[10, 1:8] = values[30, :8] = np.nan
    at = (0, 0.25, 0.5, 0.75, 1)
    np.testing.assert_allclose(bands(values, at), np.nanquantile(values, at, axis=1))
    values[7] = np.nan
    assert np.isnan(bands(values, at)[:, 7]).all()


def test_bars_hold_the_shares_in_an_axis_that_holds_them(look):
    c = render("modes", look)
    np.testing.assert_array_equal(c["this run"].height, look.shares)
    np.testing.assert_allclose((c["this run"].left + c["this run"].right) / 2, range(1, 9))
    assert c.y.high == pytest.approx(2.2 / 8)
    assert render("modes", replace(look, shares=np.eye(8)[0])).y.high == pytest.approx(1.1)


# Panels


@pytest.mark.parametrize("name", PANELS)
def test_a_panel_needs_metrics_that_there_are_and_equal_looks_give_equal_charts(name, look):
    for panel in PANELS[name]:
        assert set(panel.needs) <= set(METRICS)
    first, second = render(name, look), render(name, look)
    assert [m.name for m in first.marks] == [m.name for m in second.marks]
    for one, other in zip(first.marks, second.marks, strict=True):
        for key, array in one.arrays.items():
            np.testing.assert_array_equal(array, other.arrays[key])


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("data", ["dirac", "two-moons", "ring8"])
def test_a_panel_that_has_nothing_to_show_says_why(name, data, look):
    recipe = Recipe(data=data, **SMALL)
    reasons = [panel.refuses(recipe) for panel in PANELS[name]]
    c = render(name, Look.from_run(Population(recipe), Record()))
    shown = reasons.index(None) if None in reasons else -1
    assert c.title.removesuffix(", standardised") == PANELS[name][shown].title
    if None not in reasons:
        assert " ".join(c["note"].words) == f"nothing to show: {reasons[-1]}"
        assert data in reasons[-1] or "one number a player" in reasons[-1]


def test_a_panel_is_one_class_and_one_row(look, monkeypatch):
    class Spread(Panel):
        title, needs = "Spread", ("loss-g",)

        def chart(self, look):
            return Chart(
                self.title, Axis("", 0, 1), Axis("", 0, 1), (Line("m", "ink", look.steps, look.metric("loss-g")),)
            )

    monkeypatch.setitem(PANELS, "spread", (Spread(),))
    Picture(look.recipe, ("samples", "spread"), **SIZE).draw(look)
    assert render("spread", look).title == "Spread"


@pytest.mark.parametrize("name", [name for name in METRICS if name not in PANELS])
def test_a_metric_is_a_panel_by_its_own_name_or_says_why_there_is_nothing_to_show(name, look):
    c = render(name, look)
    assert c.title.startswith(name)
    if name in look.metrics:
        np.testing.assert_array_equal(c["this run"].y, look.metric(name))
    else:
        why = "it takes too long" if METRICS[name].expensive else "ring8 lacks what it needs"
        assert " ".join(c["note"].words) == f"nothing to show: {name} is not measured here, {why}"


def test_the_band_of_a_metric_that_is_written_anew_is_the_new_ones(monkeypatch):
    for value in (1.0, 2.0):
        constant = Metric(lambda e, value=value: torch.full((len(e.samples),), value), "", "", lambda e: True)
        monkeypatch.setitem(METRICS, "mine", constant)
        assert reference_band("mine", "dirac", 20).mean == value


def test_a_growing_axis_starts_again_where_its_scale_changes():
    linear, log = (Axis("", 0, 1, grows=True), Axis("", 0.1, 1, log=True, grows=True))
    before, wanted = (Chart("", linear, y, ()) for y in (linear, log))
    assert keep_axes(before, wanted).y == log


def test_unknown_panels_are_refused_by_name():
    with pytest.raises(ValueError, match=r"unknown name 'loses' \(did you mean 'losses'"):
        Picture(Recipe(), ("samples", "loses"))
    with pytest.raises(ValueError, match="panels: none; choose from samples"):
        Picture(Recipe(), ())


# The picture


@pytest.mark.parametrize("data", DISTRIBUTIONS)
def test_the_whole_menu_shows_every_distribution_in_motion(data):
    population, record = run(2, members=2, data=data)
    picture = Picture(population.recipes[0], tuple(PANELS), **SIZE)
    picture.draw(Look.from_run(population, record))
    before = picture.rgba()
    population.run(2)
    record.add(population.snapshot(200))
    picture.draw(Look.from_run(population, record))
    assert (picture.rgba() != before).any()


def test_a_diverged_member_keeps_its_last_samples_and_is_marked():
    population, record = run(20)
    picture = Picture(population.recipes[0], tuple(PANELS), **SIZE)
    picture.draw(before := Look.from_run(population, record))
    theta = population.generator.theta.clone()
    theta[0] = math.nan
    population.generator.theta = theta
    population.run(5)
    record.add(population.snapshot(200))
    for _ in range(2):
        picture.draw(Look.from_run(population, record))
        shown = dict(zip(PANELS, picture.charts, strict=True))
        samples, losses, coverage = (shown[name] for name in ("samples", "losses", "coverage"))
        np.testing.assert_array_equal(samples["generated"].x, before.generated[:, 0])
        assert samples["remark"].words == ("diverged at iteration 21",)
    assert losses["loss-g"].end == coverage["this run"].end == "cross"
    assert np.isnan(coverage["this run"].y[-1])
    picture.draw(other := Look.from_run(population, record, member=1))
    assert picture.charts[0]["remark"].words != ("diverged at iteration 21",)
    np.testing.assert_array_equal(picture.charts[0]["generated"].x, other.generated[:, 0])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, 1e38, 0.0])
def test_no_number_kills_a_picture(look, number):
    wild = {name: np.full_like(getattr(look, name), number) for name in ("generated", "arrows", "d_output")}
    held = number if math.isfinite(number) else math.nan  # as a record holds it
    metrics = {name: np.vstack([values, np.full(3, held)]) for name, values in look.metrics.items()}
    picture = Picture(look.recipe, tuple(PANELS), **SIZE)
    picture.draw(measured(replace(look, **wild), steps=np.append(look.steps, look.step + 1), metrics=metrics))
    picture.draw(look)


def test_a_look_without_measurements_is_drawn(ring):
    picture = Picture(ring[0].recipes[0], tuple(PANELS), **SIZE)
    picture.draw(Look.from_run(ring[0], Record()))
    picture.draw(Look.from_run(ring[0], Record(), ring[0].snapshot(200)))


@pytest.mark.parametrize("n", [1, 2, 4, 5, 11])
def test_places_fill_the_room_and_do_not_overlap(n):
    assert sum(w * h for _, _, w, h in places(n)) <= 1 + 1e-9
    cells = np.zeros((120, 120), dtype=int)
    for x, y, w, h in places(n):
        left, right, top, bottom = (round(120 * v) for v in (x, x + w, y, y + h))
        cells[top:bottom, left:right] += 1
    assert cells.max() == 1
    assert (cells[:, :12] == 1).all()


def test_axes_grow_in_steps_and_start_again_with_the_run(look):
    picture = Picture(look.recipe, **SIZE)
    limits = []
    for step in (20, 101, 399, 20):
        picture.draw(measured(replace(look, step=step), steps=np.linspace(0, step, len(look.steps))))
        limits.append(picture.charts[1].x.high)
    assert limits == [100, 200, 400, 100]


def test_an_axis_of_shares_does_not_shrink_within_a_run(look):
    picture, limits = Picture(look.recipe, ("modes",), **SIZE), []
    for step, share in ((20, 0.1), (21, 0.9), (22, 0.1), (5, 0.1)):
        picture.draw(measured(replace(look, step=step, shares=np.full(8, share))))
        limits.append(picture.charts[0].y.high)
    assert limits == pytest.approx([0.275, 1.1, 1.1, 0.275])


def test_a_change_of_loss_while_playing_moves_the_equilibrium_and_the_words():
    population, record = run(4)
    picture = Picture(population.recipes[0], **SIZE)
    picture.draw(Look.from_run(population, record))
    population.change([r.but(loss="least-squares") for r in population.recipes])
    picture.draw(Look.from_run(population, record))
    samples, losses, *_ = picture.charts
    assert (losses["equilibrium-d"].y[0], losses["equilibrium-g"].y[0]) == (0.25, 0.125)
    assert samples["D"].unit == "logit, scaled"
    assert picture.heading.title.startswith("least-squares")


def test_words_stand_beside_what_true_samples_score(look):
    picture = Picture(look.recipe, **SIZE)
    picture.draw(look)
    words = picture.heading.line
    assert f"{look.scores['modes-covered'][1]:.0f} of 8 modes" in words
    low, high = re.search(r"high quality \d+ % of [\d,]+ samples \(true samples ([\d.]+)–([\d.]+) %\)", words).groups()
    band = reference_band("high-quality", "ring8", 200)
    assert (float(low), float(high)) == pytest.approx((100 * band.low, 100 * band.high), abs=0.5)
    assert "seed 1 (of seeds 0 to 2): " in words
    assert "3 seeds: " in words
    assert picture.heading.right == f"iteration {look.step}"


def test_a_picture_is_a_file_of_its_size(look):
    picture = Picture(look.recipe, width=480, height=270, dpi=50)
    picture.draw(look)
    assert picture.rgba().shape == (270, 480, 4)
    files = [Image.open(io.BytesIO(data)) for data in (picture.png(), picture.png(2))]
    assert [f.format for f in files] == ["PNG", "PNG"]
    assert [f.size for f in files] == [(480, 270), (960, 540)]


# --------------------------------------------------------------------------------------------- more than two dimensions


def test_images_stand_beside_each_other_real_ones_in_their_colour_and_generated_ones_in_theirs():
    recipe = Recipe(data="digits", width=4)
    c = render("samples", Look.from_run(Population(recipe), Record()))
    values = c["images"].values
    middle = values.shape[1] // 2
    assert values[:, : middle - 1].min() >= 0.5  # paper to ink in the colour of real samples
    assert values[:, : middle - 1].max() == 1
    assert values[:, middle + 1 :].max() <= 0.5


def test_the_first_image_is_at_the_top_left_and_upright():
    (panel,) = [panel for panel in PANELS["samples"] if panel.refuses(Recipe(data="digits")) is None][:1]
    x = -np.ones((25, 64))
    x[0, 3] = 1  # the first row of the first image
    mosaic = panel.mosaic(x, (8, 8))
    assert mosaic.shape == (50, 50)
    assert np.argwhere(mosaic[::-1] == 1).tolist() == [[1, 4]]


def test_samples_of_many_dimensions_are_shown_along_the_first_two():
    recipe = Recipe(data="stacked(of=ring8,times=2)", width=4)
    look = Look.from_run(Population(recipe), Record())
    c = render("samples", look)
    np.testing.assert_array_equal(c["generated"].x, look.generated[:, 0])
    assert "first two axes" in c.title


def test_learning_rates_are_shown_as_their_schedule_has_them():
    look = Look.from_run(*run(20, members=1, schedule="step(every=5,by=0.1)"))
    lines = render("rates", look)["rate-g"]
    assert lines.y[0] == pytest.approx(1e-3)
    assert lines.y[-1] < 1e-5


def test_windows_that_were_looked_at_before_are_not_held_for_ever() -> None:
    for i in range(100):
        assert grid(((i, i + 1), (0, 1))).shape == (1600, 2)
    assert grid.cache_info().currsize <= 32


@pytest.mark.parametrize("panel", ["losses", "accuracy", "gradients", "sliced-w1"])
def test_curves_mark_the_iteration_at_which_the_member_was_closest_to_the_data(ring, panel):
    population, record = ring
    for member in range(3):
        look = Look.from_run(population, record, member=member)
        best = int(record.metric("sliced-w1")[:, member].argmin())
        chart = render(panel, look)
        mark = chart["best iteration"]
        assert set(mark.x) == {record.steps[best]} == {look.best_at}
        at_best = [line.y[best] for line in chart.marks if isinstance(line, Line) and np.size(line.y) == len(record)]
        assert set(mark.y) == set(at_best)
        assert chart["best"].words == ("best" if best < len(record) - 1 else "",)


def test_a_run_whose_distance_is_not_measured_has_no_best_iteration():
    population, record = Population(Recipe(**SMALL)), Record()
    record.add(population.snapshot(50, metrics=["loss-d", "loss-g"]))
    look = Look.from_run(population, record)
    assert look.best_at == -1
    assert "best iteration" not in {mark.name for mark in render("losses", look).marks}


@pytest.mark.parametrize("panel", [panel for row in PANELS.values() for panel in row], ids=lambda p: type(p).__name__)
def test_every_panel_says_in_a_few_sentences_what_is_seen(panel):
    sentences = re.split(r"(?<=[.?!])\s+", panel.about)
    assert 2 <= len(sentences) <= 3
    assert all(s[-1] in ".?!" and len(s.split()) <= 30 for s in sentences)


def test_a_chart_carries_the_sentences_of_its_panel(look):
    assert render("losses", look).about == PANELS["losses"][0].about
    assert METRICS["sliced-w1"].help in render("sliced-w1", look).about
